"""A table's text, cut into rows, the text allowed between them, and anything else.

A bad row ends where the next one begins. A value cannot hold a raw `<`, so `<row` followed by white
space, `/` or `>` begins a row, except inside of a comment, processing instruction or CDATA section.
The text need not be well-formed. It is scanned once for each kind of mark, so that a text of
unclosed comments takes no longer than any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW: Final = b"<row"
"""Beginning of a row, except in a comment; no attribute holds a raw `<`."""

BEGIN: Final = re.compile(rb"<row(?=[\s/>])")
_BLANKS: Final = re.compile(rb"[ \t\r\n]*+")
_NAME: Final = rb"(?!xmlns[\s=])[^\s=<>\"'/:]++"
_VALUE: Final = rb"\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+')"
_START_TAG: Final = re.compile(rb"<row(?:\s++" + _NAME + _VALUE + rb")*+\s*+/?+>")
_PREFIXED: Final = re.compile(rb"<row(?:\s++[^\s=<>\"'/]++" + _VALUE + rb")*+\s*+/?+>")
_END_TAG: Final = re.compile(rb"</row\s*+>")
_CLOSINGS: Final = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_OPENING: Final = rb"<!--|<\?|<!\[CDATA\["
_ID: Final = re.compile(rb"\sId\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LOOK_BACK: Final = 256
_LONGEST_QUOTE: Final = 64 << 20
"""How far to look for the end of a comment or the like in a damaged place."""


class Piece(NamedTuple):
    """A stretch of a text: a likely row, text allowed between rows, or anything else."""

    begin: int
    end: int
    kind: Literal["row", "misc", "odd"]


@dataclass
class Cut:
    """A text in pieces.

    Attributes
    ----------
    pieces : list of Piece
        In order, without the white space between them.
    end : int
        Where the text begins that is incomplete.
    is_closed : bool
        Whether the root's end tag was found.
    goes_on_at : int or None
        Place of forbidden text after that end tag.
    """

    pieces: list[Piece] = field(default_factory=list)
    end: int = 0
    is_closed: bool = False
    goes_on_at: int | None = None


class Markup:
    """A text, and the known places of marks in it.

    Parameters
    ----------
    text : bytes
        XML as UTF-8, beginning between two rows.
    root : str
        Name of the root element.
    """

    def __init__(self, text: bytes, root: str) -> None:
        self._text = text
        closing = re.escape(f"</{root}".encode())
        self._end_tag = re.compile(closing + rb"\s*+>")
        self._marks = re.compile(_OPENING + rb"|" + BEGIN.pattern + rb"|" + self._end_tag.pattern)
        self._found: dict[bytes, tuple[int, int]] = {}

    def cut(self, *, is_complete: bool, is_last: bool) -> Cut:
        """Cut the text.

        Parameters
        ----------
        is_complete : bool
            Whether a row begins where the text ends, so that the last piece is complete.
        is_last : bool
            Whether it holds the table's end, or should.
        """
        cut = Cut()
        for piece in self._pieces(cut, is_complete=is_complete, is_last=is_last):
            cut.pieces.append(piece)
            cut.end = piece.end
        return cut

    def _pieces(self, cut: Cut, *, is_complete: bool, is_last: bool) -> Iterator[Piece]:
        text, position = self._text, 0
        while (position := self._after_blanks(position)) < len(text):
            end = self._misc_end(position)
            if end is not None:
                yield Piece(position, end, "misc")
                position = end
                continue
            end = self._row_end(position)
            if end is not None:
                yield Piece(position, end, "row")
                position = end
                continue
            end_tag = self._end_tag.match(text, position)
            if end_tag:
                if is_complete:
                    cut.goes_on_at = len(text)
                else:
                    yield from self._trailing(cut, position, end_tag.end(), is_last=is_last)
                return
            begin = position + bool(BEGIN.match(text, position))
            following = self._next_mark(begin, is_last=is_last or is_complete)
            if following is None and not is_complete:
                return  # it is cut off here, or goes on
            position, begin = len(text) if following is None else following, position
            yield Piece(begin, position, "odd")

    def _trailing(self, cut: Cut, end_tag: int, position: int, *, is_last: bool) -> Iterator[Piece]:
        """Judge the text after the root's end tag; keep it while more may come."""
        pieces = []
        while (end := self._misc_end(self._after_blanks(position))) is not None:
            pieces.append(Piece(self._after_blanks(position), end, "misc"))
            position = end
        position = self._after_blanks(position)
        may_close = self._text.startswith((b"<!--", b"<?"), position)
        if position < len(self._text) and (is_last or not may_close):
            cut.goes_on_at = position
        elif is_last:
            cut.is_closed = True
        else:
            return
        yield from pieces
        cut.end = max(cut.end, end_tag)

    def _after_blanks(self, position: int) -> int:
        return _BLANKS.match(self._text, position).end()  # type: ignore[union-attr]

    def _misc_end(self, position: int) -> int | None:
        """Return where the comment or processing instruction ends that begins there."""
        for opening in (b"<!--", b"<?"):
            if self._text.startswith(opening, position):
                end = self._closed(opening, position)
                return None if end < 0 else end
        return None

    def _row_end(self, position: int) -> int | None:
        """Return where the row ends that begins there, or None where it is incomplete."""
        start = _START_TAG.match(self._text, position)
        if start is None or self._text.startswith(b"/>", start.end() - 2):
            return start and start.end()
        position = self._after_blanks(start.end())
        while (end := self._misc_end(position)) is not None:
            position = self._after_blanks(end)
        end_tag = _END_TAG.match(self._text, position)
        return end_tag and end_tag.end()

    def _next_mark(self, position: int, *, is_last: bool) -> int | None:
        """Find the next row, or the root's end tag, after a damaged place.

        The content of a comment, processing instruction or CDATA section is neither. Such a
        construct counts only where it is closed, and begins a line, or is next to a tag: a `<!--`
        in a damaged place may itself be the damage.

        Returns
        -------
        int or None
            None where there is none, or more text is needed to know.
        """
        while found := self._marks.search(self._text, position):
            if found[0] not in _CLOSINGS:
                return found.start()
            closed = self._closed(found[0], found.start())
            if closed >= 0:
                is_quote = self._is_set_off(found.start()) or self._is_followed_by_tag(closed)
                position = closed if is_quote else found.end()
            elif is_last or len(self._text) - found.start() > _LONGEST_QUOTE:
                position = found.end()
            else:
                return None
        return None

    def _closed(self, opening: bytes, position: int) -> int:
        """Return the position after the construct that begins there; -1 where it has no end."""
        closing = _CLOSINGS[opening]
        begin = position + len(opening)
        asked, found = self._found.get(closing, (0, -2))
        if found == -2 or begin < asked or 0 <= found < begin:
            found = self._text.find(closing, begin)
            self._found[closing] = begin, found
        return found if found < 0 else found + len(closing)

    def _is_set_off(self, position: int) -> bool:
        before = self._text[max(position - _LOOK_BACK, 0) : position].rstrip(b" \t")
        return not before or before.endswith((b">", b"\n", b"\r"))

    def _is_followed_by_tag(self, position: int) -> bool:
        # One place may be asked for a million times, after a million blanks.
        return self._text[position : position + _LOOK_BACK].lstrip()[:1] in {b"<", b""}


def has_prefix(row: bytes) -> bool:
    """Whether a row is well-formed except for a name with a colon, or a namespace."""
    return _START_TAG.match(row) is None and _PREFIXED.match(row) is not None


def row_id_at(text: bytes, position: int) -> str | None:
    """Return the Id of the row at a position, as written, or None."""
    end = text.find(b"<", position + 1)
    found = _ID.search(text, position, end if end > 0 else len(text))
    return None if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")


def line_start(text: bytes, n_lines: int) -> int:
    """Return the position after a number of line ends."""
    position = 0
    for _ in range(n_lines):
        position = text.find(b"\n", position) + 1 or len(text)
    return position
