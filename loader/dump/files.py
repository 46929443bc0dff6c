"""Files of a dump on disk: their state when the load began, and their hashes."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from loader.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PIECE_BYTES: Final = 128 << 10
_TELL_EVERY: Final = 0.1  # seconds
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, and written as that


@dataclass(frozen=True)
class SourceFile:
    """A file, as it was when the load began; its date is in UTC, to the microsecond."""

    path: Path
    n_bytes: int
    modified_at: str

    @classmethod
    def look(cls, path: Path) -> SourceFile:
        """Note the size and date of a file.

        Raises
        ------
        LoaderError
            When it is absent.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise LoaderError(
                f"{path}: cannot be read: {error.strerror}; check its name and its permissions"
            ) from error
        changed = _EPOCH + timedelta(microseconds=found.st_mtime_ns // 1_000)
        return cls(path, found.st_size, changed.isoformat(timespec="microseconds") + "Z")

    def check(self) -> None:
        """Refuse a file that changed since the load began.

        Raises
        ------
        LoaderError
            When its size or date has changed.
        """
        if self.look(self.path) != self:
            raise LoaderError(
                f"{self.path}: changed while it was read; load it again when it is whole"
            )

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole file, read once."""
        return self._hash.result()

    def compare(self, sha256: str | None, tell: Callable[[int], None]) -> bool:
        """Return whether the file has this hash; the bytes read for it are reported."""
        n_told = 0
        while True:
            is_known = self._hash.wait(_TELL_EVERY)
            n_bytes = self._hash.n_bytes
            tell(n_bytes - n_told)
            n_told = n_bytes
            if is_known:
                return self.sha256 == sha256

    def begin_hash(self) -> None:
        """Begin to compute the hash in a thread."""
        _ = self._hash

    def end_hash(self) -> None:
        """Stop computing the hash, if it is not finished."""
        if "_hash" in vars(self):
            self._hash.stop()

    @cached_property
    def _hash(self) -> _Hash:
        return _Hash(self.path)


class _Hash:
    """The hash of a file, computed in a thread of its own.

    The splits of a large file are read in any order, and an archive is read by its decoder. So the
    file is read once more for its hash, mostly from the cache, at more than 1 GB per second.
    """

    def __init__(self, path: Path) -> None:
        self.n_bytes = 0
        self._stopped = Event()
        self._future: Future[str] = Future()
        Thread(target=self._compute, args=(path,), name="hash", daemon=True).start()

    def result(self) -> str:
        return self._future.result()

    def wait(self, seconds: float) -> bool:
        return bool(wait([self._future], seconds).done)

    def stop(self) -> None:
        self._stopped.set()

    def _compute(self, path: Path) -> None:
        digest = hashlib.sha256()
        try:
            for piece in pieces_of(path, 1 << 20):
                digest.update(piece)
                self.n_bytes += len(piece)
                if self._stopped.is_set():
                    break
            self._future.set_result(digest.hexdigest())
        except Exception as error:  # noqa: BLE001 - it is raised where the hash is asked for
            self._future.set_exception(error)


def pieces_of(path: Path, size: int | None = None) -> Iterator[bytes]:
    """Read a file piece by piece.

    Raises
    ------
    LoaderError
        When it cannot be read.
    """
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(size or PIECE_BYTES):
                yield piece
    except OSError as error:
        raise LoaderError(
            f"{path}: cannot be read: {error.strerror}; check its name and its permissions"
        ) from error
