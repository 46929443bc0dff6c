"""Members of a .7z archive as streams: decoded in a thread, never unpacked to disk."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import py7zr
import py7zr.exceptions
from py7zr.io import Py7zIO, WriterFactory

from loader.dump.streams import ChecksumError, Stream, members_of, streams_of
from loader.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SIGNATURE: Final = b"7z\xbc\xaf\x27\x1c"

_PIECE_BYTES: Final = 1 << 20
_PIECES_AHEAD: Final = 16
_PATIENCE: Final = 0.2  # seconds between looks at whether the other side is still there


@dataclass(frozen=True)
class Member:
    """A file in an archive: its name, and its size when unpacked."""

    name: str
    n_bytes: int


class _AbandonedError(Exception):
    """The reader of the stream is gone."""


class _Hands:
    """Give what was decoded to the reader."""

    def __init__(self, queue: Queue[object], gone: Event) -> None:
        self._queue = queue
        self._gone = gone

    def put(self, item: object) -> None:
        if not _hand_over(self._queue, self._gone, item):
            raise _AbandonedError

    def are_full(self) -> bool:
        """Whether nobody takes what they hold any more."""
        return self._gone.is_set()


class _Stream(Py7zIO):
    """What py7zr takes for the file it unpacks into."""

    def __init__(self, queue: Queue[object], gone: Event, name: str) -> None:
        self._hands = _Hands(queue, gone)
        self._hands.put(Member(name, 0))

    def write(self, s: bytes | bytearray) -> int:
        """Hand decoded bytes over, waiting while the reader is behind."""
        view = memoryview(s)
        for start in range(0, len(view), _PIECE_BYTES):
            self._hands.put(bytes(view[start : start + _PIECE_BYTES]))
        return len(s)

    def close(self) -> None:
        """Mark the member's end: py7zr calls this only after its checksum was right."""
        self._hands.put(None)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002
        """Nothing can be read back."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002
        """Nothing is kept to seek in."""
        return 0

    def flush(self) -> None:
        """Nothing is held back."""

    def size(self) -> int:
        """Nothing is kept."""
        return 0


class _Streams(WriterFactory):
    def __init__(self, queue: Queue[object], gone: Event) -> None:
        self._queue = queue
        self._gone = gone

    def create(self, filename: str) -> Py7zIO:
        return _Stream(self._queue, self._gone, filename)


def is_archive(path: Path) -> bool:
    """Whether a file begins as a .7z does."""
    try:
        with path.open("rb") as file:
            return file.read(len(SIGNATURE)) == SIGNATURE
    except OSError:
        return False


def members(path: Path) -> list[Member]:
    """List the files of an archive, in its order.

    Raises
    ------
    ArchiveError
        When it is damaged, encrypted, or holds a name that climbs out of its folder.
    """
    try:
        with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
            is_encrypted = archive.needs_password()
            found = [
                Member(one.filename, one.uncompressed) for one in archive.list() if one.is_file
            ]
    except Exception as error:
        raise _damaged(path, error) from error
    if is_encrypted:
        raise _encrypted(path)
    for member in found:
        name = PurePosixPath(member.name.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            raise ArchiveError(
                f"{path}: {member.name}: a name that climbs out of its folder;"
                " give an archive of a data dump"
            )
    for name, n_times in Counter(member.name for member in found).items():
        if n_times > 1:
            raise ArchiveError(
                f"{path}: {name}: twice in the archive; unpack it, and load one of them"
            )
    return found


@contextmanager
def streams(path: Path, wanted: Sequence[str]) -> Iterator[Iterator[tuple[str, Iterator[bytes]]]]:
    """Decode members of an archive, in its order.

    Parameters
    ----------
    path : Path
        The archive.
    wanted : sequence of str
        Names of members.

    Yields
    ------
    iterator of (str, iterator of bytes)
        Name and pieces of each member. The pieces end only when the member's checksum was right;
        those of one member must be read before the next is asked for.

    Raises
    ------
    ArchiveError
        While reading, when the archive is damaged.
    """
    queue: Queue[object] = Queue(_PIECES_AHEAD)
    gone = Event()
    thread = Thread(target=_decode, args=(path, wanted, queue, gone), name="7z", daemon=True)
    thread.start()
    try:
        yield _members(path, queue, thread)
    finally:
        gone.set()
        thread.join()


def _members(
    path: Path, queue: Queue[object], thread: Thread
) -> Iterator[tuple[str, Iterator[bytes]]]:
    while True:
        item = _next(path, queue, thread)
        if item is None:
            return
        assert isinstance(item, Member), (
            "the pieces of the member before were not read to their end"
        )
        yield item.name, _pieces(path, queue, thread)


def _pieces(path: Path, queue: Queue[object], thread: Thread) -> Iterator[bytes]:
    while isinstance(piece := _next(path, queue, thread), bytes):
        yield piece


def _next(path: Path, queue: Queue[object], thread: Thread) -> object:
    while True:
        try:
            item = queue.get(timeout=_PATIENCE)
        except Empty:
            if not thread.is_alive() and queue.empty():
                raise ArchiveError(
                    f"{path}: decoding stopped without a word; get it anew"
                ) from None
            continue
        if isinstance(item, Exception):
            raise _damaged(path, item) from item
        return item


def _hand_over(queue: Queue[object], gone: Event, item: object) -> bool:
    """Put an item into the queue, waiting for room; False when nobody will take it."""
    while not gone.is_set():
        try:
            queue.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False


def _decode(path: Path, wanted: Sequence[str], queue: Queue[object], gone: Event) -> None:
    """Decode in the thread; the last item is None, or what went wrong."""
    last: object = None
    try:
        in_place = streams_of(path, frozenset(wanted))
        if in_place is None:
            # An open file: with its name py7zr decodes several folders at once, and mixes them.
            with path.open("rb") as file, py7zr.SevenZipFile(file) as archive:
                archive.extract(targets=list(wanted), factory=_Streams(queue, gone))
        else:
            _decode_in_place(path, wanted, in_place, _Hands(queue, gone))
    except _AbandonedError:
        return
    except Exception as error:  # noqa: BLE001 - see _damaged
        last = error
    _hand_over(queue, gone, last)


def _decode_in_place(
    path: Path, wanted: Sequence[str], streams: Sequence[Stream], hands: _Hands
) -> None:
    not_empty = {member.name for stream in streams for member in stream.members}
    for name in wanted:
        if name not in not_empty:
            hands.put(Member(name, 0))
            hands.put(None)
    for stream in streams:
        with closing(members_of(stream, path)) as members:
            for name, pieces in members:
                if name not in wanted:
                    for _ in pieces:
                        if hands.are_full():
                            raise _AbandonedError
                    continue
                hands.put(Member(name, 0))
                for piece in pieces:
                    hands.put(piece)
                hands.put(None)


def _encrypted(path: Path) -> ArchiveError:
    return ArchiveError(f"{path}: is encrypted, which no dump is; unpack it first")


def _damaged(path: Path, error: Exception) -> ArchiveError:
    """Say in one line what is wrong with an archive.

    For damaged ones py7zr raises, beside its own errors, those of its decoders and whatever its
    header reader runs into by trusting the counts it finds: no list of them would be whole.
    """
    if isinstance(error, py7zr.exceptions.PasswordRequired):
        return _encrypted(path)
    if isinstance(error, (py7zr.exceptions.CrcError, ChecksumError)):
        name = getattr(error, "filename", None) or (error.args[0] if error.args else "a member")
        return ArchiveError(f"{path}: {name}: wrong checksum; the archive is damaged: get it anew")
    if isinstance(error, py7zr.exceptions.UnsupportedCompressionMethodError):
        return ArchiveError(
            f"{path}: is packed in a way that py7zr does not know; unpack it with 7-Zip first"
        )
    reason = " ".join(str(error).split()) or type(error).__name__
    return ArchiveError(
        f"{path}: cannot be read as a 7z archive ({reason}); it is damaged or cut off: get it anew"
    )
