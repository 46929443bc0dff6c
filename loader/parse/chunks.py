"""A table's text, cut at the starts of rows into chunks that can be parsed in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loader.parse.markup import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CHUNK_BYTES: Final = 4 << 20
LONGEST_ROW_BYTES: Final = 64 << 20
"""A longer row, up to MAX_ROW_BYTES, is joined by the reference parser."""
_READ_BYTES: Final = 2 << 20
_BLOCK_BYTES: Final = 256 << 10


@dataclass(frozen=True)
class Place:
    """A place in a table's text, which is UTF-8.

    Attributes
    ----------
    offset : int
        Bytes before it.
    line : int
        Line ends before it; 0 where they are not counted.
    """

    offset: int = 0
    line: int = 0

    def after(self, text: bytes | bytearray | memoryview) -> Place:
        """Return the place behind a text that begins here."""
        return Place(self.offset + len(text), self.line + n_line_ends(text))


@dataclass(frozen=True)
class Chunk:
    """Some rows, with the text between and after them.

    Attributes
    ----------
    framed : bytearray
        Its text, after the bytes that the fast parser needs before it.
    n_frame : int
        The number of these bytes.
    begin, end : Place
        Place of the text.
    is_last : bool
        Whether it holds the table's end, or should.
    is_whole : bool
        Whether it ends where a row ends; a very long row, or run of white space, is cut anywhere.
    """

    framed: bytearray
    n_frame: int
    begin: Place
    end: Place
    is_last: bool
    is_whole: bool = True

    @property
    def n_bytes(self) -> int:
        """Length of its text."""
        return self.end.offset - self.begin.offset

    @property
    def text(self) -> bytes:
        """Its text, from a row's start on: a copy."""
        return bytes(memoryview(self.framed)[self.n_frame :])


def chunks(
    pieces: Iterable[bytes],
    begin: Place,
    *,
    frame: bytes = b"",
    is_to_end: bool = True,
    counts_lines: bool = True,
) -> Iterator[Chunk]:
    """Cut a text into chunks.

    Parameters
    ----------
    pieces : iterable of bytes
        The text from a row's start on, cut anywhere.
    begin : Place
        Where it begins.
    frame : bytes
        What the fast parser needs before each chunk.
    is_to_end : bool
        Whether the pieces reach to the table's end, or only to the start of another row.
    counts_lines : bool
        Whether the places of the chunks have lines.

    Yields
    ------
    Chunk
        Of 4 MiB or a little more; a longer row is a chunk by itself.
    """
    n_frame = len(frame)
    buffer, enough, longest = bytearray(frame), CHUNK_BYTES, LONGEST_ROW_BYTES

    def chunk(*, is_last: bool, is_whole: bool = True) -> Chunk:
        with memoryview(buffer)[n_frame:] as text:
            behind = Place(begin.offset + len(text), begin.line)
            end = begin.after(text) if counts_lines else behind
        return Chunk(buffer, n_frame, begin, end, is_last=is_last, is_whole=is_whole)

    for piece in _at_most(pieces, CHUNK_BYTES):
        buffer += piece
        n_bytes = len(buffer) - n_frame
        if n_bytes < enough:
            continue
        cut = buffer.rfind(ROW, n_frame + 1)
        if cut < 0 and n_bytes <= longest and not buffer[-CHUNK_BYTES:].isspace():
            # Within a long row: look again when twice as much is there.
            enough = min(2 * n_bytes, longest + 1)
            continue
        # Gigabytes of blanks are not kept either, though they may belong to a value.
        rest = buffer[cut:] if cut >= 0 else b""
        del buffer[len(buffer) - len(rest) :]
        done = chunk(is_last=False, is_whole=cut >= 0)
        yield done
        longest = LONGEST_ROW_BYTES if done.is_whole else 0
        buffer, enough, begin = bytearray(frame), CHUNK_BYTES, done.end
        buffer += rest
        del done, rest  # or memory would hold a long row twice
    if len(buffer) > n_frame or is_to_end:
        yield chunk(is_last=is_to_end)


def _at_most(pieces: Iterable[bytes], n_bytes: int) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), n_bytes):
            yield piece if len(piece) <= n_bytes else piece[at : at + n_bytes]


def n_line_ends(text: bytes | bytearray | memoryview) -> int:
    """Count line ends without copying a long text."""
    everything = np.frombuffer(text, np.uint8)
    blocks = range(0, len(text), _BLOCK_BYTES)
    return sum(int(np.count_nonzero(everything[at : at + _BLOCK_BYTES] == 0x0A)) for at in blocks)


def pieces_between(path: Path, begin: int, end: int | None) -> Iterator[bytes]:
    """Read bytes of a file from one offset to another, or to its end."""
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        while end is None or begin < end:
            size = _READ_BYTES if end is None else min(_READ_BYTES, end - begin)
            piece = file.read(size)
            if not piece:
                return
            begin += len(piece)
            yield piece


def next_row(path: Path, offset: int) -> int | None:
    """Find the first row's start at an offset or after it; None where no row starts there."""
    held = b""
    for piece in pieces_between(path, offset, None):
        text = held + piece
        found = text.find(ROW)
        if found >= 0:
            return offset + found
        offset += len(text) - len(held := text[-(len(ROW) - 1) :])
    return None
