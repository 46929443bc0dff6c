"""Files of a dump on disk: what they were when the load began, and their hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from loader.errors import LoaderError
from loader.manifest import iso

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE_BYTES: Final = 128 << 10


@dataclass(frozen=True)
class SourceFile:
    """A file, as it was when the load began."""

    path: Path
    n_bytes: int
    modified_at: str

    @classmethod
    def look(cls, path: Path) -> SourceFile:
        """Note the size and date of a file.

        Raises
        ------
        LoaderError
            When it is not there.
        """
        try:
            found = path.stat()
        except OSError as error:
            raise LoaderError(f"{path}: cannot be read: {error.strerror}") from error
        return cls(path, found.st_size, iso(datetime.fromtimestamp(found.st_mtime, UTC)))

    def check(self) -> None:
        """Refuse what was read from a file that changed meanwhile.

        Raises
        ------
        LoaderError
            When its size or date is another than it was.
        """
        if self.look(self.path) != self:
            raise LoaderError(
                f"{self.path}: changed while it was read; load it again when it is whole"
            )

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole file, read once."""
        digest = hashlib.sha256()
        for piece in pieces_of(self.path, 1 << 20):
            digest.update(piece)
        return digest.hexdigest()


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
        raise LoaderError(f"{path}: cannot be read: {error.strerror}") from error
