"""Fetching the archives that a user wants to disk, checked, in one folder per site."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from loader.errors import FetchError
from loader.fetch.names import SPELLED, ArchiveName, Wanted, looks_like_site, wanted
from loader.fetch.progress import FetchProgress
from loader.fetch.sources import open_source
from loader.fetch.transfer import Transfer, check_space, part_of, read_record, size_of
from loader.fetch.web import Web
from loader.locks import locked
from loader.sites import find_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loader.fetch.sources import RemoteFile, Source


def fetch(  # noqa: PLR0913 - what, from where, to where, and how
    wanted: Sequence[Wanted],
    source: Source,
    folder: Path,
    web: Web,
    progress: FetchProgress,
    *,
    hashes: dict[str, dict[str, str]] | None = None,
    force: bool = False,
) -> list[Path]:
    """Fetch the archives of sites.

    Parameters
    ----------
    wanted : sequence of Wanted
        Sites, and tables of sites.
    source : Source
        Where the archives are.
    folder : Path
        Receives one folder per site with its archives.
    web : Web
        Asks the servers.
    progress : FetchProgress
        Shows the progress.
    hashes : dict, optional
        Hashes to check against, besides those of the source; each file must match one.
    force : bool
        Fetch files again that are there, and replace each when the new one is whole.

    Returns
    -------
    list of Path
        In the order wanted.

    Raises
    ------
    FetchError
        When a wanted archive cannot be fetched; those fetched before stay.
    """
    chosen: dict[Path, tuple[RemoteFile, list[str]]] = {}
    for one in wanted:
        files = source.find(one)
        if hashes is not None:
            files = [_with_hashes(file, hashes) for file in files]
        names = [] if one.tables else [file.name for file in files]
        for file in files:
            path = folder / file.archive.site / file.name
            chosen.setdefault(path, (file, names))
    missing = [
        max(0, (file.n_bytes or file.about_bytes or 0) - size_of(part_of(path, file)))
        for path, (file, _) in chosen.items()
        if force or not path.exists()
    ]
    try:
        check_space(folder, sum(missing), f"what is missing ({len(missing)} archives)")
        for path, (file, names) in chosen.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            busy = FetchError(
                f"{path}: another fetch of it is under way; wait for it, and try again"
            )
            with locked(path.with_name(f".{path.name}.lock"), busy):
                transfer = Transfer(path, file, web, progress)
                if force or not transfer.keep(names):
                    transfer.run(names)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # the reader of our lines has gone
        raise FetchError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); what came is kept:"
            " make room, or choose another folder"
        ) from error
    return list(chosen)


def resolve_dump(
    argument: str | Path,
    data: Path,
    *,
    source: str | None = None,
    date: str | None = None,
    console: Console | None = None,
) -> Path:
    """Return the dump that a user means; fetch it where it is not on disk.

    A site that was fetched whole before from the same source is used without asking the network: a
    dump does not change, and a study should not either.

    Parameters
    ----------
    argument : str or Path
        A folder, an .xml file or a .7z archive; or a site (``beer``, ``stackoverflow.com-Posts``).
    data : Path
        The data folder; dumps go to ``<data>/dumps/<source>/<site>``.
    source, date : str, optional
        The source, as `loader.fetch.sources.open_source` takes it; by default that of the
        environment (STACKSTUDY_SOURCE), or the official item.
    console : rich.console.Console, optional
        Shows the progress.

    Returns
    -------
    Path
        The path given, the archive fetched, or the folder of the archives of a site.

    Raises
    ------
    FetchError
        When it is not on disk and cannot be fetched.
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
    with FetchProgress(console or Console()) as progress:
        web = Web(progress.wait)
        opened = open_source(web, source, date)
        folder = dumps_folder(data, opened)
        there = fetched_before(folder, one)
        if there is not None:
            again = "`stackstudy fetch` asks whether its source has another"
            progress.say(f"{there}: fetched before; {again}")
            return there
        files = fetch([one], opened, folder, web, progress)
    return files[0] if len(files) == 1 else files[0].parent


def dumps_folder(data: Path, source: Source) -> Path:
    """Return the default folder for the dumps of a source."""
    return data / "dumps" / source.label


def fetched_before(folder: Path, one: Wanted) -> Path | None:
    """Return the fetched and checked archives of a site, if all that are wanted are there."""
    sites = [path.name for path in folder.glob("*") if path.is_dir()]
    site = find_site(one.site, sites)
    if site is None:
        return None
    found = {
        path.name: record
        for path in (folder / site).glob("*.7z")
        if (record := read_record(path)) is not None
    }
    wholes = [record.belongs_to for record in found.values() if record.belongs_to]
    if one.tables:
        wholes = [[ArchiveName(site, table).file_name for table in SPELLED if table in one.tables]]
    for names in wholes:
        if set(names) <= found.keys():
            return folder / site / names[0] if len(names) == 1 else folder / site
    return None


def _with_hashes(file: RemoteFile, hashes: dict[str, dict[str, str]]) -> RemoteFile:
    if file.name not in hashes:
        raise FetchError(f"{file.name}: --checksums has no hash of it; leave out --checksums")
    return replace(file, hashes={**file.hashes, **hashes[file.name]})
