"""archive.org: the files of an item, and the items that are dumps, by date.

The forms of its answers, and where they are documented, are in docs/decisions/fetch.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from loader.errors import FetchError
from loader.fetch.names import archive_named
from loader.fetch.remote import RemoteFile, select

if TYPE_CHECKING:
    from loader.fetch.names import Wanted
    from loader.fetch.web import Web

ADDRESS: Final = "https://archive.org"
OFFICIAL_ITEM: Final = "stackexchange"
"""The item that Stack Exchange filled until 2024-04, each dump over the one before."""

_ITEM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_DATED: Final = re.compile(
    r"(?:stackexchange(?:-snapshot)?|stack-exchange-data-dump)[_-](\d{4})-?(\d\d)-?(\d\d)(?P<rest>.*)",
    re.IGNORECASE,
)
_SAME_DUMP: Final = re.compile(r"|_(?:bis|rev\d*|revised|\d{8})", re.IGNORECASE)
_QUERY: Final = 'identifier:stackexchange_2* OR subject:"Stack Exchange Data Dump"'
_HASHES: Final = ("md5", "sha1")


@dataclass(frozen=True)
class DatedItem:
    """An item that is a dump of one date.

    Attributes
    ----------
    item : str
        Its identifier.
    dated : date
        The date in its identifier.
    published_on : str
        When it came to archive.org, as an ISO date; empty where that is not said.
    n_bytes : int or None
        Size of all its files.
    is_dump : bool
        Whether it is a dump in the official form; False for JSON editions and the like.
    """

    item: str
    dated: date
    published_on: str
    n_bytes: int | None
    is_dump: bool


class ArchiveOrgItem:
    """An item of archive.org as a source.

    Parameters
    ----------
    item : str
        Its identifier, such as ``stackexchange`` or ``stackexchange_20240930``.
    web : Web
        Asks the servers.

    Raises
    ------
    FetchError
        When the identifier cannot be one.
    """

    def __init__(self, item: str, web: Web) -> None:
        if not _ITEM.fullmatch(item) or ".." in item:
            raise FetchError(
                f"{item!r}: not an item of archive.org; give one such as {OFFICIAL_ITEM}_20240930,"
                " or a mirror's address with https://"
            )
        self._item = item
        self._web = web
        self._files: list[RemoteFile] | None = None

    @property
    def label(self) -> str:
        """A name fit for a folder."""
        return self._item

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"archive.org's {self._item}"

    def files(self) -> list[RemoteFile]:
        """List its archives, by name.

        Raises
        ------
        FetchError
            When there is no such item, or nothing of a dump in it.
        """
        if self._files is None:
            self._files = self._read(self._record())
        return self._files

    def find(self, wanted: Wanted) -> list[RemoteFile]:
        """Return the archives that make up what is wanted."""
        return select(self.files(), wanted, self.title)

    def _read(self, record: dict[str, Any]) -> list[RemoteFile]:
        """Read the archives out of a record: of two of one name the one in the outer folder."""
        found: dict[str, tuple[int, RemoteFile]] = {}
        for entry in record["files"]:
            file = self._file(entry)
            if file is None:
                continue
            depth = str(entry["name"]).count("/")
            known = found.get(file.name)
            if known is None or depth < known[0]:
                found[file.name] = (depth, file)
            elif depth == known[0]:
                raise FetchError(
                    f"{self.title}: has {file.name} in two of its folders; give the one meant"
                    " as an address with https://"
                )
        if not found:
            raise FetchError(
                f"{self.title}: no archive of a dump in it; `stackstudy fetch --dates` lists"
                " the dumps"
            )
        return [file for _, (_, file) in sorted(found.items())]

    def _record(self) -> dict[str, Any]:
        page = self._web.page(f"{ADDRESS}/metadata/{quote(self._item)}")
        if page.status != 200:
            raise FetchError(f"{self.title}: archive.org answers {page.status}; try again later")
        record = page.json()
        if record in ({}, []):  # so it answers for what it does not have
            raise FetchError(
                f"{self.title}: there is no such item; `stackstudy fetch --dates` lists the dumps"
            )
        if isinstance(record, dict) and record.get("is_dark"):
            raise FetchError(
                f"{self.title}: was withdrawn there; `stackstudy fetch --dates` lists the others"
            )
        if not isinstance(record, dict) or not isinstance(record.get("files"), list):
            raise FetchError(f"{self.title}: archive.org does not list its files; try again later")
        return record

    def _file(self, entry: Any) -> RemoteFile | None:
        """Read an entry of a record; None for what is no archive, is not public, or climbs out."""
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            return None
        *folders, name = entry["name"].split("/")
        archive = archive_named(name)
        if archive is None or entry.get("private") in {"true", True}:
            return None
        if any(one in {"", ".", "..", "history"} for one in folders):
            return None
        path = "/".join(quote(part) for part in (*folders, name))
        return RemoteFile(
            archive,
            f"{ADDRESS}/download/{quote(self._item)}/{path}",
            n_bytes=_whole(entry.get("size")),
            modified_at=_moment(entry.get("mtime")),
            hashes={
                one: entry[one].lower()
                for one in _HASHES
                if isinstance(entry.get(one), str) and re.fullmatch(r"[0-9a-fA-F]+", entry[one])
            },
        )


def item_of(address: str) -> str | None:
    """Return the item that an address at archive.org is of; None for other addresses."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.hostname not in {urlsplit(ADDRESS).hostname, "www.archive.org"}:
        return None
    words = [unquote(word) for word in parts.path.split("/") if word]
    if len(words) >= 2 and words[0] in {"details", "download", "metadata"}:
        return words[1]
    return None


