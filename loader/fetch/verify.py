"""Whether a file on disk is what its source publishes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from loader.dump import archives
from loader.errors import ArchiveError, FetchError
from loader.fetch.remote import human

if TYPE_CHECKING:
    from pathlib import Path

    from loader.fetch.remote import RemoteFile
    from loader.fetch.reporter import FetchReporter

_PIECE_BYTES: Final = 1 << 20


class WrongBytesError(FetchError):
    """A file is not what its source publishes."""


def verify(path: Path, file: RemoteFile, reporter: FetchReporter) -> str:
    """Compare a file with what its source publishes about it.

    Parameters
    ----------
    path : Path
        The file.
    file : RemoteFile
        What is published: the strongest hash counts; without one, the size, and that the
        archive's own index, which is at its end, is whole.
    reporter : FetchReporter
        Hears how far the hashing is.

    Returns
    -------
    str
        By what it was checked: ``sha1``, or ``size and index``.

    Raises
    ------
    WrongBytesError
        When they differ.
    """
    n_bytes = path.stat().st_size
    if file.n_bytes is not None and n_bytes != file.n_bytes:
        raise WrongBytesError(
            f"{file.url}: {human(n_bytes)} came, and {human(file.n_bytes)} are published: not kept"
        )
    if file.strongest is None:
        _check_index(path, file)
        return "its index" if file.n_bytes is None else "size and index"
    algorithm, published = file.strongest
    reporter.check(n_bytes, algorithm)
    digest = hashlib.new(algorithm, usedforsecurity=False)
    buffer = memoryview(bytearray(_PIECE_BYTES))
    with path.open("rb", buffering=0) as handle:
        while n := handle.readinto(buffer):
            digest.update(buffer[:n])
            reporter.advance(n)
    if digest.hexdigest() != published:
        raise WrongBytesError(
            f"{file.url}: wrong bytes came: their {algorithm} is {digest.hexdigest()}, published is"
            f" {published}; not kept: try again, or choose another --source"
        )
    return algorithm


def _check_index(path: Path, file: RemoteFile) -> None:
    """Read the archive's list of files, which is the last thing in it."""
    try:
        if not archives.is_archive(path):
            raise WrongBytesError(
                f"{file.url}: what came is no .7z archive ({_beginning(path)}): not kept; choose"
                " another --source"
            )
        archives.members(path)
    except ArchiveError as error:
        raise WrongBytesError(f"{file.url}: what came is damaged: not kept ({error})") from error


def _beginning(path: Path) -> str:
    with path.open("rb") as handle:
        return repr(handle.read(24))
