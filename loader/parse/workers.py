"""Chunks to parts on all cores: in order from a stream, or by several workers from a file.

The slow steps (parsing of usual rows, casts, Parquet, decoding) run without the interpreter's lock,
so that threads suffice: nothing is copied between processes, no process dies alone, and memory is
bounded in one place.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from loader.cores import n_cores
from loader.parse.chunk_parser import DoubtError
from loader.parse.chunks import CHUNK_BYTES, Chunk, Place, pieces_between
from loader.parse.splits import n_lines
from loader.parts import MOST_PARTS, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from loader.parse.chunk_parser import ChunkParser
    from loader.parse.reference_parser import Parsed
    from loader.parse.splits import Split
    from loader.parts import Parts

    Tell = Callable[[int, int], None]
    """Is told of the bytes of text and the rows that were written."""

PART_BYTES: Final = 512 << 20
_TELL_EVERY: Final = 0.1  # seconds


class Workers:
    """Writes the rows of one table.

    Parameters
    ----------
    parser : ChunkParser
        Parses chunks.
    parts : Parts
        Receives the rows.
    tell : callable
        Is told of bytes and rows, in the thread that calls the methods.
    """

    def __init__(self, parser: ChunkParser, parts: Parts, tell: Tell) -> None:
        self._parser = parser
        self._parts = parts
        self._tell = tell
        self._stop = Event()
        self._lock = Lock()
        self._doubts: dict[int, Place] = {}
        self._told: SimpleQueue[tuple[int, int, int]] = SimpleQueue()

    def in_order(self, stream: Iterable[Chunk], part_bytes: int) -> None:
        """Write a stream after the finished parts: chunks are parsed in parallel, written in order.

        Raises
        ------
        LoaderError
            When a row cannot be loaded, or the table is cut off.
        """
        roll = _Roll(self._parts, part_bytes)
        workers = n_cores()
        executor = ThreadPoolExecutor(workers, "parse")
        flow = _Flow(self._parser, stream, executor, workers + 1)
        try:
            left: Iterator[Chunk] | None = None
            try:
                for chunk, parsed in flow:
                    roll.write(chunk, parsed)
                    self._tell(chunk.n_bytes, parsed.n_rows)
                    del chunk, parsed  # already written: a long row is not kept beside the next
            except DoubtError:
                left = flow.left()
            if left is not None:  # not above: the error would keep a chunk while it is handled
                self._rest(left, roll)
            roll.finish()
        finally:
            executor.shutdown(cancel_futures=True)
            roll.abandon()

    def by_splits(self, path: Path, splits: Sequence[Split], shift: int) -> None:
        """Write a file, each split as a part, several at once.

        Parameters
        ----------
        path : Path
            A file in UTF-8.
        splits : sequence of Split
            Splits that cover its rows, in order. Their line numbers matter only where bad rows are
            quarantined.
        shift : int
            Bytes of the file before its text.

        Raises
        ------
        LoaderError
            When a row cannot be loaded, or the table is cut off.
        """
        left = [number for number in range(len(splits)) if number not in self._parts.notes]
        told = {number: note.size for number, note in self._parts.notes.items()}
        executor = ThreadPoolExecutor(min(n_cores(), max(len(left), 1)), "worker")
        try:
            running = [
                executor.submit(self._write_split, path, splits[number], number, shift)
                for number in left
            ]
            self._watch(running, told)
        finally:
            self._stop.set()
            executor.shutdown(cancel_futures=True)
        if self._doubts:
            self._from_doubt(path, shift, told)

    def _watch(self, running: Sequence[Future[None]], told: dict[int, tuple[int, int]]) -> None:
        """Report the workers' progress until all are done."""
        left = set(running)
        while left:
            done, left = wait(left, _TELL_EVERY)
            try:
                while True:
                    number, n_bytes, n_rows = self._told.get_nowait()
                    before = told.get(number, (0, 0))
                    told[number] = (before[0] + n_bytes, before[1] + n_rows)
                    self._tell(n_bytes, n_rows)
            except Empty:
                pass
            if any(one.exception() is not None for one in done if not one.cancelled()):
                self._stop.set()
        for one in running:
            one.result()

    def _write_split(self, path: Path, split: Split, number: int, shift: int) -> None:
        end = None if split.end is None else split.end + shift
        pieces = pieces_between(path, split.begin.offset + shift, end)
        place = split.begin
        with Part(self._parts, number, place) as part:
            for chunk in self._parser.chunks(pieces, place, is_to_end=end is None):
                if self._is_in_vain(number):
                    return
                try:
                    parsed = self._parser.parse(chunk)
                except DoubtError:
                    with self._lock:
                        self._doubts[number] = chunk.begin
                    break
                part.take(parsed)
                self._told.put((number, chunk.n_bytes, parsed.n_rows))
                place = chunk.end
                del chunk, parsed  # already written: a long row is not kept beside the next
            part.finish(place, is_whole=number not in self._doubts)

    def _is_in_vain(self, number: int) -> bool:
        """Whether another worker failed, or an earlier split must be read again."""
        with self._lock:
            return self._stop.is_set() or any(doubted < number for doubted in self._doubts)

    def _from_doubt(self, path: Path, shift: int, told: dict[int, tuple[int, int]]) -> None:
        """Read on from the first doubtful place with the reference parser."""
        number = min(self._doubts)
        for one, (n_bytes, n_rows) in told.items():
            if one > number:
                self._tell(-n_bytes, -n_rows)
        self._parts.drop([one for one in self._parts.notes if one > number])
        begin = self._doubts[number]
        begin = Place(begin.offset, n_lines(path, 0, begin.offset, shift))
        roll = _Roll(self._parts, PART_BYTES)
        try:
            pieces = pieces_between(path, begin.offset + shift, None)
            self._rest(self._parser.chunks(pieces, begin, counts_lines=True), roll)
            roll.finish()
        finally:
            roll.abandon()

    def _rest(self, left: Iterable[Chunk], roll: _Roll) -> None:
        self._parts.forget()
        for chunk, parsed in self._parser.rest(left, roll.n_rows):
            roll.write(chunk, parsed)
            self._tell(chunk.n_bytes, parsed.n_rows)
            del chunk, parsed  # a long row is not kept beside the next


