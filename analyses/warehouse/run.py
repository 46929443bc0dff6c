"""`stackstudy run`: load, build and report in one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.study import find_study, read_study, study_option
from analyses.warehouse import build
from loader.checks import warnings_of
from loader.commands import load_and_show
from loader.options import data_option, on_error_option

if TYPE_CHECKING:
    from loader.parse.quarantine import OnError


@click.command("run")
@click.argument(
    "dumps", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DUMP..."
)
@click.option("--site", metavar="NAME", help="Site of the dump, where its name does not say it.")
@data_option
@on_error_option
@study_option
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - an option each
    context: click.Context,
    dumps: tuple[Path, ...],
    site: str | None,
    data: Path,
    on_error: OnError,
    study: str | None,
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
      stackstudy run sample/sample.stackstudy --study sample/deep_learning_deployment
    """
    from analyses.report.command import report  # Plotly is slow to import
    from loader.fetch import resolve_dump  # so is the network

    read = read_study(find_study(study))  # a slip ends here, not after the load
    dumps = tuple(resolve_dump(dump, data) for dump in dumps)
    loaded = load_and_show(dumps, data, site=site, force=False, on_error=on_error)
    told = warnings_of(data, dict.fromkeys(one.site for one in loaded))
    build.announce(build.build(data, read), data, told)
    context.invoke(report, data=data, study=read.name, output=None)
