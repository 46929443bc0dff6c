"""archive.org: the files of an item, and the items that are dumps, by date.

docs/decisions/fetch.md describes the forms of its answers, with their documentation.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from loader.errors import FetchError
from loader.fetch.names import archive_named
from loader.fetch.sources import RemoteFile, Source

if TYPE_CHECKING:
    from loader.fetch.web import Web

ADDRESS: Final = "https://archive.org"

_ITEM: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_DATED: Final = re.compile(
    r"(?:stackexchange(?:-snapshot)?|stack-exchange-data-dump)[_-](\d{4})-?(\d\d)-?(\d\d)(?P<rest>.*)",
    re.IGNORECASE,
)
_SAME_DUMP: Final = re.compile(r"|_(?:bis|rev\d*|revised|\d{8})", re.IGNORECASE)
_QUERY: Final = {
    "q": 'identifier:stackexchange_2* OR subject:"Stack Exchange Data Dump"',
    "fl[]": ["identifier", "publicdate", "item_size"],
    "rows": 500,
    "output": "json",
}


@dataclass(frozen=True)
class DatedItem:
    """An item that holds the dump of one date."""

    item: str
    dated: date  # in its identifier
    published_on: str  # an ISO date; empty where that is not said
    n_bytes: int | None  # of all its files
    is_dump: bool  # in the official form; False for JSON editions and the like


class ArchiveOrgItem(Source):
    """An item of archive.org as a source, such as ``stackexchange_20240930``."""

    def __init__(self, item: str, web: Web) -> None:
        if not _ITEM.fullmatch(item):
            raise FetchError(
                f"{item!r}: not an item of archive.org; give one such as stackexchange_20240930,"
                " or a mirror's address with https://"
            )
        self.label = item
        self.title = f"archive.org's {item}"
        self._web = web
        self._files: list[RemoteFile] = []

    def files(self) -> list[RemoteFile]:
        """List its archives by name; of two with one name, the one in the outer folder."""
        found: dict[str, RemoteFile] = {}
        files = [] if self._files else filter(None, map(self._file, self._entries()))
        for file in sorted(files, key=lambda file: file.url.count("/")):
            first = found.setdefault(file.name, file)
            if first is not file and first.url.count("/") == file.url.count("/"):
                raise FetchError(
                    f"{self.title}: has {file.name} in two of its folders; give the one meant"
                    " as an address with https://"
                )
        self._files = self._files or [file for _, file in sorted(found.items())]
        if not self._files:
            raise FetchError(
                f"{self.title}: no archive of a dump in it; `stackstudy fetch --dates` lists"
                " the dumps"
            )
        return self._files

    def _entries(self) -> list[Any]:
        page = self._web.page(f"{ADDRESS}/metadata/{quote(self.label)}")
        if page.status != 200:
            raise FetchError(f"{self.title}: archive.org answers {page.status}; try again later")
        record = page.json()
        others = "`stackstudy fetch --dates` lists the dumps"
        if record in ({}, []):  # so it answers for what it does not have
            raise FetchError(f"{self.title}: there is no such item; {others}")
        if isinstance(record, dict) and record.get("is_dark"):
            raise FetchError(f"{self.title}: was withdrawn there; {others}")
        if not isinstance(record, dict) or not isinstance(record.get("files"), list):
            raise FetchError(f"{self.title}: archive.org does not list its files; try again later")
        return record["files"]

    def _file(self, entry: Any) -> RemoteFile | None:
        """Read an entry of a record; return None unless it is a public archive with a safe path."""
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            return None
        *folders, name = entry["name"].split("/")
        archive = archive_named(name)
        is_outside = any(one in {"", ".", "..", "history"} for one in folders)
        if archive is None or is_outside or entry.get("private") in {"true", True}:
            return None
        changed = ""
        with suppress(ValueError, OverflowError, OSError):
            changed = f"{datetime.fromtimestamp(float(str(entry.get('mtime'))), UTC):%Y-%m-%d}"
        return RemoteFile(
            archive,
            f"{ADDRESS}/download/{quote(self.label)}/{quote(entry['name'])}",
            n_bytes=_whole(entry.get("size")),
            date=changed,
            hashes={
                one: entry[one].lower()
                for one in ("md5", "sha1")
                if re.fullmatch(r"[0-9a-fA-F]+", str(entry.get(one)))
            },
        )


def item_of(name: str) -> str | None:
    """Return the item of a name or an address; None for addresses elsewhere."""
    if not name.lower().startswith(("http://", "https://")):
        return name
    with suppress(ValueError):
        parts = urlsplit(name)
        words = [unquote(word) for word in parts.path.split("/") if word]
        is_there = parts.hostname in {"archive.org", "www.archive.org"} and len(words) >= 2
        if is_there and words[0] in {"details", "download", "metadata"}:
            return words[1]
    return None


def dated_items(web: Web) -> list[DatedItem]:
    """List the dumps on archive.org, oldest first."""
    page = web.page(f"{ADDRESS}/advancedsearch.php?{urlencode(_QUERY, doseq=True)}")
    if page.status != 200:
        raise FetchError(
            f"archive.org: its search answers {page.status}; name an item with --source"
        )
    answer = page.json()
    try:
        found = filter(None, map(_dated, answer["response"]["docs"]))
        return sorted(found, key=lambda one: (one.dated, one.published_on, one.item))
    except (KeyError, TypeError, AttributeError) as error:
        raise FetchError(
            "archive.org: its search answers in an unknown form; name an item with --source"
        ) from error


def item_dated(asked: str, web: Web) -> str:
    """Return the item of a date: ``latest``, ``2024``, ``2024-09`` or ``2024-09-30``."""
    digits = "" if asked == "latest" else asked.replace("-", "")
    if asked != "latest" and not re.fullmatch(r"\d{4}(\d\d(\d\d)?)?", digits):
        raise FetchError(f"--date {asked!r}: not a date; give 2024, 2024-09, 2024-09-30 or latest")
    dumps = [one for one in dated_items(web) if one.is_dump]
    fitting = [one for one in dumps if f"{one.dated:%Y%m%d}".startswith(digits)]
    if fitting:
        return fitting[-1].item  # of one date, the last published: it corrects the others
    has = ", ".join(dict.fromkeys(one.dated.isoformat() for one in dumps)) or "none"
    raise FetchError(f"archive.org: no dump of {asked}; it has {has}")


def _dated(document: dict[str, Any]) -> DatedItem | None:
    item = document["identifier"]
    found = _DATED.fullmatch(item)
    with suppress(ValueError):
        return found and DatedItem(
            item,
            date(int(found[1]), int(found[2]), int(found[3])),
            str(document.get("publicdate") or "")[:10],
            _whole(document.get("item_size")),
            _SAME_DUMP.fullmatch(found["rest"]) is not None,
        )
    return None


def _whole(value: object) -> int | None:
    """Read a size, which archive.org gives as text."""
    return int(str(value)) if re.fullmatch(r"[0-9]{1,18}", str(value)) else None
