"""The folders of the Parquet store: where a table is, how it is swapped in, whether it is whole.

A table is written in a staging folder, ``<data>/.loading/<table>/site=<site>``. When every table of
a dump is whole, a note of the swap goes to disk, and each folder is renamed into its place. A load
that is interrupted before the note leaves the store as it was, and its whole tables in staging for
the next load. One that is interrupted after the note is finished by the next load.

The name of anything but table data begins with an underscore: Spark, pandas and pyarrow.dataset
skip it.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from loader import schemas
from loader.cores import n_cores
from loader.errors import StoreError
from loader.files import remove, sync, write_json
from loader.locks import locked
from loader.manifest import FILE_NAME, Manifest, PartFile, hash_of, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FABRICATED: Final = "_fabricated"
"""Subfolder of the rows that belong to invented posts."""

REJECTED: Final = "_rejected"
"""Subfolder of the rows that were not loaded."""

BESIDE: Final = ".pq"
"""Ending of the files in these folders; DuckDB's ``**/*.parquet`` would read any other as data."""

UNFINISHED: Final = "unfinished"
"""Subfolder, in staging, of the notes of a load that was interrupted within a table."""

_SITE: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:(?:\.|_+|-+)[a-z0-9]+)*")
_LONGEST_SITE: Final = 200


def check_site(site: str) -> str:
    """Return a site's name in lower case, as folders are named.

    Raises
    ------
    StoreError
        When it is not letters, digits, dots and hyphens.
    """
    lower = site.lower()
    if not _SITE.fullmatch(lower) or len(lower) > _LONGEST_SITE:
        raise StoreError(
            f"--site {site!r}: not a site's name; letters, digits, dots and hyphens only,"
            " such as stackoverflow.com"
        )
    return lower


def verify(
    data: Path, *, deep: bool = False, checked: Callable[[int], object] = lambda _: None
) -> list[str]:
    """Compare the store with its manifests.

    Parameters
    ----------
    data : Path
        The data folder.
    deep : bool
        Whether to compute each part's hash, too, which reads the whole store. Otherwise only parts,
        bytes and rows are counted, which takes a moment.
    checked : callable
        Called with the bytes of each part that was compared.

    Returns
    -------
    list of str
        One line, with the cure, for each part that is missing, shorter, altered, or not in its
        manifest, and for each table without manifest. Empty where the store is whole.
    """
    wrong: list[str] = []
    parts: list[tuple[Path, Manifest, PartFile]] = []
    for folder in _folders(data):
        try:
            manifest = read_manifest(folder)
        except StoreError as error:
            wrong.append(str(error))
            continue
        if manifest is None:
            wrong.append(
                f"{folder}: has no {FILE_NAME}; load the table again, or remove the folder"
            )
            continue
        parts += [(folder, manifest, part) for part in manifest.parts]
        known = {folder / part.name for part in manifest.parts}
        wrong += [
            f"{path}: is not in the manifest beside it, and would be read as data; remove it"
            for path in sorted(folder.glob("*.parquet"))
            if path not in known
        ]
    with ThreadPoolExecutor(n_cores(), "verify") as executor:
        found = executor.map(lambda one: _wrong_with(one[0], one[2], deep=deep), parts)
        for (folder, manifest, part), what in zip(parts, found, strict=True):
            checked(part.n_bytes)
            if what is not None:
                again = manifest.source_file or "DUMP"
                wrong.append(
                    f"{folder / part.name}: {what}; load it again:"
                    f" stackstudy load {again} --site {manifest.site} --force"
                )
    return wrong


def first_of(wrong: list[str]) -> str:
    """Return the first line of `verify`, and how many more there are."""
    more = f" ({len(wrong) - 1} more: `stackstudy info` lists all)" if len(wrong) > 1 else ""
    return f"{wrong[0]}{more}"


