"""The front door: one command line, `stackstudy`, mounting what loader/ and analyses/ offer."""

from __future__ import annotations

import sys
from types import TracebackType  # noqa: TC003 - loaded by Python itself

_print_traceback = sys.excepthook


def _on_escape(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say one word if Ctrl-C comes before there is a command to say it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("\nAborted!\n")
    else:
        _print_traceback(kind, error, trace)


sys.excepthook = _on_escape

# ruff: noqa: E402 - the imports below take a tenth of a second, in which a person may press Ctrl-C
import errno
import os
import signal
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from analyses.common.groups import InOrder
from loader.errors import StackstudyError, on_one_line
from loader.options import DATA

_HOMES: Final = {
    "sample": "analyses.sample.command:sample",
    "fetch": "loader.fetch.command:fetch",
    "load": "loader.commands:load",
    "study": "analyses.study.commands:study",
    "build": "analyses.warehouse.build:command",
    "report": "analyses.report.command:report",
    "run": "analyses.warehouse.run:command",
    "sql": "analyses.warehouse.shell:command",
    "info": "analyses.warehouse.info:command",
    "export": "analyses.export.command:command",
    "replicate": "analyses.replication.command:command",
    "sample-size": "analyses.labelling.commands:sample_size",
    "draw": "analyses.labelling.commands:draw",
    "decide": "analyses.labelling.commands:decide",
    "label": "analyses.labelling.commands:label",
}
"""The module and function of each command, in the order in which a person meets them."""


class FrontDoor(InOrder):
    """A group whose commands end in one line and exit code 1 on errors that a user can mend.

    Each command is imported only when it is needed: the others may be slow to import.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none of that name."""
        del ctx
        if cmd_name not in _HOMES:
            return None
        module, _, attribute = _HOMES[cmd_name].partition(":")
        return getattr(import_module(module), attribute)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line; note when somebody presses Ctrl-C."""
        interrupted = _note_interrupts()
        _open_streams()
        options["obj"] = options.get("obj") or interrupted
        try:
            return super().main(*arguments, **options)
        except OSError as error:  # nothing takes what is printed, be it the help
            if options.get("standalone_mode") is False:
                raise
            sys.stderr.write(f"Error: {_said(error)}\n")
            _drop_output()
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        from analyses.common.subprocesses import EndedBySignal  # noqa: PLC0415 - after Ctrl-C is looked after

        # click keeps the first apart, under a name that has changed before
        for word in (*getattr(ctx, "_protected_args", ()), *ctx.args):
            if not word or (word.startswith("--") and word.endswith("=")):
                raise click.UsageError(
                    f"an argument is empty ({word}''); is a variable of your shell not set?", ctx
                )
        try:
            return super().invoke(ctx)
        except EndedBySignal as ended:
            click.echo(f"Stopped: {ended}.", err=True)
            ctx.exit(128 + ended.number)
        except StackstudyError as error:
            _hush_files()
            raise click.ClickException(str(error)) from error
        except OSError as error:
            _hush_files()
            if error.errno in {None, errno.EPIPE}:
                raise
            _drop_output()
            raise click.ClickException(_said(error)) from error
        except Exception as error:
            # Libraries turn Ctrl-C into errors of their own: DuckDB's "Query interrupted".
            if ctx.obj:
                raise click.Abort from error
            if isinstance(error, getattr(sys.modules.get("duckdb"), "Error", ())):
                from analyses.warehouse.database import explanation  # noqa: PLC0415 - imported already

                said = explanation(error, ctx.meta.get(DATA))  # type: ignore[arg-type]
                raise click.ClickException(on_one_line(said)) from error
            raise


def _hush_files() -> None:
    """Let files that an error left open, such as an xlsx, say nothing when they are torn down."""
    before = sys.unraisablehook

    def _torn_down(what: sys.UnraisableHookArgs) -> None:
        is_file = issubclass(what.exc_type, OSError) or what.exc_type.__module__.startswith("lxml")
        if not is_file:
            before(what)

    sys.unraisablehook = _torn_down


def _said(error: OSError) -> str:
    """Return one line on what the operating system refused, and the cure."""
    cure = "check its name, its permissions and the room on the disk"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        cure = "make room on the disk, and try again"
    return on_one_line(f"{error.filename or 'the output'}: {error.strerror or error}; {cure}")


def _drop_output() -> None:
    """Drop what nothing takes: Python would try again as it ends, and end with another code."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_streams() -> None:
    """Let what is printed neither fail at a letter nor at a stream that the caller has closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and stream.errors == "strict" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8, names of files


def _note_interrupts() -> list[int]:
    """Let Ctrl-C raise as Python does, and note that it happened."""
    happened: list[int] = []

    def _note(number: int, frame: object) -> NoReturn:
        happened.append(number)
        sys.unraisablehook = lambda _: None  # files of lxml that are not closed, and the like
        signal.default_int_handler(number, frame)  # type: ignore[arg-type]
        raise AssertionError

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)
    return happened


@click.group(
    cls=FrontDoor,
    commands=dict.fromkeys(_HOMES),  # the names, for the list and for "Did you mean"
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="stackstudy")
def main() -> None:
    """Turn a Stack Exchange data dump into the tables, tests and charts of an empirical study.

    \b
    Examples:
      stackstudy sample                        make a synthetic dump to try things with
      stackstudy run sample/sample.stackstudy  load it, build the tables, write the report
      stackstudy sql "from acceptance"         look at a table
    """


if __name__ == "__main__":
    sys.exit(main())
