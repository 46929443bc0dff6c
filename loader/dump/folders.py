"""Finding the tables of a dump in folders, .xml files and .7z archives, and their site."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.dump import archives
from loader.dump.files import pieces_of
from loader.dump.sources import Dump, Source
from loader.errors import LoaderError, NotADumpError
from loader.parse.formats import BEGINNING_BYTES, form_named, form_of, form_signed
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
_READ: Final = (".xml", ".7z")
_BESIDE: Final = {".txt", ".md", ".html", ".pdf", ".md5", ".sha1", ".sha256", ".sha512", ".torrent"}
_IS_FOLDER: Final = "is a folder, and no table of a dump is in it; get the file again"


def find(paths: Sequence[Path], site: str | None = None) -> Dump:
    """Find the tables in dumps.

    Parameters
    ----------
    paths : sequence of Path
        Folders, .xml files and .7z archives; of one site, or of several.
    site : str, optional
        Their site; without it their names say it.

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
    """Return the table with which a file's name begins or ends, as in ``Posts-2024.xml``."""
    stem = name.rsplit("/", 1)[-1].lower()
    stem = re.sub(r"\.(xml|7z)(\..*)?\Z", "", stem, flags=re.DOTALL)
    whole = schemas.BY_ROOT.get(re.sub(r"[^a-z]", "", stem))
    words = _PARTS.split(stem)
    return whole or schemas.BY_ROOT.get(words[0]) or schemas.BY_ROOT.get(words[-1])


