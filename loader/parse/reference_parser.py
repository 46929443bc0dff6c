"""Any text to typed rows, by lxml: the parser that judges unusual text, and describes errors.

It takes a table's chunks in order. `Markup` cuts the text into rows, and lxml says whether they are
well-formed: all at once, then by halves where it refuses. A bad row ends the load with one line, or
goes to the quarantine with its bytes, its line and the reason. lxml builds the tree of one chunk.
No document type reaches it (see `read_prolog`): its only entities are XML's own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from loader.errors import RowError, TruncatedError
from loader.parse.casts import BadValuesError, typed
from loader.parse.markup import BEGIN, ROW, Markup, Piece, has_prefix, line_start, row_id_at
from loader.parse.quarantine import QuarantinedRow
from loader.parse.sanitizing import forbidden_at, sanitize

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from loader.parse.chunks import Chunk, Place
    from loader.schemas import Table

MAX_ROW_BYTES: Final = 128 << 20
"""Longest text without the end of a row: a row must fit into memory."""

CURE: Final = "mend the file, get it again, or load with --on-error quarantine"
_LONGEST_SHOWN: Final = 60


class AfterEndError(RowError):
    """Something follows the end of the table: the file is bad, not a row."""


@dataclass(frozen=True)
class TableText:
    """What is known about a table's text before its rows are read.

    Attributes
    ----------
    table : Table
        Says which attributes become columns.
    root : str
        Name of the root element, as written.
    name : str
        The file, for messages.
    quarantines : bool
        Whether bad rows are quarantined, and no error.
    shift : int or None
        Bytes of the file before its text; None where it is not in UTF-8, so that offsets in the
        text are not those in the file.
    """

    table: Table
    root: str
    name: str
    quarantines: bool = False
    shift: int | None = 0


@dataclass
class Parsed:
    """The content of a chunk.

    Attributes
    ----------
    batches : list of pyarrow.RecordBatch
        Its rows, typed.
    unknown : Counter of str
        Attributes that the table does not know.
    n_replaced : int
        Number of references that XML forbids.
    quarantined : list of QuarantinedRow
        Bad rows: not well-formed, or with a value that its column cannot hold.
    """

    batches: list[pa.RecordBatch] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    n_replaced: int = 0
    quarantined: list[QuarantinedRow] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """Rows in the batches."""
        return sum(batch.num_rows for batch in self.batches)


class ReferenceParser:
    """Reads chunks of one table in order, beginning between two rows.

    Parameters
    ----------
    about : TableText
        The table's text.
    n_rows : int
        Number of rows before.
    """

    def __init__(self, about: TableText, n_rows: int = 0) -> None:
        self.n_rows = n_rows
        self._about = about
        self._held = b""
        self._held_at: Place | None = None

    @property
    def is_between_rows(self) -> bool:
        """Whether all text read so far is parsed."""
        return not self._held

    def read(self, chunk: Chunk, *, is_alone: bool = False) -> Parsed:
        """Read a chunk, after the text kept back before it.

        Parameters
        ----------
        chunk : Chunk
            The next of the table.
        is_alone : bool
            Whether a row certainly begins where the chunk ends.

        Raises
        ------
        RowError
            When a row is bad and bad rows are not quarantined, when something follows the end of
            the table, or when no row ends within 128 MiB.
        TruncatedError
            When it is the last chunk, and the table does not end in it.
        """
        text = self._held + chunk.text
        place = self._held_at or chunk.begin
        self._held = b""  # or memory would hold a long row twice
        cut = Markup(text, self._about.root).cut(is_complete=is_alone, is_last=chunk.is_last)
        reading = _Reading(self._about, text, place)
        parsed = reading.parse(cut.pieces)
        self.n_rows += parsed.n_rows
        if cut.goes_on_at is not None:
            line = place.line + 1 + text.count(b"\n", 0, cut.goes_on_at)
            raise AfterEndError(
                f"{self._about.name}: line {line:,}: something follows </{self._about.root}>;"
                " mend the file, or get it again"
            )
        if chunk.is_last and not cut.is_closed:
            raise self._truncated(text, place)
        if not chunk.is_last and not is_alone:
            self._hold(text, cut.end, place)
        return parsed

    def _hold(self, text: bytes, end: int, place: Place) -> None:
        self._held_at = place.after(text[:end])
        self._held = text[end:]
        if not self._held or self._held.isspace():
            self._held, self._held_at = b"", None
        elif len(self._held) > MAX_ROW_BYTES:
            begin = max(self._held.rfind(ROW), 0)
            line = self._held_at.line + 1 + self._held.count(b"\n", 0, begin)
            row = _named(row_id_at(self._held, begin))
            raise RowError(
                f"{self._about.name}: line {line:,}, at {row}: no row for"
                f" {len(self._held) >> 20:,} MiB; the file is damaged: get it again"
            )

    def _truncated(self, text: bytes, place: Place) -> TruncatedError:
        line = place.line + 1 + text.count(b"\n")
        last = text.rfind(ROW)
        at = f", at {_named(row_id_at(text, last))}" if last >= 0 else ""
        return TruncatedError(
            f"{self._about.name}: line {line:,}{at}: the file ends before </{self._about.root}>,"
            f" after {self.n_rows:,} whole rows; it is cut off: get it again"
        )


class _Bad(NamedTuple):
    """A bad piece, what is wrong with it, and where in the text, if known."""

    piece: Piece
    what: str
    position: int | None = None


class _Reading:
    """One text with its pieces."""

    def __init__(self, about: TableText, text: bytes, place: Place) -> None:
        self._about = about
        self._text = text
        self._place = place
        self._lines = (0, 0)
        self._rows: dict[int, dict[str, str]] = {}
        self._bad: dict[int, _Bad] = {}
        self._n_replaced = 0

    def parse(self, pieces: Sequence[Piece]) -> Parsed:
        likely = [piece for piece in pieces if piece.kind != "odd"]
        self._judge(likely)
        for piece in pieces:
            if piece.kind == "odd":
                self._bad[piece.begin] = self._judged(piece)
        parsed = Parsed()
        begins = sorted(self._rows)
        first_bad = min(self._bad, default=len(self._text))
        if not self._about.quarantines:
            begins = begins[: bisect_left(begins, first_bad)]
        rows = [self._rows[begin] for begin in begins]
        table = self._about.table
        try:
            if rows:
                parsed.batches.append(typed(rows, table, parsed.unknown))
        except BadValuesError as error:
            ends = {piece.begin: piece for piece in pieces}
            for index, what in error.bad.items():
                self._bad[begins[index]] = _Bad(ends[begins[index]], what)
                self._n_replaced -= sanitize(self._bytes(ends[begins[index]]))[1]
            if self._about.quarantines:
                rows = [row for index, row in enumerate(rows) if index not in error.bad]
                parsed.batches.append(typed(rows, table, parsed.unknown))
        parsed.n_replaced = self._n_replaced
        for begin in sorted(self._bad):
            parsed.quarantined.append(self._quarantined(self._bad[begin]))
        return parsed

    def _quarantined(self, bad: _Bad) -> QuarantinedRow:
        """Quarantine a bad piece, or raise it as the error of the load."""
        xml = self._bytes(bad.piece).rstrip()
        row_id = row_id_at(xml, 0)
        line = self._line(bad.piece.begin)
        if self._about.quarantines:
            return QuarantinedRow(line, row_id, bad.what, xml)
        place = f"line {line:,}"
        if bad.position is not None and self._about.shift is not None:
            place += f", byte {self._about.shift + self._place.offset + bad.position:,}"
        is_row = BEGIN.match(xml) is not None
        shown = _named(row_id) if is_row else f"what begins with {_short(xml)}"
        raise RowError(f"{self._about.name}: {place}: {shown}: {bad.what}; {CURE}")

    def _line(self, position: int) -> int:
        n, counted_to = self._lines
        n += self._text.count(b"\n", counted_to, position)
        self._lines = n, position
        return self._place.line + n + 1

    def _bytes(self, piece: Piece) -> bytes:
        return self._text[piece.begin : piece.end]

    def _judge(self, pieces: Sequence[Piece]) -> None:
        """Check pieces with lxml: all at once, then by halves."""
        if not pieces:
            return
        text, n_replaced = sanitize(b"".join(map(self._bytes, pieces)))
        places = [piece.begin for piece in pieces if piece.kind == "row"]
        try:
            rows = _rows(text)
        except etree.XMLSyntaxError:
            rows = None
        if rows is not None and len(rows) == len(places):
            self._rows.update(zip(places, rows, strict=True))
            self._n_replaced += n_replaced
        elif len(pieces) == 1:
            self._bad[pieces[0].begin] = self._judged(pieces[0])
        else:
            middle = len(pieces) // 2
            self._judge(pieces[:middle])
            self._judge(pieces[middle:])

    def _judged(self, piece: Piece) -> _Bad:
        """Say what is wrong with a piece."""
        position = forbidden_at(self._text, piece.begin, piece.end)
        if position is not None:
            what = f"holds the byte 0x{self._text[position]:02X}, which XML forbids: it is damaged"
            return _Bad(piece, what, position)
        xml = self._bytes(piece)
        if piece.kind == "misc":
            return _Bad(piece, "not well-formed XML")
        if not BEGIN.match(xml):
            return _Bad(piece, "no row: it does not begin with <row", piece.begin)
        if has_prefix(xml):
            return _Bad(piece, "has a name with a prefix (a colon), which no dump has")
        try:
            root = etree.fromstring(b"<rows>%b</rows>" % sanitize(xml)[0], _parser())
        except etree.XMLSyntaxError as error:
            what = re.sub(r",? line \d+, column \d+.*", "", error.msg or "", flags=re.DOTALL)
            if "Unescaped '<'" in what:
                what += ": a quote is missing, or a < stands raw"
            line, column = error.position
            in_line = max(column - 1 - (len("<rows>") if line == 1 else 0), 0)
            position = piece.begin + min(line_start(xml, line - 1) + in_line, len(xml) - 1)
            return _Bad(piece, f"not well-formed XML ({what})", position)
        return _Bad(piece, _structure(root[0]))


def _structure(row: etree._Element) -> str:
    """Say what forbidden content is in a row or after it."""
    inner = [f"an element <{_shown(one.tag)}>" for one in row if isinstance(one.tag, str)]
    texts = [(text or "").strip(" \t\r\n") for text in (row.text, *(one.tail for one in row))]
    inner += [f"the text {_shown(text)!r}" for text in texts if text]
    if not inner:
        return "is followed by what is no row"
    return f"holds {inner[0]}, where attributes only may stand"


def _rows(text: bytes) -> list[dict[str, str]]:
    """Return the attributes of rows in a well-formed text."""
    root = etree.fromstring(b"<rows>%b</rows>" % text, _parser())
    return [dict(element.attrib) for element in root.iterchildren("row")]


def _parser() -> etree.XMLParser:
    """Return an XML parser for UTF-8 that fetches nothing."""
    return etree.XMLParser(encoding="utf-8", huge_tree=True, no_network=True, load_dtd=False)


def _named(row_id: str | None) -> str:
    """Return the name of a row for messages."""
    return "row without Id" if row_id is None else f"row Id {_shown(row_id)}"


def _shown(value: str) -> str:
    """Return a value, shortened for a message."""
    return value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"


def _short(xml: bytes) -> str:
    return repr(_shown(xml[: 4 * _LONGEST_SHOWN].decode("utf-8", "backslashreplace")))
