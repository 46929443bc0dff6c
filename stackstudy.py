"""The front door: one command line, `stackstudy`, mounting what loader/ and analyses/ offer."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

import click

from analyses import build, info, shell
from analyses.export.command import command as export
from analyses.labelling.commands import label
from analyses.labelling.sampling_commands import draw_command, sample_size_command
from analyses.replication.command import command as replicate
from analyses.report.command import report
from analyses.sample.command import sample
from loader.commands import load
from loader.errors import StackstudyError
from loader.fetch.command import fetch
from loader.options import data_option, on_error_option


class FrontDoor(click.Group):
    """A group whose commands end in one line and exit code 1 on what a user can mend."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except StackstudyError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.errno in {None, errno.EPIPE}:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror}") from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a person meets them."""
        del ctx
        return list(self.commands)


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


@click.command("run")
@click.argument(
    "dumps", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DUMP..."
)
@click.option("--site", metavar="NAME", help="Site of the dump, where its name does not say it.")
@data_option
@on_error_option
@build.people_options
@click.pass_context
def run(
    context: click.Context,
    dumps: tuple[Path, ...],
    site: str | None,
    data: Path,
    on_error: str,
    **people: Path | None,
) -> None:
    """Load, build and report in one.

    A DUMP is a folder, an .xml file or a .7z archive, as for `load`; or the name of a site, whose
    dump is then fetched first, as `fetch` does. What is loaded already and has not changed is not
    loaded again.

    \b
    Examples:
      stackstudy run beer.stackexchange.com
      stackstudy run stackoverflow.com-Posts.7z
      stackstudy run Posts.xml --site stackoverflow.com --data /big/disk
      stackstudy run sample/sample.stackstudy --decisions decisions.csv
    """
    from analyses.summary import announce  # noqa: PLC0415 - Plotly is slow to import
    from loader.fetch import resolve_dump  # noqa: PLC0415 - so is the network

    dumps = tuple(resolve_dump(dump, data) for dump in dumps)
    context.invoke(load, dumps=dumps, site=site, data=data, on_error=on_error, force=False)
    context.invoke(build.command, data=data, **people)
    announce(data)
    context.invoke(report, data=data, output=None)


for command in (sample, fetch, load, build.command, report, run, shell.command, info.command):
    main.add_command(command)

for command in (export, replicate, sample_size_command, draw_command, label):
    main.add_command(command)


if __name__ == "__main__":
    sys.exit(main())
