"""The command `stackstudy fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from loader.errors import FetchError
from loader.options import data_option

if TYPE_CHECKING:
    from rich.console import Console

    from loader.fetch.archive_org import DatedItem
    from loader.fetch.names import Wanted
    from loader.fetch.remote import RemoteFile, Source


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
    help="Only this table, where the source has one archive a table; may be given again.",
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
@click.option("--force", is_flag=True, help="Fetch anew what is there.")
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

    A SITE is named as in the dump (beer.stackexchange.com), or shorter (beer). The default source
    is archive.org's item "stackexchange": the last dump that Stack Exchange published there, of
    April 2024, with one archive a table for Stack Overflow (stackoverflow.com-Posts). Later dumps
    are copies that the community put there: --dates lists them.

    A transfer that breaks off is tried again, and goes on where it stopped, also in the next run. A
    file gets its name when it is whole and its size and hash are what the source publishes; until
    then it is called .part.
    """
    from rich.console import Console  # noqa: PLC0415

    from loader.fetch import names  # noqa: PLC0415
    from loader.fetch.archive_org import dated_items  # noqa: PLC0415
    from loader.fetch.checksums import WithChecksums  # noqa: PLC0415
    from loader.fetch.fetching import fetch as fetch_files  # noqa: PLC0415
    from loader.fetch.resolve import dumps_folder, fetching  # noqa: PLC0415
    from loader.fetch.sources import open_source  # noqa: PLC0415

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
    console = Console()
    with fetching(console) as (web, reporter):
        if is_dates:
            _show_dates(dated_items(web), console)
            return
        opened = open_source(web, source, date)
        if checksums is not None:
            opened = WithChecksums(opened, checksums)
        if is_list:
            _show(_asked(opened, wanted), console)
            return
        folder = to or dumps_folder(data, opened)
        fetch_files(wanted, opened, folder, web, force=force, reporter=reporter)


def _asked(source: Source, wanted: list[Wanted]) -> list[RemoteFile]:
    """Return what a source has of what is asked for; of everything, where nothing is."""
    files = source.files()
    if not wanted:
        return files
    found = {
        file.name: file
        for one in wanted
        for file in files
        if one.name in file.archive.site and (not one.tables or file.archive.table in one.tables)
    }
    if not found:
        source.find(wanted[0])  # says what there is near it
    return sorted(found.values(), key=lambda file: file.name)


def _show(files: list[RemoteFile], console: Console) -> None:
    """Print files: a table on a terminal; elsewhere tabs between name, bytes and date."""
    from loader.fetch.remote import human  # noqa: PLC0415

    if not console.is_terminal:
        for file in files:
            date = file.modified_at.date().isoformat() if file.modified_at else ""
            size = "" if file.n_bytes is None else file.n_bytes
            click.echo(f"{file.name}\t{size}\t{date}")
        return
    rows = []
    for file in files:
        about = f"~{human(file.about_bytes)}" if file.about_bytes is not None else "?"
        size = human(file.n_bytes) if file.n_bytes is not None else about
        date = file.modified_at.date().isoformat() if file.modified_at else "?"
        rows.append((file.name, size, date))
    _print_table(console, ("name", "size", "date"), rows)


def _show_dates(items: list[DatedItem], console: Console) -> None:
    """Print the dumps of archive.org, the oldest first."""
    from loader.fetch.remote import human  # noqa: PLC0415

    rows = []
    for one in items:
        size = human(one.n_bytes) if one.n_bytes is not None else "?"
        form = "dump" if one.is_dump else "another form"
        rows.append((one.dated.isoformat(), one.item, size, one.published_on or "?", form))
    if not console.is_terminal:
        for row in rows:
            click.echo("\t".join(row))
        return
    _print_table(console, ("date", "source", "size", "published", ""), rows)


def _print_table(console: Console, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, justify="right" if head == "size" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)
