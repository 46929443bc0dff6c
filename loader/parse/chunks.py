"""A table's text, cut at the starts of rows: what can be parsed apart, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from loader.parse.markup import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

CHUNK_BYTES: Final = 4 << 20
LONGEST_ROW_BYTES: Final = 128 << 20
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
        Line ends before it.
    column : int
        Bytes between it and the line end before it.
    """

    offset: int = 0
    line: int = 0
    column: int = 0

    def after(self, text: bytes) -> Place:
        """Return the place behind a text that begins here."""
        n_lines = n_line_ends(text)
        column = len(text) - text.rfind(b"\n") - 1 if n_lines else self.column + len(text)
        return Place(self.offset + len(text), self.line + n_lines, column)


@dataclass(frozen=True)
class Chunk:
    """Some rows, with all that stands between and after them.

    Attributes
    ----------
    text : bytes
        From a row's start on.
    begin, end : Place
        Where it stands.
    is_last : bool
        Whether the table's end is in it, or ought to be.
    is_whole : bool
        Whether it ends where a row does; a row that does not end for so long, or so much white
        space, is cut anywhere.
    """

    text: bytes
    begin: Place
    end: Place
    is_last: bool
    is_whole: bool = True


def chunks(pieces: Iterable[bytes], begin: Place, *, is_to_end: bool = True) -> Iterator[Chunk]:
    """Cut a text into chunks.

    Parameters
    ----------
    pieces : iterable of bytes
        The text from a row's start on, cut anywhere.
    begin : Place
        Where it begins.
    is_to_end : bool
        Whether the pieces go on to the table's end, and not only to the start of another row.

    Yields
    ------
    Chunk
        Of 4 MiB or a little more; a longer row is a chunk by itself.
    """
    waiting, enough, longest = bytearray(), CHUNK_BYTES, LONGEST_ROW_BYTES
    for piece in _at_most(pieces, CHUNK_BYTES):
        waiting += piece
        if len(waiting) < enough:
            continue
        cut = waiting.rfind(ROW, 1)
        is_whole = cut >= 0
        if not is_whole:
            cut = len(waiting)
            if cut <= longest and not waiting[-CHUNK_BYTES:].isspace():
                # Within a long row: look again when there is twice as much.
                enough = min(2 * cut, longest + 1)
                continue
        text = bytes(memoryview(waiting)[:cut])
        del waiting[:cut]
        enough, longest = CHUNK_BYTES, LONGEST_ROW_BYTES if is_whole else 0
        end = begin.after(text)
        yield Chunk(text, begin, end, is_last=False, is_whole=is_whole)
        begin = end
    text = bytes(waiting)
    waiting.clear()
    if text or is_to_end:
        yield Chunk(text, begin, begin.after(text), is_last=is_to_end)


def _at_most(pieces: Iterable[bytes], n_bytes: int) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), n_bytes):
            yield piece[at : at + n_bytes]


def n_line_ends(text: bytes) -> int:
    """Count line ends, as fast as memory gives them, and with no copy of a long text."""
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
