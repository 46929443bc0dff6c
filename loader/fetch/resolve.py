"""What a user typed after `run`: a dump on disk, or a site to fetch."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from loader.errors import FetchError
from loader.fetch.names import Wanted, looks_like_site, wanted
from loader.fetch.record import read_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loader.fetch.remote import Source

DUMPS = "dumps"


def resolve_dump(
    argument: str | Path,
    data: Path,
    *,
    source: str | None = None,
    date: str | None = None,
    console: Console | None = None,
) -> Path:
    """Return the dump that a user means, fetching it where it is not on disk.

    A site that was fetched whole before from the same source is taken as it is, without asking the
    network: a dump does not change, and a study should not either.

    Parameters
    ----------
    argument : str or Path
        A folder, an .xml file or a .7z archive; or a site (``beer``, ``stackoverflow.com-Posts``).
    data : Path
        The data folder; dumps go to ``<data>/dumps/<source>/<site>``.
    source, date : str, optional
        Where from, as `loader.fetch.sources.open_source` takes them; without both, what the
        environment says (STACKSTUDY_SOURCE), or the official item.
    console : rich.console.Console, optional
        Shows how it goes on.

    Returns
    -------
    Path
        The path given, the archive fetched, or the folder of the archives of a site.

    Raises
    ------
    FetchError
        When it is neither there nor to be had.
    """
    path = Path(argument)
    if path.exists():
        return path
    if not looks_like_site(str(argument)):
        raise FetchError(
            f"{argument}: no such file or folder, and no site's name such as beer.stackexchange.com"
        )
    one = wanted(str(argument))
    if source is None and date is None:
        source = os.environ.get("STACKSTUDY_SOURCE") or None
    console = console or Console()
    with fetching(console) as (web, reporter):
        from loader.fetch.fetching import fetch  # noqa: PLC0415
        from loader.fetch.sources import open_source  # noqa: PLC0415

        opened = open_source(web, source, date)
        folder = dumps_folder(data, opened)
        there = fetched_before(folder, one)
        if there is not None:
            console.print(
                f"{there}: fetched before; `stackstudy fetch` asks whether its source has another",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
            return there
        files = fetch([one], opened, folder, web, reporter=reporter)
    return files[0].path if len(files) == 1 else files[0].path.parent


def dumps_folder(data: Path, source: Source) -> Path:
    """Where the dumps of a source go, unless a user says otherwise."""
    return data / DUMPS / source.label


def fetched_before(folder: Path, one: Wanted) -> Path | None:
    """Return what was fetched and checked of a site, if it is all that is wanted."""
    site = next((site for site in one.candidates() if (folder / site).is_dir()), None)
    if site is None:
        return None
    records = {
        path.name: record
        for path in sorted((folder / site).glob("*.7z"))
        if (record := read_record(path)) is not None
    }
    names = {f"{site}-{table}.7z".lower() for table in one.tables}
    if one.tables:
        found = [name for name in records if name.lower() in names]
        return folder / site / found[0] if len(found) == len(names) == 1 else None
    for record in records.values():
        if record.belongs_to and set(record.belongs_to) <= records.keys():
            names = record.belongs_to
            return folder / site / names[0] if len(names) == 1 else folder / site
    return None


@contextmanager
def fetching(console: Console) -> Iterator[tuple]:
    """Hold the session and the bar of a fetch; a Ctrl-C ends it in one line.

    Yields
    ------
    tuple
        A `loader.fetch.web.Web`, and a `loader.fetch.reporter.FetchReporter`.

    Raises
    ------
    FetchError
        When the user stops it.
    """
    from loader.fetch.progress import FetchProgress  # noqa: PLC0415
    from loader.fetch.web import Web  # noqa: PLC0415

    try:
        with FetchProgress(console) as reporter, Web(on_wait=reporter.wait) as web:
            yield web, reporter
    except KeyboardInterrupt as stop:
        prospect = str(stop) or "what came is kept: the same command goes on from there"
        raise FetchError(f"stopped; {prospect}") from stop