def dated_items(web: Web) -> list[DatedItem]:
    """List the dumps that archive.org has, the oldest first.

    Raises
    ------
    FetchError
        When it cannot be asked.
    """
    page = web.page(
        f"{ADDRESS}/advancedsearch.php",
        {
            "q": _QUERY,
            "fl[]": ["identifier", "publicdate", "item_size"],
            "rows": 500,
            "output": "json",
        },
    )
    if page.status != 200:
        raise FetchError(
            f"archive.org: its search answers {page.status}; name an item with --source"
        )
    answer = page.json()
    try:
        documents = answer["response"]["docs"]
        items = [item for one in documents if (item := _dated(one)) is not None]
    except (KeyError, TypeError, AttributeError) as error:
        raise FetchError(
            "archive.org: its search answers in an unknown form; name an item with --source"
        ) from error
    return sorted(items, key=lambda one: (one.dated, one.published_on, one.item))


def item_dated(asked: str, web: Web) -> str:
    """Return the item of a date.

    Parameters
    ----------
    asked : str
        ``latest``, or a date as far as it is known: ``2024``, ``2024-09``, ``2024-09-30``.
    web : Web
        Asks the servers.

    Raises
    ------
    FetchError
        When there is none; the message says which dates there are.
    """
    digits = re.sub(r"-", "", asked)
    if asked != "latest" and not re.fullmatch(r"\d{4}(\d\d(\d\d)?)?", digits):
        raise FetchError(f"--date {asked!r}: not a date; give 2024, 2024-09, 2024-09-30 or latest")
    dumps = [one for one in dated_items(web) if one.is_dump]
    wanted = "" if asked == "latest" else digits
    fitting = [one for one in dumps if f"{one.dated:%Y%m%d}".startswith(wanted)]
    if fitting:
        return fitting[-1].item  # of one date the one published last: it mends the others
    has = ", ".join(dict.fromkeys(one.dated.isoformat() for one in dumps)) or "none"
    raise FetchError(f"archive.org: no dump of {asked}; it has {has}")


def _dated(document: dict[str, Any]) -> DatedItem | None:
    item = document["identifier"]
    found = _DATED.fullmatch(item)
    if found is None:
        return None
    try:
        dated = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return DatedItem(
        item,
        dated,
        str(document.get("publicdate") or "")[:10],
        _whole(document.get("item_size")),
        _SAME_DUMP.fullmatch(found["rest"]) is not None,
    )


def _whole(value: object) -> int | None:
    """Read a size, which archive.org writes as text."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _moment(value: object) -> datetime | None:
    """Read a date, which archive.org writes as seconds in text."""
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
