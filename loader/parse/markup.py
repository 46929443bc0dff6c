"""Where rows, comments and processing instructions stand in raw XML, well-formed or not.

A text is passed over once for each kind of mark, however often it is asked: a text of nothing but
comments that never end takes no longer than any other.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from loader.parse.places import ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN: Final = re.compile(rb"<row(?=[\s/>])")
_SPACE: Final = re.compile(rb"\s*+")
_ATTRIBUTES: Final = rb"(?:\s++[^\s=<>\"'/]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+"
_START_TAG: Final = re.compile(rb"<row" + _ATTRIBUTES + rb"/?+>")
_END_TAG: Final = re.compile(rb"</row\s*+>")
_CLOSINGS: Final = {b"<!--": b"-->", b"<?": b"?>", b"<![CDATA[": b"]]>"}
_QUOTE: Final = rb"<!--|<\?|<!\[CDATA\["
_ROW_OR_MISC: Final = re.compile(rb"<!--|<\?|<row(?=[\s/>])")
_LOOK_BACK: Final = 256
_LONGEST_QUOTE: Final = 64 << 20
"""What ought to close a comment, or the like, in a damaged place is looked for so far."""


class Markup:
    """A text, and what is known of the places of marks in it.

    Parameters
    ----------
    text : bytes
        XML as UTF-8, from anywhere on to anywhere.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._found: dict[bytes, tuple[int, int]] = {}
        self._judged = (-1, False)

    def after_misc(self, position: int) -> int:
        """Return the position behind white space, comments and processing instructions."""
        while True:
            position = _SPACE.match(self.text, position).end()  # type: ignore[union-attr]
            opening = self._opening_at(position)
            closed = -1 if opening is None else self._closed(opening, position)
            if closed < 0:
                return position
            position = closed

    def open_at(self, position: int) -> bytes | None:
        """Return what would close the comment or processing instruction that begins there."""
        opening = self._opening_at(position)
        return None if opening is None else _CLOSINGS[opening]

    def after_root(self, root: str) -> int | None:
        """Return the position after the root's start tag, or None where it is not whole."""
        tag = re.compile(rb"<" + re.escape(root.encode()) + _ATTRIBUTES + rb">")
        found = tag.match(self.text, self.after_misc(0))
        return found.end() if found else None

    def row_end(self, position: int) -> int | None:
        """Return where the row ends that begins there, or None where it is not whole."""
        start = _START_TAG.match(self.text, position)
        if start is None or self.text.startswith(b"/>", start.end() - 2):
            return start and start.end()
        end = _END_TAG.match(self.text, self.after_misc(start.end()))
        return end and end.end()

    def row_spans(self) -> Iterator[tuple[int, int]]:
        """Yield where each row of a well-formed text begins and ends."""
        position = 0
        while found := _ROW_OR_MISC.search(self.text, position):
            begin = found.start()
            if found[0] == b"<row":
                end = self.row_end(begin)
                yield begin, len(self.text) if end is None else end
                position = found.end() if end is None else end
            else:
                position = self._closed(found[0], begin)
                if position < 0:
                    return

    def unclosed_row(self, position: int) -> int | None:
        """Return where a row begins that has no end where the next begins, if nothing is before it.

        Before it, from a position between two rows on, there may be whole rows, and what is none.
        """
        end: int | None = position
        while end is not None:
            position = self.after_misc(end)
            end = self.row_end(position)
        begins = BEGIN.match(self.text, position) and not _START_TAG.match(self.text, position)
        return position if begins and BEGIN.search(self.text, position + 1) else None

    def next_mark(
        self, position: int, closing: bytes, *, is_last: bool
    ) -> tuple[int | None, bytes | None]:
        """Find the next row, or the root's end tag, behind a damaged place.

        What a comment, a processing instruction or a CDATA section quotes is neither. Such a one
        may begin anywhere in a damaged place; it is one where it is closed, and begins a line or
        follows a tag, or is followed by one: `<!--` may also be what the damage is.

        Parameters
        ----------
        position : int
            Where to begin.
        closing : bytes
            The root's end tag without its bracket.
        is_last : bool
            Whether nothing comes after the text.

        Returns
        -------
        (int or None, bytes or None)
            Where it begins; or None, and what must come before more can be known, if anything.
        """
        marks = re.compile(_QUOTE + rb"|<row(?=[\s/>])|" + re.escape(closing) + rb"(?=\s*+>)")
        while found := marks.search(self.text, position):
            if found[0] not in _CLOSINGS:
                return found.start(), None
            closed = self._closed(found[0], found.start())
            if closed >= 0:
                is_quote = self._is_set_off(found.start()) or self._is_followed_by_tag(closed)
                position = closed if is_quote else found.end()
            elif is_last or len(self.text) - found.start() > _LONGEST_QUOTE:
                position = found.end()
            else:
                return None, _CLOSINGS[found[0]]
        return None, None

    def _opening_at(self, position: int) -> bytes | None:
        for opening in (b"<!--", b"<?"):
            if self.text.startswith(opening, position):
                return opening
        return None

    def _closed(self, opening: bytes, position: int) -> int:
        """Return the position behind what begins there, or -1 where it is never closed."""
        closing = _CLOSINGS[opening]
        begin = position + len(opening)
        asked, found = self._found.get(closing, (0, -2))
        if found == -2 or begin < asked or 0 <= found < begin:
            found = self.text.find(closing, begin)
            self._found[closing] = begin, found
        return found if found < 0 else found + len(closing)

    def _is_set_off(self, position: int) -> bool:
        before = self.text[max(position - _LOOK_BACK, 0) : position].rstrip(b" \t")
        return not before or before.endswith((b">", b"\n", b"\r"))

    def _is_followed_by_tag(self, position: int) -> bool:
        if self._judged[0] != position:
            behind = _SPACE.match(self.text, position).end()  # type: ignore[union-attr]
            is_tag = behind == len(self.text) or self.text.startswith(b"<", behind)
            self._judged = position, is_tag
        return self._judged[1]


def end_of_rows(text: bytes, n_rows: int) -> int:
    """Return where the last of some rows ends in a well-formed text, which may go on behind it."""
    markup = Markup(text)
    if b"<!" in text or b"<?" in text:
        return next(islice(markup.row_spans(), n_rows - 1, None))[1]
    position = len(text)
    for _ in range(text.count(ROW) - n_rows + 1):
        position = text.rfind(ROW, 0, position)
    end = markup.row_end(position)
    if end is None:
        following = BEGIN.search(text, position + 1)
        end = following.start() if following else len(text)
    return end


def without(text: bytes, spans: list[tuple[int, int]]) -> bytes:
    """Return a text of whose spans only the line ends are left, so that lines keep their number.

    All else in them becomes a space: what follows stands where it stood.
    """
    kept = []
    position = 0
    for begin, end in spans:
        kept += [text[position:begin], text[begin:end].translate(_BLANK)]
        position = end
    return b"".join([*kept, text[position:]])


_BLANK: Final = bytes(one if one == ord("\n") else ord(" ") for one in range(256))
