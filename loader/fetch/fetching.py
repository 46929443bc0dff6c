"""Fetching: from what is wanted to whole, checked files in a folder a site."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loader.errors import FetchError
from loader.fetch.part import Part, alone, check_space, on_disk
from loader.fetch.record import read_record, write_record
from loader.fetch.remote import human
from loader.fetch.reporter import FetchReporter
from loader.fetch.transfer import Transfer
from loader.fetch.verify import WrongBytesError, verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from loader.fetch.names import Wanted
    from loader.fetch.remote import RemoteFile, Source
    from loader.fetch.web import Web


@dataclass(frozen=True)
class Fetched:
    """A file that is whole and checked.

    Attributes
    ----------
    path : Path
        Where it is.
    url : str
        Where it is from.
    n_bytes : int
        Its size.
    checked_by : str
        The hash, or what else it was checked by.
    was_there : bool
        Whether an earlier fetch brought it.
    """

    path: Path
    url: str
    n_bytes: int
    checked_by: str
    was_there: bool


def fetch(  # noqa: PLR0913 - what, from where, to where, and how
    wanted: Sequence[Wanted],
    source: Source,
    folder: Path,
    web: Web,
    *,
    force: bool = False,
    reporter: FetchReporter | None = None,
) -> list[Fetched]:
    """Fetch the archives of sites.

    Parameters
    ----------
    wanted : sequence of Wanted
        Sites, and tables of sites.
    source : Source
        Where they are.
    folder : Path
        Gets a folder a site with the archives in it.
    web : Web
        Asks the servers.
    force : bool
        Fetch anew what is there, and replace it when the new one is whole.
    reporter : FetchReporter, optional
        Hears how it goes on.

    Returns
    -------
    list of Fetched
        In the order wanted.

    Raises
    ------
    FetchError
        When anything wanted is not to be had; what came before stays.
    """
    reporter = reporter or FetchReporter()
    chosen: dict[Path, tuple[RemoteFile, list[str]]] = {}
    for one in wanted:
        files = source.find(one)
        names = [file.name for file in files]
        for file in files:
            path = folder / file.archive.site / file.name
            chosen.setdefault(path, (file, [] if one.tables else names))
    fetcher = _Fetcher(web, reporter, force=force)
    with on_disk(folder):
        fetcher.check_space(folder, {path: file for path, (file, _) in chosen.items()})
        return [fetcher.bring(path, file, names) for path, (file, names) in chosen.items()]


class _Fetcher:
    """Brings one file after the other."""

    def __init__(self, web: Web, reporter: FetchReporter, *, force: bool) -> None:
        self._web = web
        self._reporter = reporter
        self._force = force

    def check_space(self, folder: Path, files: dict[Path, RemoteFile]) -> None:
        """Refuse before the first byte what the disk cannot hold."""
        missing = [(path, file) for path, file in files.items() if self._force or not path.exists()]
        sizes = [
            (file.n_bytes or file.about_bytes or 0, Part(path).n_bytes) for path, file in missing
        ]
        needed = sum(max(0, size - there) for size, there in sizes)
        what = f"{len(missing)} archives" if len(missing) > 1 else "the archive"
        check_space(folder, needed, what)

    def bring(self, path: Path, file: RemoteFile, belongs_to: list[str]) -> Fetched:
        """Fetch a file, unless it is there."""
        with alone(path):
            there = None if self._force else self._there(path, file, belongs_to)
            if there is not None:
                return there
            checked_by = self._transfer(Part(path), file)
            record = write_record(path, file, checked_by, belongs_to)
        self._reporter.end(path, record.n_bytes, checked_by)
        return Fetched(path, file.url, record.n_bytes, checked_by, was_there=False)

    def _transfer(self, part: Part, file: RemoteFile) -> str:
        """Bring a file under its name."""
        is_last = False
        while True:
            transfer = Transfer(file, part, self._web, self._reporter)
            transfer.run()
            try:
                checked_by = verify(part.path, file, self._reporter)
            except WrongBytesError:
                part.discard()
                if is_last or not transfer.is_resumed:
                    raise
                is_last = True
                self._reporter.restart("what came in several goes does not fit together")
                continue
            if file.modified_at is not None:
                moment = file.modified_at.timestamp()
                os.utime(part.path, (moment, moment))
            part.finish()
            return checked_by

    def _there(self, path: Path, file: RemoteFile, belongs_to: list[str]) -> Fetched | None:
        """Keep a file that is there and is what the source has; refuse to lose another one."""
        if not path.exists():
            return None
        record = read_record(path)
        if record is None or not record.fits(file):
            try:
                checked_by = verify(path, file, self._reporter)
            except WrongBytesError as error:
                raise FetchError(
                    f"{path}: is there, and is not what the source has now ({_what(file)});"
                    " --force replaces it, --to fetches to another folder"
                ) from error
            write_record(path, file, checked_by, belongs_to)
        else:
            checked_by = record.checked_by
            if belongs_to and belongs_to != record.belongs_to:
                write_record(path, file, checked_by, belongs_to)
        self._reporter.keep(path, f"fetched before, {checked_by} checked")
        return Fetched(path, file.url, path.stat().st_size, checked_by, was_there=True)


def _what(file: RemoteFile) -> str:
    said = [] if file.n_bytes is None else [human(file.n_bytes)]
    if file.strongest is not None:
        said.append(" ".join(file.strongest))
    return ", ".join(said) or "no archive of a dump"