class Store:
    """A data folder.

    Parameters
    ----------
    data : Path
        The folder, as given by ``--data``; made with the first write.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._staging = data / ".loading"
        self._old = self._staging / "old"

    @property
    def nested(self) -> Path:
        """Folder to which archives inside of archives are unpacked."""
        return self._staging / "nested"

    def folder(self, table: str, site: str) -> Path:
        """Folder of a table of a site."""
        return self.data / table / f"site={site}"

    def staging(self, table: str, site: str) -> Path:
        """Folder in which a table of a site is written before it is whole."""
        return self._staging / table / f"site={site}"

    def manifest(self, table: str, site: str) -> Manifest | None:
        """Manifest of a loaded table; None where a part of the table or its manifest is missing."""
        return _whole(self.folder(table, site))

    def holds(self, table: str, site: str) -> bool:
        """Whether a site has a table, be it one that its dump lacks.

        Raises
        ------
        StoreError
            When there are rows whose manifest cannot be read.
        """
        folder = self.folder(table, site)
        try:
            return read_manifest(folder) is not None or _may_hold_rows(folder)
        except StoreError:
            if _may_hold_rows(folder):
                raise
            return False

    def staged_manifest(self, table: str, site: str) -> Manifest | None:
        """Manifest of a table that an interrupted load finished but did not swap in."""
        return _whole(self.staging(table, site))

    def manifests(self, site: str = "*") -> list[Manifest]:
        """Manifests of all that is loaded, or of one site, by site and table.

        Raises
        ------
        StoreError
            When one cannot be read, or is of another version of stackstudy.
        """
        found = [read_manifest(folder) for folder in _folders(self.data, site)]
        return sorted((one for one in found if one is not None), key=lambda one: one.site)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Lock the data folder for one writer, and finish an interrupted swap.

        Raises
        ------
        StoreError
            When another load runs, or the folder cannot be written.
        """
        busy = StoreError(
            f"{self.data}: another load is writing here; wait for it, or choose another --data"
        )
        try:
            self._staging.mkdir(parents=True, exist_ok=True)
            (self._staging / "lock").touch()
        except OSError as error:
            raise StoreError(
                f"{error.filename or self.data}: cannot be written ({error.strerror}); change its"
                " permissions, or choose another --data"
            ) from error
        with locked(self._staging / "lock", busy):
            self.recover()
            yield

    def begin(self, table: str, site: str) -> Path:
        """Make an empty folder to write a table into."""
        folder = self.staging(table, site)
        remove(folder)
        folder.mkdir(parents=True)
        return folder

    def discard(self, table: str, site: str) -> None:
        """Remove a table from staging."""
        remove(self.staging(table, site))

    def n_staged_bytes(self) -> int:
        """Bytes in staging, of whole and unfinished tables."""
        files = [path for path in self._staging.rglob("part-*") if path.is_file()]
        return sum(path.stat().st_size for path in files)

    def commit(self, site: str) -> None:
        """Swap the site's whole tables in; the next load ends an interrupted swap."""
        staged = [table for table in schemas.TABLES if self.staged_manifest(table, site)]
        if not staged:
            return
        for table in staged:
            sync(self.staging(table, site))
        note = self._staging / f"swap-{site}.json"
        write_json(note, {"site": site, "tables": staged})
        sync(self._staging)
        self._swap(note)

    def recover(self) -> None:
        """Finish an interrupted swap, and remove unfinished files."""
        for note in sorted(self._staging.glob("swap-*.json")):
            self._swap(note)
        for path in (self._old, *self._staging.glob(".*")):
            remove(path)
        for folder in self._staging.glob("*/site=*"):
            if _whole(folder) is None and not (folder / UNFINISHED).is_dir():
                remove(folder)

    def _swap(self, note: Path) -> None:
        # The note's text is for people. Its presence is enough, even where it is damaged.
        site = note.stem.removeprefix("swap-")
        for table in schemas.TABLES:
            new, place = self.staging(table, site), self.folder(table, site)
            if _whole(new) is None:
                continue
            if place.exists():
                old = self._old / table / place.name
                remove(old)
                old.parent.mkdir(parents=True, exist_ok=True)
                place.rename(old)
            place.parent.mkdir(parents=True, exist_ok=True)
            new.rename(place)
            sync(place.parent)
        note.unlink()
        remove(self._old)


def _folders(data: Path, site: str = "*") -> Iterator[Path]:
    """Yield the folders of loaded tables."""
    for table in schemas.TABLES:
        yield from sorted(data.glob(f"{table}/site={site}"))


def _whole(folder: Path) -> Manifest | None:
    """Return the manifest of a table whose parts are all there with their sizes, or None."""
    try:
        manifest = read_manifest(folder)
    except StoreError:  # a power cut may leave it empty: the table is loaded again
        return None
    if manifest is None:
        return None
    names = {path.name for path in folder.glob("*.parquet")}
    is_whole = names <= {part.name for part in manifest.parts} and all(
        n_bytes_of(folder / part.name) == part.n_bytes for part in manifest.parts
    )
    return manifest if is_whole else None


def _may_hold_rows(folder: Path) -> bool:
    try:
        return any(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
    except (OSError, pa.ArrowException):
        return True


def n_bytes_of(path: Path) -> int | None:
    """Return the size of a file, or None where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def _wrong_with(folder: Path, part: PartFile, *, deep: bool) -> str | None:
    """Say what is wrong with a part, or None where nothing is."""
    path = folder / part.name
    n_bytes = n_bytes_of(path)
    if n_bytes is None:
        return "is missing"
    if n_bytes != part.n_bytes:
        return f"has {n_bytes:,} bytes, not {part.n_bytes:,} as when it was loaded"
    try:
        n_rows = pq.read_metadata(path).num_rows
        if n_rows != part.n_rows:
            return f"has {n_rows:,} rows, not {part.n_rows:,} as when it was loaded"
        if deep and hash_of(path) != part.xxh3_128:
            return "was altered since it was loaded (its hash is another)"
    except (OSError, pa.ArrowException) as error:
        return f"cannot be read ({' '.join(str(error).split())})"
    return None
