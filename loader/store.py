"""The folders of the Parquet store: where a table lies, and how it is swapped in.

A table is written aside, in ``<data>/.loading/<table>/site=<site>``. When every table of a dump is
whole, a note of what is to be swapped goes to disk, and each folder is renamed into its place. A
break before the note leaves the store as it was, and the whole tables aside for the next load to
use; a break after it is finished at the next start.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.errors import StoreError
from loader.manifest import Manifest, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no lock, and one load at a time is up to the user
    fcntl = None  # type: ignore[assignment]

UNFINISHED: Final = "unfinished"
"""Folder, inside a table's folder aside, of what a load knows that was broken off in its middle."""

_SITE: Final = re.compile(r"(?=.*[a-z])[a-z0-9]+(?:(?:\.|_+|-+)[a-z0-9]+)*")
_LONGEST_SITE: Final = 200


def check_site(site: str) -> str:
    """Return a site's name in lower case, fit for a folder's name.

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


class Store:
    """A data folder.

    Parameters
    ----------
    data : Path
        The folder, as given by ``--data``; made when something is written.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self._staging = data / ".loading"
        self._old = self._staging / "old"

    @property
    def nested(self) -> Path:
        """Where archives inside of archives are unpacked to."""
        return self._staging / "nested"

    def folder(self, table: str, site: str) -> Path:
        """Where a table of a site lies."""
        return self.data / table / f"site={site}"

    def staging(self, table: str, site: str) -> Path:
        """Where a table of a site is written before it is whole."""
        return self._staging / table / f"site={site}"

    def manifest(self, table: str, site: str) -> Manifest | None:
        """Manifest of a loaded table; None where it or its Parquet is not, or not all, there."""
        return _whole(self.folder(table, site))

    def staged_manifest(self, table: str, site: str) -> Manifest | None:
        """Manifest of a table that a broken-off load finished but did not swap in."""
        return _whole(self.staging(table, site))

    def manifests(self, site: str = "*") -> list[Manifest]:
        """Manifests of all that is loaded, or of one site, by site and table."""
        found = []
        for table in schemas.TABLES:
            for folder in sorted(self.data.glob(f"{table}/site={site}")):
                manifest = read_manifest(folder)
                if manifest is not None:
                    found.append(manifest)
        return sorted(found, key=lambda one: one.site)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the data folder for one writer; finish what an earlier one left half-swapped.

        Raises
        ------
        StoreError
            When another load runs, or the folder cannot be written.
        """
        try:
            self._staging.mkdir(parents=True, exist_ok=True)
            lock = (self._staging / "lock").open("w")
        except OSError as error:
            raise StoreError(
                f"{self.data}: cannot be written ({error.strerror}); choose another --data"
            ) from error
        with lock:
            if fcntl is not None:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise StoreError(
                        f"{self.data}: another load is writing here;"
                        " wait for it, or choose another --data"
                    ) from error
            self.recover()
            yield

    def begin(self, table: str, site: str) -> Path:
        """Make an empty folder to write a table into."""
        folder = self.staging(table, site)
        _remove(folder)
        folder.mkdir(parents=True)
        return folder

    def discard(self, table: str, site: str) -> None:
        """Remove what lies aside of a table."""
        _remove(self.staging(table, site))

    def n_staged_bytes(self) -> int:
        """Bytes of what lies aside, of tables that are whole or in the making."""
        files = [path for path in self._staging.rglob("*.parquet") if path.is_file()]
        return sum(path.stat().st_size for path in files)

    def commit(self, site: str, tables: list[str]) -> None:
        """Swap tables that lie aside into their places: all, also when broken off between."""
        if not tables:
            return
        for table in tables:
            _sync(self.staging(table, site))
        note = self._staging / f"swap-{site}.json"
        unfinished = note.with_suffix(".tmp")
        unfinished.write_text(json.dumps({"site": site, "tables": tables}), encoding="utf-8")
        _sync(unfinished)
        unfinished.replace(note)
        _sync(self._staging)
        self._swap(note)

    def recover(self) -> None:
        """Finish a swap that was broken off, and remove what was not written to its end."""
        for note in sorted(self._staging.glob("swap-*.json")):
            self._swap(note)
        _remove(self._old)
        for folder in self._staging.glob("*/site=*"):
            if _whole(folder) is None and not (folder / UNFINISHED).is_dir():
                _remove(folder)

    def _swap(self, note: Path) -> None:
        swap = json.loads(note.read_text(encoding="utf-8"))
        for table in swap["tables"]:
            new, place = self.staging(table, swap["site"]), self.folder(table, swap["site"])
            if not new.exists():
                continue
            if place.exists():
                old = self._old / table / place.name
                _remove(old)
                old.parent.mkdir(parents=True, exist_ok=True)
                place.rename(old)
            place.parent.mkdir(parents=True, exist_ok=True)
            new.rename(place)
            _sync(place.parent)
        note.unlink()
        _remove(self._old)


def _whole(folder: Path) -> Manifest | None:
    try:
        manifest = read_manifest(folder)
    except StoreError:  # a power cut may leave it empty: the table is loaded anew
        return None
    if manifest is None:
        return None
    parts = [part.stat().st_size for part in folder.glob("*.parquet")]
    is_whole = len(parts) == manifest.n_files and sum(parts) == manifest.n_bytes
    return manifest if is_whole else None


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _sync(path: Path) -> None:
    """Hand a file or a folder's entries to the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
