"""A chunk of rows → typed columns: by the quick parser, or by the reference, or not by itself.

Chunks are parsed in any order, and so without what stands before them. That is right as long as
every chunk before is nothing but rows; the first that is not (in the order of the file) puts all
that follows in doubt, and the reference reads on from there in one go.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from loader.errors import LoaderError
from loader.parse.casts import typed_fast
from loader.parse.fast_parser import FastParser
from loader.parse.places import ROW
from loader.parse.quarantine import typed_or_quarantined
from loader.parse.reference_parser import ReferenceParser
from loader.parse.sanitizing import Scrubber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

    from loader.parse.chunks import Chunk
    from loader.parse.salvage import QuarantinedRow
    from loader.schemas import Table

_PIECE_BYTES: Final = 128 << 10
_ENDING_BYTES: Final = 1 << 10


class DoubtError(Exception):
    """A chunk cannot be read by itself."""


@dataclass
class Parsed:
    """What came out of some text: it has the `add` of `Quarantine`, and keeps what it is given."""

    batches: list[pa.RecordBatch] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    n_replaced: int = 0
    rejects: list[QuarantinedRow] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """Rows in the batches."""
        return sum(batch.num_rows for batch in self.batches)

    def taken(self) -> Parsed:
        """Hand over what there is, and begin with nothing."""
        taken = replace(self)
        self.batches, self.unknown, self.n_replaced, self.rejects = [], Counter(), 0, []
        return taken

    def add(self, rejects: Iterable[QuarantinedRow]) -> None:
        """Take rows that were set aside."""
        self.rejects.extend(rejects)


class ChunkParser:
    """Parses chunks of one table. Threads may share it.

    Parameters
    ----------
    table : Table
        Says which attributes become columns.
    root : str
        Name of the root element, as written.
    name : str
        The file, for messages.
    takes_rejects : bool
        Whether bad rows are set aside, and not an error.
    """

    def __init__(self, table: Table, root: str, name: str, *, takes_rejects: bool) -> None:
        self._table = table
        self._root = root
        self._name = name
        self._takes_rejects = takes_rejects
        self._fast = FastParser(table)
        self._end = f"</{root}>".encode()

    def parse(self, chunk: Chunk) -> Parsed:
        """Parse a chunk.

        Raises
        ------
        DoubtError
            When it is not certain that it can be read without what stands around it.
        """
        if not chunk.is_whole:
            raise DoubtError
        parsed = Parsed()
        if self._parse_fast(chunk.text, parsed, is_last=chunk.is_last):
            return parsed
        scrubber = Scrubber()
        text = scrubber.feed(chunk.text) + scrubber.finish()
        parsed.n_replaced = scrubber.n_replaced
        if parsed.n_replaced and self._parse_fast(text, parsed, is_last=chunk.is_last):
            return parsed
        if b"<!" in text or b"<?" in text or not text.startswith(ROW):
            raise DoubtError  # what looked like the start of a row may stand in a comment
        if self._takes_rejects and parsed.n_replaced:
            scrubber = Scrubber(keeps=True)
            text = scrubber.feed(chunk.text) + scrubber.finish()
        pieces = _pieces(text if chunk.is_last else text + self._end)
        try:
            for batch in self._reference(pieces, chunk, 0, parsed, scrubber):
                parsed.batches.append(batch)
            parsed.n_replaced = scrubber.n_replaced
        except LoaderError as error:
            raise DoubtError from error
        return parsed

    def rest(self, chunks: Iterable[Chunk], n_rows: int) -> Iterator[tuple[Chunk, Parsed]]:
        """Parse chunks and all that follows by the reference, in one go.

        Parameters
        ----------
        chunks : iterable of Chunk
            All that is left of the table; not empty.
        n_rows : int
            Rows before.

        Yields
        ------
        (Chunk, Parsed)
            Some rows, and the chunk up to which was read.

        Raises
        ------
        LoaderError
            When there is a row that cannot be loaded, or the table is cut off.
        """
        scrubber = Scrubber(keeps=self._takes_rejects)
        now: list[Chunk] = []

        def texts() -> Iterator[bytes]:
            for chunk in chunks:
                now[:] = [chunk]
                yield from _pieces(scrubber.feed(chunk.text))
            yield scrubber.finish()

        pieces = texts()
        first = next(pieces)
        n_replaced = 0
        parsed = Parsed()
        for batch in self._reference(chain([first], pieces), now[0], n_rows, parsed, scrubber):
            parsed.batches.append(batch)
            parsed.n_replaced = scrubber.n_replaced - n_replaced
            n_replaced = scrubber.n_replaced
            yield now[0], parsed.taken()
        parsed.n_replaced = scrubber.n_replaced - n_replaced
        yield now[0], parsed.taken()

    def whole(self, text: Iterable[bytes]) -> Iterator[Parsed]:
        """Parse a whole table by the reference.

        Raises
        ------
        LoaderError
            When there is a row that cannot be loaded, or the table is cut off.
        """
        scrubber = Scrubber(keeps=self._takes_rejects)
        parsed = Parsed()
        pieces = (scrubber.feed(part) for piece in text for part in _pieces(piece))
        clean = chain(pieces, (scrubber.finish() for _ in range(1)))
        rejects = parsed if self._takes_rejects else None
        n_replaced = 0
        reader = ReferenceParser(self._table, self._root, self._name, rejects, scrubber)
        for batch in reader.batches(clean):
            typed = typed_or_quarantined(batch, self._table, parsed.unknown, rejects)
            parsed.batches.append(typed)
            parsed.n_replaced = scrubber.n_replaced - n_replaced
            n_replaced = scrubber.n_replaced
            yield parsed.taken()
        parsed.n_replaced = scrubber.n_replaced - n_replaced
        yield parsed.taken()

    def _parse_fast(self, text: bytes, parsed: Parsed, *, is_last: bool) -> bool:
        n_bytes = len(text)
        if is_last:
            ending = text[-_ENDING_BYTES:]
            n_bytes -= len(ending) - len(ending.rstrip(b" \t\r\n")) + len(self._end)
            if not text.startswith(self._end, max(n_bytes, 0)):
                return False
        strings = self._fast.parse(memoryview(text)[:n_bytes])
        batch = None if strings is None else typed_fast(strings, self._table)
        if batch is None:
            return False
        parsed.batches = [batch]
        return True

    def _reference(
        self,
        pieces: Iterable[bytes],
        chunk: Chunk,
        n_rows: int,
        parsed: Parsed,
        scrubber: Scrubber,
    ) -> Iterator[pa.RecordBatch]:
        rejects = parsed if self._takes_rejects else None
        reader = ReferenceParser(self._table, self._root, self._name, rejects, scrubber)
        reader.stand_behind(n_rows, chunk.begin.line, chunk.begin.column)
        for batch in reader.batches(pieces):
            yield typed_or_quarantined(batch, self._table, parsed.unknown, rejects)


def _pieces(text: bytes) -> Iterator[bytes]:
    for at in range(0, len(text), _PIECE_BYTES):
        yield text[at : at + _PIECE_BYTES]
