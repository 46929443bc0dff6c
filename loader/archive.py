"""What is in a dump: tables in folders, .xml files and .7z archives, and whose site they are."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader import schemas, sevenzip
from loader.errors import LoaderError, NotADumpError
from loader.prolog import read_prolog, unknown_table
from loader.source import pieces_of
from loader.store import check_site
from loader.text import utf8_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![a-z0-9.])", re.IGNORECASE
)
_PARTS: Final = re.compile(r"[^a-z]+")
_DEEPEST: Final = 4


@dataclass(frozen=True)
class Source:
    """A file, or a member of an archive, that holds a table.

    Attributes
    ----------
    path : Path
        The file on disk.
    member : str or None
        Name inside the archive; None for a plain file.
    n_bytes : int
        Size of its XML.
    site : str
        Whose table it is.
    table : str or None
        Which table; None for an archive's member whose name does not say it: its root element will.
    is_claimed : bool
        Whether its name says that it is a table, so that anything else in it is an error.
    """

    path: Path
    member: str | None
    n_bytes: int
    site: str
    table: str | None
    is_claimed: bool

    @property
    def name(self) -> str:
        """The file, for messages."""
        return str(self.path) if self.member is None else f"{self.path}: {self.member}"


@dataclass
class Dump:
    """What there is to load.

    Attributes
    ----------
    sources : list of Source
        In the order found.
    left_out : list of str
        Lines about files that look like a part of the dump and are not loaded.
    names : dict of str to str
        Site, and the name it was read from (for sites that nobody named).
    """

    sources: list[Source] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def sites(self) -> list[str]:
        """Sites, in the order found."""
        return list(dict.fromkeys(source.site for source in self.sources))


def find(paths: Sequence[Path], site: str | None = None) -> Dump:
    """Find the tables in dumps.

    Parameters
    ----------
    paths : sequence of Path
        Folders, .xml files and .7z archives; of one site, or of several.
    site : str, optional
        Whose they are; without it their names say it.

    Raises
    ------
    LoaderError
        When a path is no dump, its site is unknown, or two files hold the same table of a site.
    """
    dump = Dump()
    named = None if site is None else check_site(site)
    for path in dict.fromkeys(map(_absolute, paths)):
        if path.is_dir():
            _find_in_folder(dump, path, named)
        elif path.is_file():
            _find_in_file(dump, path, named, _top(path), is_given=True)
        else:
            raise _no_file(path)
    dump.sources = list({(one.path, one.member): one for one in dump.sources}.values())
    seen: dict[tuple[str, str], Source] = {}
    for source in dump.sources:
        if source.table is not None:
            check_twice(source, seen.setdefault((source.site, source.table), source))
    return dump


def check_twice(source: Source, other: Source) -> None:
    """Refuse two sources of one table.

    Raises
    ------
    LoaderError
        When they are not the same.
    """
    if source != other:
        raise LoaderError(
            f"{other.name} and {source.name}: both hold {other.table} of {other.site};"
            " load one of them, or each by itself with its own --site"
        )


def table_named(name: str) -> schemas.Table | None:
    """Return the table that a file's name begins or ends with, as ``Posts-2024.xml`` does."""
    stem = name.rsplit("/", 1)[-1].lower()
    stem = re.sub(r"\.(xml|7z)(\..*)?$", "", stem)
    whole = schemas.BY_ROOT.get(re.sub(r"[^a-z]", "", stem))
    words = _PARTS.split(stem)
    return whole or schemas.BY_ROOT.get(words[0]) or schemas.BY_ROOT.get(words[-1])


def site_named(name: str) -> str | None:
    """Return the site that a file's or folder's name begins with.

    That is the host name at its beginning: what follows it (``-Posts``, ``-2020-09``) says which
    part or which edition, not which site.
    """
    found = _HOST.match(re.sub(r"\.(xml|7z)$", "", name, flags=re.IGNORECASE))
    if found is None or table_named(found[0].split(".")[0]) is not None:
        return None
    return found[0].lower()


def _site(dump: Dump, path: Path, named: str | None, top: Path) -> str:
    """Return the site of a file: the one given, else what its name or the nearest folder's says."""
    if named is not None:
        return named
    for place in (path, *path.parents):
        site = site_named(place.name)
        if site is not None:
            dump.names.setdefault(site, place.name)
            return check_site(site)
        if place == top:
            break
    raise LoaderError(
        f"{path}: its site cannot be told from its name or its folder's;"
        " say whose it is, such as --site stackoverflow.com"
    )


