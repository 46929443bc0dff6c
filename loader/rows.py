"""XML → batches of rows as Arrow strings.

One seam: `read_rows` takes clean UTF-8 and yields `RowBatch`; nothing behind it knows which parser did it.
lxml's feed interface with a SAX target builds no tree, and the attribute dicts of its rows go into Arrow as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from lxml import etree

from loader.errors import RowError, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loader.prolog import Prolog
    from loader.schemas import Table

MAX_BATCH_ROWS: Final = 20_000
MAX_BATCH_BYTES: Final = 8 << 20

_ROW: Final = b"<row"
_ID: Final = re.compile(rb"\sId\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LONGEST_ID_SHOWN: Final = 40


@dataclass(frozen=True)
class RowBatch:
    """Some rows in the order of the file.

    Attributes
    ----------
    rows : list of dict
        The rows' attributes, as the parser gave them.
    strings : pyarrow.StructArray
        The known attributes of the table, as strings; null where a row lacks one.
    text : bytes
        The XML in which the rows stand (and perhaps the beginning of the next row).
    first_line : int
        Line of the file with which the text begins.
    name : str
        The file, for messages.
    """

    rows: list[dict[str, str]]
    strings: pa.StructArray
    text: bytes
    first_line: int
    name: str

    def line(self, index: int) -> int:
        """Line on which a row begins (from 1)."""
        position = _nth(self.text, index)
        row_id = self.rows[index].get("Id")
        if row_id is not None and _row_id(self.text, position) != row_id:
            # A comment that quotes a row puts the count out; the id still finds it.
            written = re.escape(row_id.encode())
            found = re.search(rb"<row\s[^<]*?Id\s*=\s*[\"']" + written + rb"[\"']", self.text)
            position = found.start() if found else position
        return self.first_line + self.text.count(b"\n", 0, max(position, 0))

    def error(self, index: int, what: str) -> RowError:
        """Build the error about one row."""
        row_id = self.rows[index].get("Id")
        named = "without Id" if row_id is None else f"Id {_short(row_id)}"
        return RowError(f"{self.name}: line {self.line(index):,}: row {named}: {what}")


class _StructureError(Exception):
    """Something stands where only rows may."""


class _Target:
    """Collects the attributes of rows, and stops at anything that is not a row."""

    def __init__(self, root: str) -> None:
        self.rows: list[dict[str, str]] = []
        self._root = root
        self._parent: str | None = None
        self._in_row = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "row" and self._parent is not None and not self._in_row:
            self._in_row = True
            self.rows.append(attributes or {})
        elif self._parent is None:
            self._parent = tag
        elif self._in_row:
            raise _StructureError(f"holds an element <{tag}>, where a row has attributes only")
        else:
            raise _StructureError(f"is followed by an element <{tag}>, where only <row> may stand")

    def end(self, _tag: str) -> None:
        self._in_row = False

    def data(self, text: str) -> None:
        if text.isspace():
            return
        shown = _short(text.strip())
        if self._in_row:
            raise _StructureError(f"holds the text {shown!r}, where a row has attributes only")
        raise _StructureError(f"is followed by the text {shown!r}, where only <row> may stand")

    def close(self) -> None:
        pass


class RowReader:
    """Rows of one file, batch by batch.

    Parameters
    ----------
    prolog : Prolog
        What `read_prolog` returned.
    table : Table
        The table of the prolog's root element.
    name : str
        The file, for messages.
    """

    def __init__(self, prolog: Prolog, table: Table, name: str) -> None:
        self.n_rows = 0
        self._name = name
        self._head = prolog.text
        self._root = prolog.root
        self._kind = pa.struct([pa.field(column, pa.string()) for column in table.attributes])
        self._target = _Target(prolog.root)
        # No document type gets this far (read_prolog), so the only entities are the five of XML.
        # resolve_entities=False would drop `&amp;` from attributes in silence (lxml with a target).
        self._parser = etree.XMLParser(
            target=self._target, encoding="utf-8", huge_tree=True, no_network=True, load_dtd=False
        )
        self._pieces: list[bytes] = []
        self._n_bytes = 0
        self._first_line = 1

    def batches(self, pieces: Iterator[bytes]) -> Iterator[RowBatch]:
        """Parse the rest of the file.

        Yields
        ------
        RowBatch
            Never empty; bounded in rows and in bytes of XML (but for a single longer row).

        Raises
        ------
        RowError
            When the file is not well-formed, or holds something that is not a row.
        TruncatedError
            When the file ends before its root element does.
        """
        yield from self._feed(self._head)
        for piece in pieces:
            yield from self._feed(piece)
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._truncated() from error
        if self._target.rows:
            yield self._flush()

    def _feed(self, piece: bytes) -> Iterator[RowBatch]:
        if not piece:
            return
        self._pieces.append(piece)
        self._n_bytes += len(piece)
        try:
            self._parser.feed(piece)
        except _StructureError as error:
            raise self._structure(str(error)) from None
        except etree.XMLSyntaxError as error:
            raise self._malformed(error) from None
        if self._n_bytes >= MAX_BATCH_BYTES or len(self._target.rows) >= MAX_BATCH_ROWS:
            if self._target.rows:
                yield self._flush()

    def _flush(self) -> RowBatch:
        rows = self._target.rows
        self._target.rows = []
        self.n_rows += len(rows)
        text = b"".join(self._pieces)
        batch = RowBatch(rows, pa.array(rows, type=self._kind), text, self._first_line, self._name)
        # A raw `<` cannot stand in an attribute, so what follows the last row read is the next `<row`.
        cut = len(text)
        for _ in range(text.count(_ROW) - len(rows)):
            cut = text.rfind(_ROW, 0, cut)
        self._first_line += text.count(b"\n", 0, cut)
        self._pieces = [text[cut:]]
        self._n_bytes = len(text) - cut
        return batch

    def _structure(self, what: str) -> RowError:
        text = b"".join(self._pieces)
        index = len(self._target.rows) - 1
        position = _nth(text, index) if index >= 0 else 0
        line = self._first_line + text.count(b"\n", 0, max(position, 0))
        row_id = self._target.rows[-1].get("Id") if self._target.rows else None
        row = f"row Id {_short(row_id)}" if row_id is not None else f"<{self._root}>"
        return RowError(
            f"{self._name}: line {line:,}: {row} {what}; mend or remove it, or get the file anew"
        )

    def _malformed(self, error: etree.XMLSyntaxError) -> RowError:
        line = error.lineno or 0
        text = b"".join(self._pieces)
        start = 0
        for _ in range(max(0, line - self._first_line)):
            start = text.find(b"\n", start) + 1
        column = (error.position or (0, 0))[1]
        position = text.rfind(_ROW, 0, start + max(column, 1))
        row_id = _row_id(text, position)
        row = "" if row_id is None else f" row Id {_short(row_id)}:"
        reason = re.sub(r", line \d+, column \d+.*", "", error.msg or "not well-formed")
        return RowError(
            f"{self._name}: line {line:,}, column {column:,}:{row} not well-formed XML: {reason};"
            " mend the row, or get the file anew"
        )

    def _truncated(self) -> TruncatedError:
        text = b"".join(self._pieces)
        line = self._first_line + text.count(b"\n")
        n_rows = self.n_rows + len(self._target.rows)
        position = text.rfind(_ROW)
        row_id = _row_id(text, position)
        last = "" if row_id is None else f", at row Id {_short(row_id)}"
        return TruncatedError(
            f"{self._name}: line {line:,}{last}: the file ends before </{self._root}>, after {n_rows:,}"
            " whole rows; it is cut off: get it anew"
        )


def open_rows(prolog: Prolog, name: str) -> RowReader:
    """Make the reader for a file whose prolog is known.

    Raises
    ------
    NotADumpError
        When the root element names no table.
    """
    from loader.prolog import unknown_table

    if prolog.table is None:
        raise unknown_table(name, prolog.root)
    return RowReader(prolog, prolog.table, name)


def _nth(text: bytes, index: int) -> int:
    position = -1
    for _ in range(index + 1):
        position = text.find(_ROW, position + 1)
    return position


def _row_id(text: bytes, position: int) -> str | None:
    if position < 0:
        return None
    end = text.find(b"<", position + 1)
    found = _ID.search(text, position, end if end > 0 else len(text))
    return None if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_ID_SHOWN else value[: _LONGEST_ID_SHOWN - 1] + "…"
