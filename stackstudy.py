"""The front door: one command line, `stackstudy`, mounting what loader/ and analyses/ offer."""

from __future__ import annotations

import sys
from types import TracebackType  # noqa: TC003 - loaded by Python itself

_print_traceback = sys.excepthook


def _on_escape(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say one word where Ctrl-C comes before there is a command that could say it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("\nAborted!\n")
    else:
        _print_traceback(kind, error, trace)


sys.excepthook = _on_escape

# ruff: noqa: E402 - what follows takes a tenth of a second, in which a person may press Ctrl-C
import errno
import signal
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from analyses.common.groups import InOrder
from loader.errors import StackstudyError

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

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
    "label": "analyses.labelling.commands:label",
}
"""Where each command is, in the order in which a person meets them."""


class _Commands(dict[str, click.Command]):
    """The commands by name, each imported when it is asked for: a command waits for no other."""

    def __missing__(self, name: str) -> click.Command:
        if name not in _HOMES:
            raise KeyError(name)
        module, _, attribute = _HOMES[name].partition(":")
        self[name] = getattr(import_module(module), attribute)
        return self[name]

    def __contains__(self, name: object) -> bool:
        return name in _HOMES

    def __iter__(self) -> Iterator[str]:
        return iter(_HOMES)

    def __len__(self) -> int:
        return len(_HOMES)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a command, or the default where there is none of that name."""
        return self[name] if name in _HOMES else default

    def keys(self) -> Any:
        """Return the names."""
        return _HOMES.keys()

    def values(self) -> Any:
        """Return the commands."""
        return [self[name] for name in _HOMES]

    def items(self) -> Any:
        """Return names and commands."""
        return [(name, self[name]) for name in _HOMES]


class FrontDoor(InOrder):
    """A group whose commands end in one line and exit code 1 on what a user can mend."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.commands: MutableMapping[str, click.Command] = _Commands()

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line; note when somebody presses Ctrl-C."""
        interrupted = _note_interrupts()
        options["obj"] = options.get("obj") or interrupted
        return super().main(*arguments, **options)

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        from analyses.common.subprocesses import EndedBySignal  # noqa: PLC0415 - after Ctrl-C is looked after

        # click hands the first of them to nobody, and has changed their name before
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
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno in {None, errno.EPIPE}:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror}") from error
        except Exception as error:
            # Libraries turn Ctrl-C into errors of their own: DuckDB's "Query interrupted".
            if ctx.obj:
                raise click.Abort from error
            raise


def _note_interrupts() -> list[int]:
    """Keep Python's answer to Ctrl-C, an exception, and put down that it happened."""
    happened: list[int] = []

    def _note(number: int, frame: object) -> NoReturn:
        happened.append(number)
        signal.default_int_handler(number, frame)  # type: ignore[arg-type]
        raise AssertionError

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note)
    return happened


@click.group(
    cls=FrontDoor,
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
