"""A file on its way to disk: ``.part`` beside the name it will have, and a note of its source.

The note lets a later fetch tell whether what came is of the file that the server has now. What is
hidden (a leading dot) is not seen by the loader.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from loader.errors import FetchError
from loader.fetch.remote import human

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: no lock, and one fetch of a file at a time is up to the user
    fcntl = None  # type: ignore[assignment]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Note:
    """What a server said of the file that a part is of.

    Attributes
    ----------
    url : str
        Where it was asked for.
    etag, last_modified : str or None
        Headers of these names.
    n_bytes : int or None
        Size of the whole file.
    published : str or None
        The strongest hash that the source published then, with its algorithm.
    """

    url: str
    etag: str | None
    last_modified: str | None
    n_bytes: int | None
    published: str | None

    @property
    def validator(self) -> str | None:
        """What If-Range takes: a strong ETag, or a date where there is none (RFC 9110, 13.1.5)."""
        if self.etag is not None:
            return None if self.etag.startswith("W/") else self.etag
        return self.last_modified

    @property
    def names_file(self) -> bool:
        """Whether a later answer can be told to be of the same file, so that it can go on."""
        return self.published is not None or self.validator is not None


class Part:
    """What came of a file so far.

    Parameters
    ----------
    final : Path
        The name that the file gets when it is whole.
    """

    def __init__(self, final: Path) -> None:
        self.final = final
        self.path = final.with_name(f"{final.name}.part")
        self._note = final.with_name(f".{final.name}.part.json")

    @property
    def n_bytes(self) -> int:
        """Bytes that came."""
        try:
            return self.path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return 0

    @property
    def note(self) -> Note | None:
        """What the server said of it when it began; None where that is not known."""
        try:
            note = Note(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        texts = (note.etag, note.last_modified, note.published)
        return note if all(text is None or isinstance(text, str) for text in texts) else None

    def prospect(self) -> str:
        """Say what the same command will make of what came."""
        note = self.note
        if note is None or note.names_file:
            return "what came is kept: the same command goes on from there"
        return (
            "the same command begins this file anew, for its server does not say which version of"
            " it it sends"
        )

    @contextmanager
    def writing(self, note: Note) -> Iterator[FileIO]:
        """Open it to go on at its end.

        Raises
        ------
        FetchError
            When the disk is full, or the folder cannot be written.
        """
        with on_disk(self.path):
            write_json(self._note, asdict(note))
        with on_disk(self.path, self.prospect), self.path.open("ab", buffering=0) as file:
            yield file

    def discard(self) -> None:
        """Remove it."""
        with on_disk(self.path):
            self.path.unlink(missing_ok=True)
            self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give it its name, whole and on disk."""
        with on_disk(self.path):
            with self.path.open("r+b") as file:
                os.fsync(file.fileno())
            self.path.replace(self.final)
            _sync(self.final.parent)
            self._note.unlink(missing_ok=True)


def write_all(file: FileIO, piece: bytes) -> None:
    """Write a piece; the system may take it in several goes."""
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]


@contextmanager
def alone(final: Path) -> Iterator[None]:
    """Hold a file against other fetches of it.

    Raises
    ------
    FetchError
        When another one is under way.
    """
    path = final.with_name(f".{final.name}.lock")
    with on_disk(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
        while fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.close()
                raise FetchError(
                    f"{final}: another fetch of this file is under way; wait for it, then try again"
                ) from error
            if _is_at(lock.fileno(), path):
                break
            lock.close()  # the one who held it removed it in between
            lock = path.open("a")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.close()


def check_space(folder: Path, n_bytes: int, what: str) -> None:
    """Refuse to begin what the disk cannot hold.

    Raises
    ------
    FetchError
        When too little is free.
    """
    with on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise FetchError(
            f"{folder}: {what} needs {human(n_bytes)}, and {human(free)} is free; make room, or"
            " choose another folder"
        )


@contextmanager
def on_disk(
    path: Path, prospect: Callable[[], str] = lambda: "what came is kept"
) -> Iterator[None]:
    """Say in one line what the disk refuses, and what another try will make of what came."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # who read our lines is gone
        if error.errno in _FULL:
            raise FetchError(
                f"{path}: the disk is full ({error.strerror}); {prospect()}; make room"
            ) from error
        raise FetchError(
            f"{path}: cannot be written ({error.strerror}); choose another folder"
        ) from error


def write_json(path: Path, value: object) -> None:
    """Write a small file so that it is whole or not there."""
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(json.dumps(value, indent=1), encoding="utf-8")
    unfinished.replace(path)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """Hand a folder's entries to the disk."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
