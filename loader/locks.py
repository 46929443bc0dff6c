"""A folder for one writer at a time."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

try:
    import fcntl
except ImportError:  # Windows: no lock, and one writer at a time is up to the user
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def locked(path: Path, busy: Exception) -> Iterator[int]:
    """Hold a lock that the operating system releases however the process ends.

    Parameters
    ----------
    path : Path
        The lock's file; made where absent.
    busy : Exception
        Raised when another process holds the lock.

    Yields
    ------
    int
        The open file. A program that inherits it holds the lock as well.
    """
    with path.open("w") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise busy from error
        yield lock.fileno()
