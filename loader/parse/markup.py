"""A table's text, cut into rows, what may stand between them, and what is neither.

A bad row ends where the next one begins: `<` may not stand raw in a value, so `<row` followed by
white space, `/` or `>` is the beginning of a row wherever no comment, processing instruction or
CDATA section quotes it. The text may be well-formed or not; it is passed over once for each kind of
mark, so that a text of nothing but comments that never end takes no longer than any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW: Final = b"<row"
"""Beginning of a row; but in a comment it is nothing else: no attribute holds a raw `<`."""

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
"""What ought to close a comment, or the like, in a damaged place is looked for so far."""


class Piece(NamedTuple):
    """A stretch of a text: a likely row, what may stand between rows, or what is neither."""

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
        Where the text begins that must wait for more.
    is_closed : bool
        Whether the root's end tag was found.
    goes_on_at : int or None
        Where something stands behind that end tag that may not.
    """

    pieces: list[Piece] = field(default_factory=list)
    end: int = 0
    is_closed: bool = False
    goes_on_at: int | None = None


class Markup:
    """A text, and what is known of the places of marks in it.

    Parameters
    ----------
    text : bytes
        XML as UTF-8, from between two rows on.
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
            Whether a row begins where the text ends, so that its last piece ends there.
        is_last : bool
            Whether the table's end is in it, or ought to be.
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
        """Judge what stands behind the root's end tag; hold it while more may come."""
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
        """Return where a comment or processing instruction ends that begins there."""
        for opening in (b"<!--", b"<?"):
            if self._text.startswith(opening, position):
                end = self._closed(opening, position)
                return None if end < 0 else end
        return None

    def _row_end(self, position: int) -> int | None:
        """Return where the row ends that begins there, or None where it is not whole."""
        start = _START_TAG.match(self._text, position)
        if start is None or self._text.startswith(b"/>", start.end() - 2):
            return start and start.end()
        position = self._after_blanks(start.end())
        while (end := self._misc_end(position)) is not None:
            position = self._after_blanks(end)
        end_tag = _END_TAG.match(self._text, position)
        return end_tag and end_tag.end()

    def _next_mark(self, position: int, *, is_last: bool) -> int | None:
        """Find the next row, or the root's end tag, behind a damaged place.

        What a comment, a processing instruction or a CDATA section quotes is neither. Such a one
        may begin anywhere in a damaged place; it is one where it is closed, and begins a line or
        follows a tag, or is followed by one: `<!--` may also be what the damage is.

        Returns
        -------
        int or None
            None where there is none, or more of the text must come before it can be known.
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
        """Return the position behind what begins there, or -1 where it is never closed."""
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
        # It may be asked of one place a million times, behind a million blanks.
        return self._text[position : position + _LOOK_BACK].lstrip()[:1] in {b"<", b""}


def has_prefix(row: bytes) -> bool:
    """Whether a row is whole, but for a name with a colon, or the declaration of a namespace."""
    return _START_TAG.match(row) is None and _PREFIXED.match(row) is not None


def row_id_at(text: bytes, position: int) -> str | None:
    """Return the Id of the row at a position, as written, or None."""
    end = text.find(b"<", position + 1)
    found = _ID.search(text, position, end if end > 0 else len(text))
    return None if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")


def line_start(text: bytes, n_lines: int) -> int:
    """Return the position behind a number of line ends."""
    position = 0
    for _ in range(n_lines):
        position = text.find(b"\n", position) + 1 or len(text)
    return position