def site_named(name: str) -> str | None:
    """Return the site with which a file's or folder's name begins.

    That is the host name at its beginning; what follows (``-Posts``, ``-2020-09``) names a part or
    an edition.
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
    """Return the absolute path; links are not followed, since their names may say the site."""
    return path.resolve() if ".." in path.parts else path.absolute()


def _top(path: Path) -> Path:
    """Return the topmost folder whose name may be the site of a file that was given by itself."""
    return path.parent.parent if table_named(path.parent.name) else path.parent


def _find_in_folder(dump: Dump, folder: Path, named: str | None) -> None:
    n_before, n_left_out = len(dump.sources) + len(dump.nested), len(dump.left_out)
    places = []
    for path in sorted(_paths_in(folder, dump)):
        if path.is_dir():
            places.append(path)
        elif not path.is_file():
            if table_named(path.name) is not None:
                raise _no_file(path)
        elif path.suffix.lower() in _READ or _is_archive_file(path):
            _find_in_file(dump, path, named, folder)
        elif (why := _suspicion(path)) is not None:
            dump.left_out.append(f"{path}: {why}")
    for place in places:
        paths = [one.path for one in dump.sources] + [one.path for one in dump.nested]
        if not any(place in path.parents for path in paths):
            _refuse(dump, place.name, f"{place}: {_IS_FOLDER}")
    if len(dump.sources) + len(dump.nested) == n_before:
        found = "".join(f"; {line}" for line in dump.left_out[n_left_out : n_left_out + 1])
        raise NotADumpError(
            f"{folder}: no table of a dump in it (.xml or .7z); give the dump's folder{found}"
        )


def _paths_in(folder: Path, dump: Dump) -> Iterator[Path]:
    """Yield all files in a folder, and folders that are named like files.

    Folders that are links are not entered.
    """

    def refuse(error: OSError) -> None:
        raise LoaderError(
            f"{error.filename}: cannot be read: {error.strerror}; what is in it may be a part of"
            " the dump: make it readable, or give the files by themselves"
        ) from error

    for found, folders, names in os.walk(folder, onerror=refuse):
        place = Path(found)
        folders[:] = [name for name in folders if not name.startswith(".")]
        is_deepest = len(place.relative_to(folder).parts) + 1 >= _DEEPEST
        for name in folders:
            if (place / name).is_symlink():
                dump.left_out.append(f"{place / name}: a link to a folder; give it by itself")
            elif is_deepest:
                dump.left_out.append(f"{place / name}: a folder too deep down; give it by itself")
            elif name.lower().endswith(_READ):
                yield place / name
        if is_deepest:
            folders.clear()
        yield from (place / name for name in names if not name.startswith("."))


def _suspicion(path: Path) -> str | None:
    """Say why a possible part of a dump is not loaded; return None for any other file."""
    beginning = _beginning(path)
    is_named = table_named(path.name) or site_named(path.name)
    if is_named and path.suffix.lower() not in _BESIDE:
        return form_of(path.name, beginning) or "neither .xml nor .7z"
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<posts")):
        return "neither .xml nor .7z; rename it, if it is a table of the dump"
    return form_named(path.name) or form_signed(beginning)


def _beginning(path: Path) -> bytes:
    return next(pieces_of(path, BEGINNING_BYTES), b"")


def _refuse(dump: Dump, name: str, line: str) -> None:
    """Refuse a file that is named like a table and is none; remark on any other file."""
    if name.lower().endswith(_READ):
        if table_named(name) is not None:
            raise NotADumpError(line)
        dump.left_out.append(line)


def _no_file(path: Path) -> LoaderError:
    """Say what a path is that is neither file nor folder, and is not opened: it might never end."""
    if path.is_symlink() and not path.exists():
        return LoaderError(f"{path}: a link to what is not there; mend it, or remove it")
    if path.exists():
        return LoaderError(
            f"{path}: neither a file nor a folder (a pipe, a socket or a device);"
            " give a file of a data dump"
        )
    return LoaderError(
        f"{path}: no such file or folder; check its name, and the folder that you are in"
    )


def _find_in_file(
    dump: Dump, path: Path, named: str | None, top: Path, *, is_given: bool = False
) -> None:
    form = form_of(path.name, _beginning(path))
    is_called_archive = path.suffix.lower() == ".7z"
    if _is_archive_file(path) or (is_called_archive and form is None):
        _find_in_archive(dump, path, named, top)
        return
    is_claimed = is_given or is_called_archive or table_named(path.name) is not None
    try:
        if form is not None:
            raise NotADumpError(f"{path}: {form}")
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


def _is_archive_file(path: Path) -> bool:
    """Whether a file is a whole .7z, whatever its name."""
    return archives.is_archive(path) and form_named(path.name) is None


def _find_in_archive(dump: Dump, path: Path, named: str | None, top: Path) -> None:
    found = archives.members(path)
    inner = [one for one in found if _is_inner_archive(one)]
    if len(inner) < len(found) or not inner:
        add_members(dump, path, _site(dump, path, named, top), found, inner)
    for member in inner:
        site = named or site_named(member.parts[-1])
        site = check_site(site) if site else _site(dump, path, named, top)
        dump.nested.append(Source(path, member.name, member.n_bytes, site))


def add_members(
    dump: Dump,
    path: Path,
    site: str,
    found: Sequence[archives.Member],
    inner: Sequence[archives.Member] = (),
) -> None:
    """Add the tables of an archive to a dump, and remark on possible tables that are not loaded.

    Parameters
    ----------
    dump : Dump
        Receives them.
    path : Path
        The archive.
    site : str
        Their site.
    found : sequence of Member
        Members of the archive.
    inner : sequence of Member
        Archives in it, which the caller handles.

    Raises
    ------
    LoaderError
        When it holds no table, or something else under a table's name.
    """
    taken = {one.parts for one in inner}
    places: set[tuple[str, ...]] = set()
    for member in found:
        if member.is_hidden or not member.parts or member in inner:
            continue
        stem, name = member.parts[-1], f"{path}: {member.name}"
        is_folder = member.kind == "folder"
        above = (member.parts[:n] for n in range(1, len(member.parts) + is_folder))
        places.update(place for place in above if place[-1].lower().endswith(_READ))
        if is_folder:
            continue
        if member.kind == "link":
            _refuse(dump, stem, f"{name}: is a link to another file; pack that file itself")
        elif stem.lower().endswith(".xml"):
            exact = schemas.BY_ROOT.get(re.sub(r"[^a-z]", "", stem.lower().removesuffix(".xml")))
            table = exact.name if exact else None
            is_claimed = table_named(stem) is not None
            dump.sources.append(Source(path, member.name, member.n_bytes, site, table, is_claimed))
            taken.add(member.parts)
        elif table_named(stem) or form_named(stem) or stem.lower().endswith(".7z"):
            dump.left_out.append(f"{name}: {form_named(stem) or 'not .xml; unpack it first'}")
    for place in sorted(places):
        if not any(parts[: len(place)] == place for parts in taken):
            _refuse(dump, place[-1], f"{path}: {'/'.join(place)}: {_IS_FOLDER}")
    if not taken:
        raise NotADumpError(f"{path}: no .xml file in it; not an archive of a dump")


def _is_inner_archive(member: archives.Member) -> bool:
    is_file = member.kind == "file" and not member.is_hidden
    return is_file and member.name.lower().endswith(".7z")