class _Flow:
    """Chunks with their parsed rows, in order, some parsed ahead."""

    def __init__(
        self,
        parser: ChunkParser,
        stream: Iterable[Chunk],
        executor: ThreadPoolExecutor,
        n_ahead: int,
    ) -> None:
        self._parser = parser
        self._stream = iter(stream)
        self._executor = executor
        self._n_ahead = n_ahead
        self._enough_bytes = 2 * n_ahead * CHUNK_BYTES  # fewer long rows are parsed ahead
        self._n_bytes = 0
        self._running: deque[tuple[Chunk, Future[Parsed]]] = deque()

    def __iter__(self) -> Iterator[tuple[Chunk, Parsed]]:
        while True:
            while len(self._running) < self._n_ahead and self._n_bytes < self._enough_bytes:
                chunk = next(self._stream, None)
                if chunk is None:
                    break
                self._n_bytes += chunk.n_bytes
                self._running.append((chunk, self._executor.submit(self._parser.parse, chunk)))
            if not self._running:
                return
            self._running[0][1].result()
            chunk, future = self._running.popleft()
            self._n_bytes -= chunk.n_bytes
            yield chunk, future.result()
            del chunk, future

    def left(self) -> Iterator[Chunk]:
        """Yield the remaining chunks, the doubtful one first, and keep none of them."""
        for number in range(len(self._running)):
            self._running[number][1].cancel()
        while self._running:
            wait([self._running[0][1]])  # a parser takes the end tag off a chunk while it reads it
            yield self._running.popleft()[0]
        yield from self._stream


class _Roll:
    """Writes rows in order, part after part."""

    def __init__(self, parts: Parts, part_bytes: int) -> None:
        self.n_rows = sum(note.n_rows_read for note in parts.notes.values())
        self._parts = parts
        self._part_bytes = part_bytes
        self._number = max(parts.notes, default=-1) + 1
        self._part: Part | None = None
        self._begin = self._end = Place()

    def write(self, chunk: Chunk, parsed: Parsed) -> None:
        """Write the rows of a chunk; close the part when it is long enough."""
        if self._part is None:
            self._begin = chunk.begin
            self._part = Part(self._parts, self._number, self._begin)
        self._part.take(parsed)
        self.n_rows += parsed.n_rows
        self._end = chunk.end
        is_long = self._end.offset - self._begin.offset >= self._part_bytes
        if is_long and self._number < MOST_PARTS - 1:
            self.finish()

    def finish(self) -> None:
        """Close the open part, if there is one."""
        if self._part is not None:
            self._part.finish(self._end)
            self._part = None
            self._number += 1

    def abandon(self) -> None:
        """Close the open part, to be removed, when an error is raised."""
        if self._part is not None:
            self._part.abandon()
