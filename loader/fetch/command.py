"""The command `stackstudy fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from loader.errors import FetchError
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from loader.fetch.names import Wanted
    from loader.fetch.sources import RemoteFile, Source


@click.command(
    epilog="""\b
Examples:
  stackstudy fetch beer
  stackstudy fetch stackoverflow.com --table posts --table users
  stackstudy fetch stackoverflow.com-Posts --to /mnt/big/dumps
  stackstudy fetch --list | grep meta
  stackstudy fetch --dates
  stackstudy fetch ai.stackexchange.com --date 2024-09
  stackstudy fetch beer --source https://dumps.example.org/2024-04/
"""
)
@click.argument("sites", metavar="[SITE]...", nargs=-1)
@click.option(
    "--table",
    "tables",
    metavar="NAME",
    multiple=True,
    help="Only this table, where the source has one archive per table; may be given again.",
)
@click.option(
    "--source",
    metavar="SOURCE",
    envvar="STACKSTUDY_SOURCE",
    show_envvar=True,
    help="An item of archive.org, or the address of a folder on the web.  [default: stackexchange]",
)
@click.option(
    "--date",
    metavar="DATE",
    help="In place of --source: archive.org's dump of that date (2024-09, 2024-09-30), or latest.",
)
@click.option("--list", "is_list", is_flag=True, help="Show what the source has: name, size, date.")
@click.option("--dates", "is_dates", is_flag=True, help="Show the dumps that archive.org has.")
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Folder for the archives.  [default: dumps/SOURCE in the data folder]",
)
@click.option(
    "--checksums",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hashes to check by, as sha256sum writes them, beside those that the source publishes.",
)
@data_option
@click.option("--force", is_flag=True, help="Fetch again what is there already.")
@click.pass_context
def fetch(  # noqa: PLR0913 - options of a command
    context: click.Context,
    *,
    sites: tuple[str, ...],
    tables: tuple[str, ...],
    source: str | None,
    date: str | None,
    is_list: bool,
    is_dates: bool,
    to: Path | None,
    checksums: Path | None,
    data: Path,
    force: bool,
) -> None:
    """Fetch the archives of sites.

    A SITE is named as in the dump (beer.stackexchange.com), as on the web
    (alcohol.stackexchange.com), or shorter (beer). The default source is archive.org's item
    "stackexchange": the last dump that Stack Exchange published there, of April 2024, with one
    archive per table for Stack Overflow (stackoverflow.com-Posts). Later dumps are copies that the
    community put there: --dates lists them.

    A transfer that breaks off is tried again, and goes on where it stopped, also in the next run. A
    file gets its name when it is whole and its size and hash are what the source publishes; until
    then its name ends in .part.
    """
    from rich.console import Console  # noqa: PLC0415

    from loader.fetch import fetching, names, sources  # noqa: PLC0415
    from loader.fetch.archive_org import dated_items  # noqa: PLC0415
    from loader.fetch.progress import FetchProgress  # noqa: PLC0415
    from loader.fetch.web import Web  # noqa: PLC0415

    if date is not None and source is not None:
        if context.get_parameter_source("source") is not ParameterSource.ENVIRONMENT:
            raise click.UsageError("give --source or --date, not both")
        source = None
    if not sites and not is_list and not is_dates:
        raise click.UsageError("name a SITE to fetch, or say --list to see what there is")
    try:
        wanted = [names.wanted(site, tables) for site in sites]
    except FetchError as error:
        raise click.UsageError(str(error)) from error
    sums = None
    if checksums is not None:
        sums = sources.checksums(checksums.read_text(encoding="utf-8-sig", errors="replace"))
        if not sums:
            raise FetchError(f"{checksums}: no hash in it; its lines are digits and a name")
    console = Console()
    with FetchProgress(console) as progress:
        web = Web(progress.wait)
        if is_dates:
            forms = {True: "dump", False: "another form"}
            rows: list[tuple[str | int | None, ...]] = [
                (one.dated.isoformat(), one.item, one.n_bytes, one.published_on, forms[one.is_dump])
                for one in dated_items(web)
            ]
            _show(console, ("date", "source", "size", "published", ""), rows)
            return
        opened = sources.open_source(web, source, date)
        if is_list:
            rows = [
                (one.name, one.n_bytes or one.about_bytes, one.date)
                for one in _asked(opened, wanted)
            ]
            _show(console, ("name", "size", "date"), rows)
            return
        folder = to or fetching.dumps_folder(data, opened)
        fetching.fetch(wanted, opened, folder, web, progress, hashes=sums, force=force)


def _asked(source: Source, wanted: list[Wanted]) -> list[RemoteFile]:
    """Return the wanted archives of a source, or all of them where nothing is asked for."""
    files = source.files()
    found = [
        file
        for file in files
        if any(
            one.site in file.archive.site and (not one.tables or file.archive.table in one.tables)
            for one in wanted
        )
    ]
    return found or (source.find(wanted[0]) if wanted else files)


def _show(
    console: Console, heads: tuple[str, ...], rows: Sequence[tuple[str | int | None, ...]]
) -> None:
    """Print a table; in a pipe with tabs, and sizes in bytes."""
    from rich.filesize import decimal  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if head == "size" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(decimal(one) if isinstance(one, int) else one or "?" for one in row))
        if not console.is_terminal:
            click.echo("\t".join("" if one is None else str(one) for one in row))
    if console.is_terminal:
        console.print(table)
