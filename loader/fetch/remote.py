"""What a source has: its files, and what it publishes about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Protocol

from loader.errors import FetchError
from loader.fetch.names import ArchiveName, Wanted, archive_file, spelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

STRENGTH: Final = ("sha512", "sha256", "sha1", "md5")
"""Hashes that a source may publish, the strongest first."""


@dataclass(frozen=True)
class RemoteFile:
    """An archive at a source.

    Attributes
    ----------
    archive : ArchiveName
        Whose it is, and which table.
    url : str
        Where it is.
    n_bytes : int or None
        Its size, where the source publishes it.
    about_bytes : int or None
        Its size as far as a source rounds it.
    modified_at : datetime or None
        When it was last changed there, in UTC.
    hashes : mapping of str to str
        Hashes that the source publishes: algorithm, and hexadecimal digits in lower case.
    """

    archive: ArchiveName
    url: str
    n_bytes: int | None = None
    about_bytes: int | None = None
    modified_at: datetime | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the file on disk."""
        return self.archive.file_name

    @property
    def strongest(self) -> tuple[str, str] | None:
        """The strongest published hash: algorithm and digits."""
        return next(((one, self.hashes[one]) for one in STRENGTH if one in self.hashes), None)


class Source(Protocol):
    """Where dumps come from."""

    @property
    def label(self) -> str:
        """A name fit for a folder: dumps of different sources must not mix."""

    @property
    def title(self) -> str:
        """What messages call it."""

    def files(self) -> list[RemoteFile]:
        """List the archives it has, by name.

        Raises
        ------
        FetchError
            When it cannot be reached, or does not list its files.
        """

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the archives that make up what is wanted.

        Raises
        ------
        FetchError
            When it does not have them; the message says what it has.
        """


def select(files: list[RemoteFile], wanted: Wanted, title: str) -> list[RemoteFile]:
    """Choose the archives that make up what is wanted.

    Parameters
    ----------
    files : list of RemoteFile
        What a source has.
    wanted : Wanted
        A site, and perhaps tables.
    title : str
        The source, for messages.

    Returns
    -------
    list of RemoteFile
        One archive of all tables, or one a table.

    Raises
    ------
    FetchError
        When the source does not have them.
    """
    sites = {file.archive.site for file in files}
    site = next((one for one in wanted.candidates() if one in sites), None)
    if site is None:
        raise FetchError(_no_site(wanted.name, sites, title))
    of_site = {file.archive.table: file for file in files if file.archive.site == site}
    if not wanted.tables:
        whole = of_site.get(None)
        return [whole] if whole else list(of_site.values())
    missing = sorted(wanted.tables - of_site.keys())
    if not missing:
        return [file for table, file in of_site.items() if table in wanted.tables]
    if None in of_site:
        size = of_site[None].n_bytes
        raise FetchError(
            f"{title}: {site} is one archive of all tables there, {archive_file(site, None)}"
            f"{f' ({human(size)})' if size else ''}; leave the table out to fetch it whole"
        )
    has = ", ".join(spelled(table) for table in of_site if table is not None)
    raise FetchError(
        f"{title}: has no {' and no '.join(map(spelled, missing))} of {site}; it has {has}"
    )


def _no_site(name: str, sites: set[str], title: str) -> str:
    called = {short: site for site in sorted(sites) for short in (site, site.split(".")[0])}
    near = [called[one] for one in get_close_matches(name, called, n=5, cutoff=0.7)]
    near += [site for site in sorted(sites) if name in site]
    near = list(dict.fromkeys(near))[:3]
    hint = f"; near it are {', '.join(near)}" if near else ""
    return (
        f"{title}: has no {name}{hint}; `stackstudy fetch --list` shows all {len(sites):,} sites"
        " of a source"
    )


def human(n_bytes: float) -> str:
    """Write a size for people: ``23.0 GB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if n_bytes < 1000:
            return f"{n_bytes:,.0f} {unit}" if unit == "bytes" else f"{n_bytes:,.1f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:,.1f} TB"
