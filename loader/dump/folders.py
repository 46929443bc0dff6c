"""What is in a dump: tables in folders, .xml files and .7z archives, and whose site they are."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.dump import archives
from loader.dump.files import pieces_of
from loader.dump.sources import Dump, Nested, Source
from loader.errors import LoaderError, NotADumpError
from loader.parse.prolog import read_prolog, unknown_table
from loader.parse.sanitizing import utf8_pieces
from loader.store import check_site

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HOST: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![a-z0-9.])", re.IGNORECASE
)
_PARTS: Final = re.compile(r"[^a-z]+")
_DEEPEST: Final = 4


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
    check_tables(dump)
    return dump


def check_tables(dump: Dump) -> None:
    """Refuse a dump that holds a table twice.

    Raises
    ------
    LoaderError
        When two sources say that they hold the same table of a site.
    """
    seen: dict[tuple[str, str], Source] = {}
    for source in dump.sources:
        if source.table is not None:
            check_twice(source, seen.setdefault((source.site, source.table), source))


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
    stem = re.sub(r"\.(xml|7z)(\..*)?\Z", "", stem, flags=re.DOTALL)
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
    if path.suffix.lower() == ".7z" or archives.is_archive(path):
        _find_in_archive(dump, path, named, top)
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


def _find_in_archive(dump: Dump, path: Path, named: str | None, top: Path) -> None:
    found = archives.members(path)
    inner = [one for one in found if _is_archive(one.name)]
    if len(inner) < len(found) or not inner:
        dump.sources += members_of(path, _site(dump, path, named, top), dump.left_out, found)
    for member in inner:
        site = named or site_named(member.name.rsplit("/", 1)[-1])
        site = check_site(site) if site else _site(dump, path, named, top)
        dump.nested.append(Nested(path, member.name, member.n_bytes, site))


def members_of(
    path: Path, site: str, left_out: list[str], found: Sequence[archives.Member] | None = None
) -> list[Source]:
    """Return the tables in an archive.

    Parameters
    ----------
    path : Path
        The archive.
    site : str
        Whose they are.
    left_out : list of str
        Takes lines about members that look like a part of the dump and are not loaded.
    found : sequence of Member, optional
        What is in the archive, if that is known; archives in it are then somebody else's business.

    Raises
    ------
    LoaderError
        When the archive cannot be read, or holds no table.
    """
    sources = []
    n_taken = 0
    for member in archives.members(path) if found is None else found:
        stem = member.name.rsplit("/", 1)[-1]
        if any(part.startswith(".") for part in member.name.split("/")):
            continue
        if not stem.lower().endswith(".xml"):
            is_taken = _is_archive(member.name) and found is not None
            n_taken += is_taken
            if not is_taken and (stem.lower().endswith(".7z") or table_named(stem) is not None):
                left_out.append(f"{path}: {member.name}: not .xml; unpack it first")
            continue
        exact = schemas.BY_ROOT.get(re.sub(r"[^a-z]", "", stem.lower().removesuffix(".xml")))
        table = exact.name if exact else None
        is_claimed = table_named(stem) is not None
        sources.append(Source(path, member.name, member.n_bytes, site, table, is_claimed))
    if not sources and not n_taken:
        raise NotADumpError(f"{path}: no .xml file in it; not an archive of a dump")
    return sources


def _is_archive(name: str) -> bool:
    hidden = any(part.startswith(".") for part in name.split("/"))
    return name.lower().endswith(".7z") and not hidden
