"""A bzip2 stream, decoded block by block on all cores.

A bzip2 stream is a row of blocks that know nothing of each other, but that begin at any bit. Each
is found by the 48 bits with which it begins, and given to the standard library's decoder, which
checks its checksum, as a stream of its own; the decoder works off the interpreter's lock.
"""

from __future__ import annotations

import bz2
import re
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor, Future

_BEGIN: Final = 0x314159265359
_END: Final = 0x177245385090
_MARK_BITS: Final = 48
_STREAM: Final = re.compile(rb"BZh[1-9]")
_EMPTY: Final = _END.to_bytes(_MARK_BITS // 8)
_HEAD: Final = int.from_bytes(b"BZh9")  # a decoder for the largest blocks takes all
_HEAD_BITS: Final = 32
_TRAILER_BITS: Final = 80
_LONGEST_TAIL: Final = _TRAILER_BITS + 7 + _HEAD_BITS  # to the first block of a stream that follows
_LONGEST_BLOCK: Final = 2 << 20


class DamagedError(Exception):
    """The stream is not what a bzip2 writer writes."""


def decode(pieces: Iterable[bytes], executor: Executor, n_ahead: int) -> Iterator[bytes]:
    """Decode a bzip2 stream, or several in a row.

    Parameters
    ----------
    pieces : iterable of bytes
        The stream, cut anywhere.
    executor : Executor
        Decodes blocks.
    n_ahead : int
        How many blocks may be decoded, or wait to be, at once.

    Yields
    ------
    bytes
        The content of each block (900 kB at most), in order.

    Raises
    ------
    DamagedError
        When it is no bzip2 stream, or a block's checksum is wrong.
    """
    running: deque[tuple[_Block, Future[bytes]]] = deque()
    blocks = _blocks(pieces)
    while True:
        while len(running) < n_ahead and (block := next(blocks, None)) is not None:
            running.append((block, executor.submit(block.decode)))
        if not running:
            return
        block, future = running.popleft()
        try:
            yield future.result()
        except DamagedError:
            # What looked like the beginning of the next block may be data of this one.
            if not running:
                raise
            follower, _ = running.popleft()
            yield block.joined(follower).decode()


class _Block:
    """The bits of one block, from its mark on."""

    def __init__(self, bits: int, n_bits: int) -> None:
        self._bits = bits
        self._n_bits = n_bits

    def joined(self, follower: _Block) -> _Block:
        bits = (self._bits << follower._n_bits) | follower._bits
        return _Block(bits, self._n_bits + follower._n_bits)

    def decode(self) -> bytes:
        bits, n_bits = self._without_tail()
        checksum = (bits >> max(n_bits - _MARK_BITS - 32, 0)) & 0xFFFFFFFF
        stream = (_HEAD << n_bits) | bits
        stream = (((stream << _MARK_BITS) | _END) << 32) | checksum
        n_all = _HEAD_BITS + n_bits + _TRAILER_BITS
        stream <<= -n_all % 8
        decoder = bz2.BZ2Decompressor()
        try:
            content = decoder.decompress(stream.to_bytes((n_all + 7) // 8))
        except (OSError, ValueError) as error:
            raise DamagedError(str(error) or "a block of it is damaged") from error
        if not decoder.eof or decoder.unused_data:
            raise DamagedError("a block of it is cut off")
        return content

    def _without_tail(self) -> tuple[int, int]:
        """Leave out the end of a stream and the head of the next, where they are there."""
        tail = self._bits & ((1 << min(_LONGEST_TAIL, self._n_bits)) - 1)
        for n_after in range(32, _LONGEST_TAIL - _MARK_BITS + 1):
            if (tail >> n_after) & ((1 << _MARK_BITS) - 1) == _END:
                n_tail = n_after + _MARK_BITS
                return self._bits >> n_tail, self._n_bits - n_tail
        return self._bits, self._n_bits


def _blocks(pieces: Iterable[bytes]) -> Iterator[_Block]:
    """Cut a stream before each block's mark."""
    rest = iter(pieces)
    buffer = _head(rest)
    begin: int | None = None  # bit of the buffer at which the block begins that is looked at
    n_searched = 0  # bytes of the buffer in which no further mark begins
    for piece in chain([b""], rest):
        buffer += piece
        for mark in _marks(buffer, n_searched):
            if begin is not None:
                yield _cut(buffer, begin, mark)
            begin = mark
        n_searched = max(len(buffer) - _MARK_BITS // 8 - 1, 0)
        if begin is not None:
            n_searched = max(n_searched, begin // 8 + 1)
        n_done = 0 if begin is None else begin // 8
        if len(buffer) - n_done > _LONGEST_BLOCK + len(piece):
            raise DamagedError("a block of it does not end")
        if begin is not None:
            buffer, begin, n_searched = buffer[n_done:], begin % 8, n_searched - n_done
    if begin is not None:
        yield _cut(buffer, begin, 8 * len(buffer))
    elif not buffer.startswith(_EMPTY, 4):
        raise DamagedError("no block begins in it")


def _head(pieces: Iterator[bytes]) -> bytes:
    """Read at least the head of the stream, and what follows it in one without blocks."""
    head = b""
    while len(head) < 4 + len(_EMPTY) and (piece := next(pieces, b"")):
        head += piece
    if not _STREAM.match(head):
        raise DamagedError("it does not begin as a bzip2 stream does")
    return head


def _cut(buffer: bytes, begin: int, end: int) -> _Block:
    bits = int.from_bytes(buffer[begin // 8 : (end + 7) // 8]) >> (-end % 8)
    n_bits = end - begin
    return _Block(bits & ((1 << n_bits) - 1), n_bits)


def _marks(buffer: bytes, begin: int) -> list[int]:
    """Find the bits at which blocks begin, from a byte on."""
    found = []
    for shift in range(8):
        # The mark, `shift` bits into a byte: its whole bytes can be searched for.
        whole = (_BEGIN << (8 - shift)).to_bytes(7)
        needle = whole[:6] if shift == 0 else whole[1:6]
        offset = 0 if shift == 0 else 1
        at = buffer.find(needle, begin + offset)
        while at >= 0:
            first = at - offset
            seven = int.from_bytes(buffer[first : first + 7].ljust(7, b"\0"))
            if (seven >> (8 - shift)) & ((1 << _MARK_BITS) - 1) == _BEGIN:
                found.append(8 * first + shift)
            at = buffer.find(needle, at + 1)
    return sorted(found)