def _absolute(path: Path) -> Path:
    """Return the whole path without following links, whose own names may say the site."""
    return path.resolve() if ".." in path.parts else path.absolute()


def _top(path: Path) -> Path:
    """Return the last folder whose name may be the site of a file that was given by itself."""
    return path.parent.parent if table_named(path.parent.name) else path.parent


def _find_in_folder(dump: Dump, folder: Path, named: str | None) -> None:
    n_before = len(dump.sources)
    for path in sorted(_paths_in(folder, dump)):
        if not path.is_file():
            if table_named(path.name) is not None:
                raise _no_file(path)
            continue
        if path.suffix.lower() in {".xml", ".7z"}:
            _find_in_file(dump, path, named, folder)
        elif table_named(path.name) is not None:
            dump.left_out.append(f"{path}: neither .xml nor .7z")
    if len(dump.sources) == n_before:
        raise NotADumpError(
            f"{folder}: no table of a dump in it (.xml or .7z); give the dump's folder"
        )


def _paths_in(folder: Path, dump: Dump) -> Iterator[Path]:
    """Yield all that is in a folder but folders; those that are links are not entered."""

    def refuse(error: OSError) -> None:
        raise LoaderError(
            f"{error.filename}: cannot be read: {error.strerror}; what is in it may be a part of"
            " the dump: make it readable, or give the files by themselves"
        ) from error

    for found, folders, names in os.walk(folder, onerror=refuse):
        place = Path(found)
        depth = len(place.relative_to(folder).parts)
        for name in folders:
            if (place / name).is_symlink():
                dump.left_out.append(f"{place / name}: a link to a folder; give it by itself")
        folders[:] = [name for name in folders if not name.startswith(".") and depth + 1 < _DEEPEST]
        yield from (place / name for name in names if not name.startswith("."))


def _no_file(path: Path) -> LoaderError:
    """Say why a path is neither file nor folder: such are not opened, for reading may never end."""
    if path.is_symlink() and not path.exists():
        return LoaderError(f"{path}: a link to what is not there; mend it, or remove it")
    if path.exists():
        return LoaderError(
            f"{path}: neither a file nor a folder (a pipe, a socket or a device);"
            " give a file of a data dump"
        )
    return LoaderError(f"{path}: no such file or folder")


def _find_in_file(
    dump: Dump, path: Path, named: str | None, top: Path, *, is_given: bool = False
) -> None:
    if path.suffix.lower() == ".7z" or sevenzip.is_archive(path):
        _find_in_archive(dump, path, _site(dump, path, named, top))
        return
    is_claimed = is_given or table_named(path.name) is not None
    try:
        prolog = read_prolog(utf8_pieces(pieces_of(path), str(path)), str(path))
        if prolog.table is None:
            raise unknown_table(str(path), prolog.root)
    except LoaderError as error:
        if is_claimed:
            raise
        dump.left_out.append(str(error))
        return
    site = _site(dump, path, named, top)
    n_bytes = path.stat().st_size
    dump.sources.append(Source(path, None, n_bytes, site, prolog.table.name, is_claimed))


def _find_in_archive(dump: Dump, path: Path, site: str) -> None:
    n_before = len(dump.sources)
    for member in sevenzip.members(path):
        stem = member.name.rsplit("/", 1)[-1]
        if any(part.startswith(".") for part in member.name.split("/")):
            continue
        if not stem.lower().endswith(".xml"):
            if stem.lower().endswith(".7z") or table_named(stem) is not None:
                dump.left_out.append(f"{path}: {member.name}: not .xml; unpack it first")
            continue
        exact = schemas.BY_ROOT.get(re.sub(r"[^a-z]", "", stem.lower().removesuffix(".xml")))
        dump.sources.append(
            Source(
                path,
                member.name,
                member.n_bytes,
                site,
                exact.name if exact else None,
                table_named(stem) is not None,
            )
        )
    if len(dump.sources) == n_before:
        raise NotADumpError(f"{path}: no .xml file in it; not an archive of a dump")
