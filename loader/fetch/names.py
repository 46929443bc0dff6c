"""Names: what users call a site, and what the archives of dumps are called.

Most sites are one archive of all tables (``beer.stackexchange.com.7z``). Stack Overflow was one
archive a table (``stackoverflow.com-Posts.7z``) to 2024-04, and is one archive since.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDINGS: Final = ("", ".com", ".net", ".stackexchange.com")
"""What users leave out of a site's name, in the order tried."""

_TABLES: Final = {
    "badges": "Badges",
    "comments": "Comments",
    "posthistory": "PostHistory",
    "postlinks": "PostLinks",
    "posts": "Posts",
    "tags": "Tags",
    "users": "Users",
    "votes": "Votes",
}
"""Tables as the names of Stack Overflow's archives spell them, by root element."""

_NAME: Final = re.compile(
    rf"(?P<site>[a-z0-9]+(?:[.-][a-z0-9]+)*?)(?:-(?P<table>{'|'.join(_TABLES)}))?(?P<suffix>\.7z)?",
    re.IGNORECASE,
)
_LONGEST: Final = 200


@dataclass(frozen=True)
class Wanted:
    """What a user asks for.

    Attributes
    ----------
    name : str
        The site, as far as it was typed (``beer``), in lower case.
    tables : frozenset of str
        Root elements of the tables; empty for all of them.
    """

    name: str
    tables: frozenset[str]

    def candidates(self) -> list[str]:
        """Names that the site may have, the likeliest first."""
        return [self.name + ending for ending in _ENDINGS]


@dataclass(frozen=True)
class ArchiveName:
    """What the name of an archive says.

    Attributes
    ----------
    site : str
        Whose it is, in lower case.
    table : str or None
        Root element of its only table; None for an archive of all tables.
    """

    site: str
    table: str | None

    @property
    def file_name(self) -> str:
        """Name of the archive on disk: made of checked parts, whatever the source says."""
        return archive_file(self.site, self.table)


def archive_file(site: str, table: str | None) -> str:
    """Name of an archive of a site, or of one of its tables (by root element)."""
    return f"{site}.7z" if table is None else f"{site}-{_TABLES[table]}.7z"


def spelled(table: str) -> str:
    """Return a table's root element as archives spell it."""
    return _TABLES[table]


def all_tables() -> list[str]:
    """Root elements of all tables, in alphabetical order."""
    return sorted(_TABLES)


def archive_named(file_name: str) -> ArchiveName | None:
    """Read the name of a file; None where it is no archive of a dump."""
    found = _NAME.fullmatch(file_name)
    if found is None or found["suffix"] is None or "." not in found["site"]:
        return None
    table = found["table"]
    return ArchiveName(found["site"].lower(), table.lower() if table else None)


def wanted(site: str, tables: Iterable[str] = ()) -> Wanted:
    """Read what a user typed: ``beer``, ``stackoverflow.com``, ``stackoverflow.com-Posts``.

    Parameters
    ----------
    site : str
        The site, with or without its ending, a table's name and ``.7z``.
    tables : iterable of str
        More tables, in any spelling (``post_history``, ``PostHistory``).

    Raises
    ------
    FetchError
        When it is no name of a site or of a table.
    """
    found = _NAME.fullmatch(site)
    if found is None or len(site) > _LONGEST or not re.search("[a-z]", found["site"].lower()):
        raise FetchError(
            f"{site!r}: not a site's name; letters, digits, dots and hyphens only,"
            " such as beer.stackexchange.com or stackoverflow.com-Posts"
        )
    named = [found["table"].lower()] if found["table"] else []
    return Wanted(found["site"].lower(), frozenset([*named, *(table_root(one) for one in tables)]))


def table_root(name: str) -> str:
    """Return the root element of a table named in any spelling.

    Raises
    ------
    FetchError
        When no table is called that.
    """
    root = re.sub(r"[^a-z]", "", name.lower())
    if root not in schemas.BY_ROOT:
        raise FetchError(
            f"{name!r}: no table of a dump; the tables are {', '.join(schemas.TABLES)}"
        )
    return root


def looks_like_site(argument: str) -> bool:
    """Whether what a user typed may be a site's name and not a path.

    A name with a slash, or that ends as files of a dump do, is a path.
    """
    found = _NAME.fullmatch(argument)
    if found is None or found["suffix"] is not None or len(argument) > _LONGEST:
        return False
    return (
        not argument.lower().endswith(".xml") and re.search("[a-z]", argument.lower()) is not None
    )
