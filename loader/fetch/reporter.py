"""How a fetch tells what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from loader.fetch.remote import RemoteFile


class FetchReporter:
    """Hears how a fetch goes on. This one keeps quiet; others override what they want to know."""

    def begin(self, file: RemoteFile, n_bytes: int | None, n_there: int) -> None:
        """Hear that a transfer begins: its size, and how much of it an earlier fetch brought."""

    def learn(self, n_bytes: int) -> None:
        """Hear the size of the file, which only its server said."""

    def advance(self, n_bytes: int) -> None:
        """Hear how much came since the last time."""

    def restart(self, why: str) -> None:
        """Hear that what came is of no use, and the file begins anew."""

    def wait(self, stop: Exception, seconds: float) -> None:
        """Hear what went wrong, and that it is tried again in so many seconds."""

    def check(self, n_bytes: int, algorithm: str) -> None:
        """Hear that so many bytes of a file will be hashed; `advance` tells how that goes on."""

    def end(self, path: Path, n_bytes: int, checked_by: str) -> None:
        """Hear that a file is whole under its name."""

    def keep(self, path: Path, why: str) -> None:
        """Hear that a file need not be fetched."""
