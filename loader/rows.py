"""XML → batches of rows as Arrow strings.

One seam: `RowReader` takes clean UTF-8 and yields `RowBatch`; nothing behind it knows which parser
did it. lxml's feed interface with a SAX target builds no tree, and the attribute dicts of its rows
go into Arrow as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from lxml import etree

from loader.errors import RowError, TruncatedError
from loader.places import (
    ROW,
    line_start,
    lines_before,
    named,
    nth_row,
    row_id_at,
    row_with_id,
    short,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from loader.schemas import Table

MAX_BATCH_ROWS: Final = 20_000
MAX_BATCH_BYTES: Final = 8 << 20

_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class RowBatch:
    """Some rows, in the order of the file.

    Attributes
    ----------
    rows : list of dict
        The rows' attributes, as the parser gave them.
    strings : pyarrow.StructArray
        The known attributes of the table, as strings; null where a row lacks one.
    text : bytes
        The XML in which the rows stand (and perhaps the beginning of the next row).
    first_line : int
        Line of the file with which the text begins, from 1.
    name : str
        The file, for messages.
    """

    rows: list[dict[str, str]]
    strings: pa.StructArray
    text: bytes
    first_line: int
    name: str

    def error(self, index: int, what: str) -> RowError:
        """Build the error about one row."""
        row_id = self.rows[index].get("Id")
        position = row_with_id(self.text, index, row_id)
        line = self.first_line + lines_before(self.text, position)
        return RowError(f"{self.name}: line {line:,}: {named(row_id)}: {what}")


class _StructureError(Exception):
    """Something stands where only rows may."""


class _Target:
    """Collects the attributes of rows, and stops at anything that is not a row."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._in_root = False
        self._in_row = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and self._in_root and not self._in_row:
            self._in_row = True
            # Where there are none, lxml hands over a mapping that Arrow does not take for a dict.
            self.rows.append(attributes or {})
        elif not self._in_root:
            self._in_root = True
        elif self._in_row:
            raise _StructureError(
                f"holds an element <{short(tag)}>, where attributes only may stand"
            )
        else:
            raise _StructureError(
                f"is followed by an element <{short(tag)}>, where only <row> may stand"
            )

    def end(self, _tag: str) -> None:
        self._in_row = False

    def data(self, text: str) -> None:
        text = text.strip(" \t\r\n")
        if text and self._in_row:
            raise _StructureError(
                f"holds the text {short(text)!r}, where attributes only may stand"
            )
        if text:
            raise _StructureError(
                f"is followed by the text {short(text)!r}, where only <row> may stand"
            )

    def doctype(self, *_declared: object) -> None:
        raise _StructureError("has a document type declaration, which no dump has")

    def close(self) -> None:
        pass


class RowReader:
    """Rows of one table, batch by batch.

    Parameters
    ----------
    table : Table
        Says which attributes become columns.
    root : str
        Name of the root element, as written.
    name : str
        The file, for messages.
    """

    def __init__(self, table: Table, root: str, name: str) -> None:
        self.n_rows = 0
        self._name = name
        self._root = root
        self._kind = pa.struct([pa.field(column, pa.string()) for column in table.attributes])
        self._target = _Target()
        # `read_prolog` lets no document type pass, so the only entities are the five of XML itself.
        # resolve_entities=False would corrupt `&amp;` in silence (lxml 6, target parsers).
        self._parser = etree.XMLParser(
            target=self._target, encoding="utf-8", huge_tree=True, no_network=True, load_dtd=False
        )
        self._pieces: list[bytes] = []
        self._n_bytes = 0
        self._n_begun = 0
        self._first_line = 1

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
            self._feed(piece)
            is_full = self._n_bytes >= MAX_BATCH_BYTES or len(self._target.rows) >= MAX_BATCH_ROWS
            if is_full and self._target.rows:
                yield self._flush()
            elif is_full and self._n_begun > 1:
                self._check_closed()
        try:
            self._parser.close()
        except (_StructureError, etree.XMLSyntaxError) as error:
            # At its end the parser takes `<ro` for an element of that name.
            self._check_closed()
            raise self._truncated() from error
        if self._target.rows:
            yield self._flush()

    def _feed(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._n_bytes += len(piece)
        self._n_begun += piece.count(ROW)
        try:
            self._parser.feed(piece)
        except _StructureError as error:
            raise self._structure(str(error)) from None
        except etree.XMLSyntaxError as error:
            raise self._malformed(error) from None

    def _flush(self) -> RowBatch:
        rows, self._target.rows = self._target.rows, []
        self.n_rows += len(rows)
        text = b"".join(self._pieces)
        self._pieces.clear()
        batch = RowBatch(rows, pa.array(rows, type=self._kind), text, self._first_line, self._name)
        # The parser may lag behind what it was fed: rows not given yet stay for the next batch.
        cut = len(text)
        for _ in range(text.count(ROW) - len(rows)):
            cut = text.rfind(ROW, 0, cut)
        self._first_line += lines_before(text, cut)
        self._pieces.append(text[cut:])
        self._n_bytes = len(text) - cut
        self._n_begun = text.count(ROW, cut)
        return batch

    def _check_closed(self) -> None:
        """Refuse a row whose attribute is not closed.

        The parser would look for the quote up to the end of the file, and keep all of it in memory.
        """
        text = _COMMENT.sub(_line_ends_only, b"".join(self._pieces))
        if text.count(ROW) - len(self._target.rows) > 1:
            position = nth_row(text, len(self._target.rows))
            line = self._first_line + lines_before(text, position)
            raise RowError(
                f"{self._name}: line {line:,}: {named(row_id_at(text, position))}: not well-formed"
                " XML (the next row begins before this one ends: a quote is missing);"
                " mend the file, or get it anew"
            )

    def _structure(self, what: str) -> RowError:
        text = b"".join(self._pieces)
        rows = self._target.rows
        row_id = rows[-1].get("Id") if rows else None
        position = row_with_id(text, len(rows) - 1, row_id) if rows else 0
        line = self._first_line + lines_before(text, position)
        row = named(row_id) if rows else f"<{self._root}>"
        return RowError(f"{self._name}: line {line:,}: {row} {what}; mend the file, or get it anew")

    def _malformed(self, error: etree.XMLSyntaxError) -> RowError:
        text = b"".join(self._pieces)
        line, column = error.position
        position = line_start(text, line - self._first_line) + max(column, 1)
        if error.code == etree.ErrorTypes.ERR_DOCUMENT_END:
            row, reason = "", f"something follows </{self._root}>"
        else:
            row = f" {named(row_id_at(text, text.rfind(ROW, 0, position)))}:"
            reason = re.sub(r",? line \d+, column \d+.*", "", error.msg or "")
            reason = f"not well-formed XML ({reason})"
        return RowError(
            f"{self._name}: line {line:,}, column {column:,}:{row} {reason};"
            " mend the file, or get it anew"
        )

    def _truncated(self) -> TruncatedError:
        text = b"".join(self._pieces)
        line = self._first_line + text.count(b"\n")
        n_rows = self.n_rows + len(self._target.rows)
        last = nth_row(text, text.count(ROW) - 1)
        at = f", at {named(row_id_at(text, last))}" if last >= 0 else ""
        return TruncatedError(
            f"{self._name}: line {line:,}{at}: the file ends before </{self._root}>,"
            f" after {n_rows:,} whole rows; it is cut off: get it anew"
        )


def _line_ends_only(found: re.Match[bytes]) -> bytes:
    return b"\n" * found[0].count(b"\n")
