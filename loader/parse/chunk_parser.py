"""A chunk of rows to typed columns: by the fast parser, the reference parser, or only in order.

Chunks are parsed in any order, without the text before them. That is right while all chunks before
hold only rows. From the first other chunk on, in the order of the file, chunks are read in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from loader.errors import LoaderError
from loader.parse.casts import typed_fast
from loader.parse.chunks import chunks
from loader.parse.fast_parser import FastParser
from loader.parse.markup import ROW
from loader.parse.reference_parser import Parsed, ReferenceParser
from loader.parse.sanitizing import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loader.parse.chunks import Chunk, Place
    from loader.parse.reference_parser import TableText

_ENDING_BYTES: Final = 1 << 10


class DoubtError(Exception):
    """A chunk cannot be read without its context."""


class ChunkParser:
    """Parses chunks of one table. Threads may share it.

    Parameters
    ----------
    about : TableText
        The table's text.
    """

    def __init__(self, about: TableText) -> None:
        self._about = about
        self._fast = FastParser(about.table)
        self._end = f"</{about.root}>".encode()

    def chunks(
        self,
        pieces: Iterable[bytes],
        begin: Place,
        *,
        is_to_end: bool = True,
        counts_lines: bool | None = None,
    ) -> Iterator[Chunk]:
        """Cut a text into chunks for this parser.

        Parameters
        ----------
        pieces, begin, is_to_end
            As of `loader.parse.chunks.chunks`.
        counts_lines : bool, optional
            Whether their places have line numbers; by default where bad rows are quarantined.
        """
        counts_lines = self._about.quarantines if counts_lines is None else counts_lines
        return chunks(
            pieces,
            begin,
            frame=self._fast.before,
            is_to_end=is_to_end,
            counts_lines=counts_lines,
        )

    def parse(self, chunk: Chunk) -> Parsed:
        """Parse a chunk.

        Raises
        ------
        DoubtError
            When it may mean something else in its context.
        """
        if not chunk.is_whole:
            raise DoubtError
        parsed = self._parse_fast(chunk)
        if parsed is not None:
            return parsed
        text = chunk.text
        if b"<!" in text or b"<?" in text or not text.startswith(ROW):
            raise DoubtError  # what looks like the start of a row may be in a comment
        try:
            return ReferenceParser(self._about).read(chunk, is_alone=not chunk.is_last)
        except LoaderError as error:
            raise DoubtError from error

    def rest(self, left: Iterable[Chunk], n_rows: int) -> Iterator[tuple[Chunk, Parsed]]:
        """Parse the remaining chunks in order.

        Parameters
        ----------
        left : iterable of Chunk
            The rest of the table.
        n_rows : int
            Number of rows before.

        Yields
        ------
        (Chunk, Parsed)
            Rows, and the last chunk that was read.

        Raises
        ------
        LoaderError
            When a row cannot be loaded, or the table is cut off.
        """
        reference = ReferenceParser(self._about, n_rows)
        for chunk in left:
            parsed = None
            if chunk.is_whole and reference.is_between_rows:
                parsed = self._parse_fast(chunk)
            if parsed is None:
                parsed = reference.read(chunk)
            else:
                reference.n_rows += parsed.n_rows
            yield chunk, parsed
            del chunk, parsed

    def _parse_fast(self, chunk: Chunk) -> Parsed | None:
        """Parse plain rows; references that XML forbids are replaced first."""
        framed, ending = chunk.framed, b""
        if chunk.is_last:
            ending = bytes(framed[-_ENDING_BYTES:])
            ending = ending[max(ending.rfind(self._end), 0) :]
            if not ending.startswith(self._end) or ending[len(self._end) :].strip(b" \t\r\n"):
                return None
            del framed[len(framed) - len(ending) :]
        strings, n_replaced = self._fast.parse(framed), 0
        if strings is None:
            text, n_replaced = sanitize(bytes(framed[chunk.n_frame :]))
            if n_replaced:
                strings = self._fast.parse(bytearray(self._fast.before + text))
        framed += ending
        batch = None if strings is None else typed_fast(strings, self._about.table)
        return None if batch is None else Parsed([batch], n_replaced=n_replaced)
