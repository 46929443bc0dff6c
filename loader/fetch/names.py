"""Names of sites and tables: as users type them, and of the archives of dumps.

Most sites are one archive of all tables (``beer.stackexchange.com.7z``). Stack Overflow was one
archive per table (``stackoverflow.com-Posts.7z``) to 2024-04, and is one archive since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterable

SPELLED: Final = {
    table.root: "".join(word.capitalize() for word in table.name.split("_"))
    for table in sorted(schemas.TABLES.values(), key=lambda table: table.root)
}
"""Tables as names of archives spell them (``PostHistory``), by root element."""

_NAME: Final = re.compile(
    rf"(?=.{{1,200}}\Z)(?=.*[a-z])(?P<site>[a-z0-9]+(?:[.-][a-z0-9]+)*?)"
    rf"(?:-(?P<table>{'|'.join(SPELLED)}))?(?P<suffix>\.7z)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ArchiveName:
    """The site and the table in an archive's name; the table is None where it holds all."""

    site: str
    table: str | None

    @property
    def file_name(self) -> str:
        """Name of the archive on disk, made of checked parts and not taken from the source."""
        return f"{self.site}.7z" if self.table is None else f"{self.site}-{SPELLED[self.table]}.7z"


@dataclass(frozen=True)
class Wanted:
    """A wanted site, as typed, and root elements of wanted tables (none: all tables)."""

    site: str
    tables: frozenset[str]


def archive_named(file_name: str) -> ArchiveName | None:
    """Read the name of a file; return None where it is no archive of a dump."""
    found = _NAME.fullmatch(file_name)
    if found is None or found["suffix"] is None or "." not in found["site"]:
        return None
    return ArchiveName(found["site"].lower(), found["table"].lower() if found["table"] else None)


def wanted(site: str, tables: Iterable[str] = ()) -> Wanted:
    """Read what a user typed.

    Parameters
    ----------
    site : str
        The site, with or without its ending, a table's name and ``.7z``: ``beer``,
        ``stackoverflow.com-Posts``.
    tables : iterable of str
        More tables, in any spelling (``post_history``, ``PostHistory``).

    Raises
    ------
    FetchError
        When it is no name of a site or of a table.
    """
    found = _NAME.fullmatch(site)
    if found is None:
        raise FetchError(
            f"{site!r}: not a site's name; letters, digits, dots and hyphens only,"
            " such as beer.stackexchange.com or stackoverflow.com-Posts"
        )
    named = [found["table"].lower()] if found["table"] else []
    return Wanted(found["site"].lower(), frozenset([*named, *(_root(one) for one in tables)]))


def looks_like_site(argument: str) -> bool:
    """Whether a typed text may be a site's name and not a path (``a/b``, ``beer.7z``)."""
    found = _NAME.fullmatch(argument)
    is_file = argument.lower().endswith((".7z", ".xml"))
    return found is not None and not is_file


def _root(table: str) -> str:
    root = re.sub(r"[^a-z]", "", table.lower())
    if root not in SPELLED:
        tables = ", ".join(schemas.TABLES)
        raise FetchError(f"{table!r}: no table of a dump; the tables are {tables}")
    return root
