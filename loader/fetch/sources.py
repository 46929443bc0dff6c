"""Sources of dumps: their files, and what they publish about each."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from rich.filesize import decimal

from loader.errors import FetchError
from loader.fetch.names import SPELLED, ArchiveName, Wanted
from loader.sites import find_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loader.fetch.web import Web

_STRENGTH: Final = ("sha512", "sha256", "sha1", "md5")
"""Hash algorithms that sources publish, strongest first."""

_LENGTHS: Final = {
    hashlib.new(one, usedforsecurity=False).digest_size * 2: one for one in _STRENGTH
}
_SUM: Final = re.compile(r"\\?([0-9a-fA-F]{32,128})(?:\s+\*?(\S(?:.*\S)?))?\s*")


@dataclass(frozen=True)
class RemoteFile:
    """An archive at a source, with what the source publishes about it."""

    archive: ArchiveName
    url: str
    n_bytes: int | None = None
    about_bytes: int | None = None  # where its size is rounded
    date: str = ""  # of the last change, as the source writes it
    hashes: Mapping[str, str] = field(default_factory=dict)  # algorithm, digits in lower case
    validator: str | None = None  # by which its server tells versions apart

    @property
    def name(self) -> str:
        """Name of the file on disk."""
        return self.archive.file_name

    @property
    def strongest(self) -> tuple[str, str] | None:
        """The strongest published hash: algorithm and digits."""
        return next(((one, self.hashes[one]) for one in _STRENGTH if one in self.hashes), None)

    @property
    def version(self) -> str | None:
        """Tells this file from others of the same name; None where nothing does."""
        name = ":".join(self.strongest or ()) or (self.validator and f"{self.url} {self.validator}")
        return hashlib.sha256(name.encode()).hexdigest()[:8] if name else None


class Source:
    """A source of dumps.

    `label` names its folder, since dumps of different sources must not mix; `title` names it in
    messages.
    """

    label: str
    title: str

    def files(self) -> list[RemoteFile]:
        """List its archives by name."""
        raise NotImplementedError

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the wanted archives: one with all tables, or one per table."""
        return select(self.files(), wanted, self.title)


def open_source(web: Web, name: str | None = None, date: str | None = None) -> Source:
    """Return a source of dumps.

    Parameters
    ----------
    web : Web
        Asks the servers.
    name : str, optional
        An item of archive.org (``stackexchange_20240930``), an address there, or the address of
        a folder on the web; without it, the item that Stack Exchange filled.
    date : str, optional
        In place of a name: ``latest``, or the date of a dump as far as it is known (``2024-09``).

    Raises
    ------
    FetchError
        When there is no such source.
    """
    from loader.fetch.archive_org import ArchiveOrgItem, item_dated, item_of  # noqa: PLC0415
    from loader.fetch.web_folder import WebFolder  # noqa: PLC0415

    if name is None:
        name = "stackexchange" if date is None else item_dated(date, web)
    item = item_of(name)
    return WebFolder(name, web) if item is None else ArchiveOrgItem(item, web)


def select(files: list[RemoteFile], wanted: Wanted, title: str) -> list[RemoteFile]:
    """Choose the wanted archives; the error says what there is instead."""
    sites = {file.archive.site for file in files}
    site = find_site(wanted.site, sites)
    if site is None:
        raise FetchError(f"{title}: has no {wanted.site}{_near(wanted.site, sites)}")
    of_site = {file.archive.table: file for file in files if file.archive.site == site}
    whole = of_site.pop(None, None)
    if not wanted.tables:
        return [whole] if whole is not None else list(of_site.values())
    missing = sorted(wanted.tables - of_site.keys())
    if not missing:
        return [file for table, file in of_site.items() if table in wanted.tables]
    if whole is not None:
        size = f" ({decimal(whole.n_bytes)})" if whole.n_bytes else ""
        raise FetchError(
            f"{title}: {site} is one archive of all tables there, {whole.name}{size}; leave the"
            " table out to fetch it whole"
        )
    lacks = " and no ".join(SPELLED[table] for table in missing)
    has = ", ".join(SPELLED[table] for table in of_site if table is not None)
    raise FetchError(f"{title}: has no {lacks} of {site}; it has {has}")


def checksums(text: str) -> dict[str, dict[str, str]]:
    """Read a list of hashes, in the form of ``sha256sum`` and the like, by file and algorithm.

    A line with digits alone is listed under the name ``""``.
    """
    found: dict[str, dict[str, str]] = {}
    for parts in filter(None, map(_SUM.fullmatch, text.splitlines())):
        if len(parts[1]) in _LENGTHS:
            name = re.split(r"[/\\]", parts[2] or "")[-1]
            found.setdefault(name, {})[_LENGTHS[len(parts[1])]] = parts[1].lower()
    return found


def _near(name: str, sites: set[str]) -> str:
    called = {short: site for site in sorted(sites) for short in (site, site.split(".")[0])}
    near = [called[one] for one in get_close_matches(name, called, n=5, cutoff=0.7)]
    near = list(dict.fromkeys(near + [site for site in sorted(sites) if name in site]))[:3]
    hint = f"; near it are {', '.join(near)}" if near else ""
    return f"{hint}; `stackstudy fetch --list` shows all {len(sites):,} sites of a source"
