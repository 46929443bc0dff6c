"""XML → batches of rows as Arrow strings.

One seam: `ReferenceParser` takes clean UTF-8 and yields `RowBatch`; nothing behind it knows which
parser did it. lxml's feed interface with a SAX target builds no tree, and the attribute dicts of
its rows go into Arrow as they are. Where bad rows go to the quarantine, a batch that lxml refuses
is cut into rows (`loader.parse.salvage`), and the parser begins anew behind them.
"""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from lxml import etree

from loader.errors import RowError, TruncatedError
from loader.parse import salvage
from loader.parse.batch import RowBatch
from loader.parse.error_messages import AfterEndError, ErrorMessages
from loader.parse.markup import Markup, end_of_rows
from loader.parse.places import ROW, line_start, lines_before
from loader.parse.target import StructureError, Target, make_parser, misread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loader.parse.quarantine import Quarantine
    from loader.parse.salvage import QuarantinedRow
    from loader.parse.sanitizing import Scrubber
    from loader.schemas import Table

MAX_BATCH_ROWS: Final = 20_000
MAX_BATCH_BYTES: Final = 8 << 20
MAX_ROW_BYTES: Final = 128 << 20
"""Where none ends for so long there are no rows: what waits for one must fit into memory."""


class ReferenceParser:
    """Rows of one table, batch by batch.

    Parameters
    ----------
    table : Table
        Says which attributes become columns.
    root : str
        Name of the root element, as written.
    name : str
        The file, for messages.
    rejects : Quarantine, optional
        Takes what is no well-formed row; without it that is an error.
    scrubber : Scrubber, optional
        Made the text clean, and knows what the file held; it must keep that.
    """

    def __init__(
        self,
        table: Table,
        root: str,
        name: str,
        rejects: Quarantine | None = None,
        scrubber: Scrubber | None = None,
    ) -> None:
        self.n_rows = 0
        self._name = name
        self._root = root
        self._messages = ErrorMessages(name, root)
        self._rejects = rejects
        self._scrubber = scrubber
        self._kind = pa.struct([pa.field(column, pa.string()) for column in table.attributes])
        self._target = Target()
        self._parser = make_parser(self._target)
        self._pieces: list[bytes] = []
        self._begin = 0
        self._n_bytes = 0
        self._n_to_check = MAX_BATCH_BYTES
        self._first_line = 1
        self._lines_given_up = 0
        self._is_in_root = False
        self._awaits = ROW
        self._is_lost = False

    def stand_behind(self, n_rows: int, n_lines: int, column: int) -> None:
        """Begin between two rows of the table.

        Parameters
        ----------
        n_rows : int
            Rows before.
        n_lines : int
            Line ends before.
        column : int
            Bytes between the last of them and the text that will be parsed.
        """
        self.n_rows = n_rows
        self._is_in_root = True
        self._first_line = n_lines + 1
        self._lines_given_up = n_lines - 1
        self._parser.feed(f"<{self._root}>\n".encode() + b" " * column)

    def batches(self, pieces: Iterable[bytes]) -> Iterator[RowBatch]:
        """Parse a table.

        Parameters
        ----------
        pieces : iterable of bytes
            The whole of its XML as clean UTF-8, cut anywhere.

        Yields
        ------
        RowBatch
            Never empty; bounded in rows and in bytes of XML, but for a single longer row.

        Raises
        ------
        RowError
            When the XML is not well-formed, or holds something that is not a row.
        TruncatedError
            When it ends before its root element does.
        """
        for piece in pieces:
            try:
                is_full = self._take(piece)
                if is_full and not self._target.n_whole and self._n_bytes >= self._n_to_check:
                    self._check_closed()
            except RowError as error:
                yield from self._quarantine(error)
                continue
            if is_full and self._target.n_whole:
                yield self._flush()
            elif self._n_bytes > MAX_ROW_BYTES:
                raise self._messages.lost(b"".join(self._pieces), self._first_line)
        if self._is_lost:
            yield from self._quarantine(self._truncated(), is_last=True)
            return
        try:
            self._parser.close()
            self._check_names()
        except RowError as error:
            yield from self._quarantine(error, is_last=True)
        except (StructureError, etree.XMLSyntaxError):
            yield from self._close()
        if self._target.rows:
            yield self._flush()

    def _take(self, piece: bytes) -> bool:
        """Feed a piece, and say whether a batch is full; a lost reader looks for the next row."""
        if not self._is_lost:
            self._feed(piece)
            return self._n_bytes >= MAX_BATCH_BYTES or len(self._target.rows) >= MAX_BATCH_ROWS
        n_before = self._n_bytes
        self._hold(piece)
        has_doubled = self._n_bytes.bit_length() > n_before.bit_length()
        if self._awaits in piece or has_doubled or self._n_bytes > MAX_ROW_BYTES:
            raise self._messages.lost(b"".join(self._pieces), self._first_line)
        return False

    def _close(self) -> Iterator[RowBatch]:
        """End a file that the parser does not take for whole."""
        try:
            # At its end the parser takes `<ro` for an element of that name.
            self._check_closed()
            raise self._truncated()
        except (RowError, TruncatedError) as error:
            yield from self._quarantine(error, is_last=True)

    def _hold(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._n_bytes += len(piece)

    def _feed(self, piece: bytes) -> None:
        if not piece:
            return
        self._hold(piece)
        self._parse(piece)

    def _parse(self, piece: bytes) -> None:
        failure: RowError | None = None
        try:
            self._parser.feed(piece)
        except StructureError as error:
            failure = self._messages.structure(
                b"".join(self._pieces), self._first_line, self._target.rows, str(error)
            )
        except etree.XMLSyntaxError as error:
            failure = self._messages.malformed(
                b"".join(self._pieces), self._first_line, self._lines_given_up, error
            )
        self._check_names()
        if failure is not None:
            raise failure

    def _check_names(self) -> None:
        """Refuse a row of whose names the parser made others, before it did or did not stop."""
        remark = misread(self._parser)
        if remark is not None:
            raise self._misread(remark)

    def _flush(self) -> RowBatch:
        rows = self._target.take()
        text = b"".join(self._pieces)
        # The parser may lag behind what it was fed: that stays for the next batch.
        cut = end_of_rows(text, len(rows))
        batch = self._batch(rows, text)
        self._is_in_root = True
        self._keep(text, cut)
        return batch

    def _batch(
        self,
        rows: list[dict[str, str]],
        text: bytes,
        rejects: Iterable[tuple[int, QuarantinedRow]] = (),
    ) -> RowBatch:
        self.n_rows += len(rows)
        strings = pa.array(rows, type=self._kind)
        raw = partial(self._raw, self._begin)
        return RowBatch(rows, strings, text, self._first_line, self._name, raw, list(rejects))

    def _raw(self, text_begin: int, begin: int, xml: bytes) -> bytes:
        return xml if self._scrubber is None else self._scrubber.raw(text_begin + begin, xml)

    def _keep(self, text: bytes, cut: int) -> None:
        """Hold what follows a cut, and nothing else."""
        if self._scrubber is not None:  # of what was kept last, the batch was taken
            self._scrubber.forget(self._begin)
        self._begin += cut
        self._first_line += lines_before(text, cut)
        self._pieces.clear()
        self._n_bytes = 0
        self._n_to_check = MAX_BATCH_BYTES
        self._hold(text[cut:])

    def _quarantine(self, error: Exception, *, is_last: bool = False) -> Iterator[RowBatch]:
        """Go on behind a bad row, or raise the error where that is not wanted, or cannot be."""
        if self._rejects is None or isinstance(error, AfterEndError):
            if self._target.n_whole:  # one before it may hold a value that its column cannot hold
                yield self._batch(self._target.take(), b"".join(self._pieces))
            raise error
        text = b"".join(self._pieces)
        begin = 0 if self._is_in_root else Markup(text).after_root(self._root)
        if begin is None:
            raise error
        try:
            found = salvage.salvage(text, begin, self._root, self._first_line, is_last=is_last)
        except StructureError:
            line = self._first_line + lines_before(text, text.find(f"</{self._root}".encode()))
            raise self._messages.after_end(f"line {line:,}") from None
        self._target.rows = []
        if is_last and not found.is_closed:
            self.n_rows += len(found.rows)
            self._keep(text, found.end)
            raise self._truncated()
        if len(text) - found.end > MAX_ROW_BYTES:
            raise error
        rejects = [
            (n_before, reject._replace(xml=self._raw(self._begin, begin, reject.xml)))
            for n_before, begin, reject in found.rejects
        ]
        batch = self._batch(found.rows, found.text, rejects) if found.rows else None
        if batch is None:
            self._rejects.add(reject for _, reject in rejects)
        self._is_in_root = True
        self._keep(text, found.end)
        self._awaits = found.awaits or ROW
        if not is_last:
            self._begin_anew()
        if batch is not None:
            yield batch

    def _begin_anew(self) -> None:
        """Give what waits to another parser, which stands between two rows."""
        self._target = Target()
        self._parser = make_parser(self._target)
        self._lines_given_up = self._first_line - 1
        self._is_lost = False
        try:
            self._parser.feed(f"<{self._root}>".encode())
            self._parse(b"".join(self._pieces))
        except AfterEndError:
            raise
        except RowError:
            self._is_lost = True

    def _check_closed(self) -> None:
        """Refuse a row whose attribute is not closed.

        The parser would look for the quote up to the end of the file, and keep all of it in memory.
        What has no end yet may also be a comment, which may quote as many rows as it likes.
        """
        self._n_to_check = 2 * self._n_bytes
        text = b"".join(self._pieces)
        markup = Markup(text)
        begin = 0 if self._is_in_root else markup.after_root(self._root)
        unclosed = None if begin is None else markup.unclosed_row(begin)
        if unclosed is not None:
            raise self._messages.unclosed(text, self._first_line, unclosed)

    def _misread(self, remark: etree._LogEntry) -> RowError:
        """Say which row it is, and forget that row and what follows it."""
        text = b"".join(self._pieces)
        line = remark.line + self._lines_given_up
        position = line_start(text, line - self._first_line) + max(remark.column, 1)
        begin = text.rfind(b"<", 0, position)  # the parser remarks where the tag ends
        spans = Markup(text).row_spans()
        self._target.keep(sum(1 for _ in takewhile(lambda span: span[0] < begin, spans)))
        return self._messages.misread(text, begin, line, remark)

    def _truncated(self) -> TruncatedError:
        n_rows = self.n_rows + len(self._target.rows)
        return self._messages.truncated(b"".join(self._pieces), self._first_line, n_rows)
