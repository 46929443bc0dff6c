"""Whole rows out of text that is not well-formed: what `--on-error quarantine` lives on.

A bad row ends where the next one begins: `<` may not stand raw in a value, so `<row` followed by
white space, `/` or `>` is the beginning of a row wherever no comment, processing instruction or
CDATA section quotes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from loader.parse.markup import BEGIN, Markup, without
from loader.parse.places import row_id_at
from loader.parse.target import StructureError, Target, make_parser, misread, misread_reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class QuarantinedRow(NamedTuple):
    """A row that is not loaded.

    Attributes
    ----------
    line : int
        Line of the file at which it begins, from 1.
    row_id : str or None
        Its Id as written, where one can be told.
    reason : str
        What is wrong with it.
    xml : bytes
        Its bytes, in UTF-8, without the white space at its end.
    """

    line: int
    row_id: str | None
    reason: str
    xml: bytes


class Aside(NamedTuple):
    """A reject, how many rows of its text stand before it, and where in the text it begins."""

    n_rows_before: int
    begin: int
    reject: QuarantinedRow


class _Piece(NamedTuple):
    begin: int
    end: int
    is_likely_row: bool


@dataclass
class Salvage:
    """What became of a text.

    Attributes
    ----------
    rows : list of dict
        Attributes of the rows that are whole, in order.
    text : bytes
        The text up to ``end``; of what was rejected only the line ends are left, and spaces.
    end : int
        Where the text begins that must wait for more.
    awaits : bytes or None
        What must come before more of it can be known; None for another row.
    is_closed : bool
        Whether the root's end tag was found, and nothing after it.
    rejects : list of Aside
        What is no row, in order.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    text: bytes = b""
    end: int = 0
    awaits: bytes | None = None
    is_closed: bool = False
    rejects: list[Aside] = field(default_factory=list)


def salvage(text: bytes, begin: int, root: str, first_line: int, *, is_last: bool) -> Salvage:
    """Take the whole rows out of a text, and say what the rest is.

    Parameters
    ----------
    text : bytes
        Clean UTF-8.
    begin : int
        Where to begin: between two rows.
    root : str
        Name of the root element.
    first_line : int
        Line of the file with which the text begins.
    is_last : bool
        Whether nothing comes after the text. Without it a last piece that the next `<row` does not
        end waits for more.

    Raises
    ------
    StructureError
        When rows follow the end of the table.
    """
    found = Salvage(end=begin)
    pieces = list(_pieces(Markup(text), begin, root, found, is_last=is_last))
    known = [piece for piece in pieces if piece.is_likely_row]
    bad: list[tuple[_Piece, str]] = []
    good: dict[int, dict[str, str]] = {}
    _sort(text, known, good, bad)
    for piece in pieces:
        if not piece.is_likely_row:
            _sort(text, [piece], good, bad)
    bad.sort()
    places = sorted(good)
    found.rows = [good[position] for position in places]
    found.text = without(text[: found.end], [(piece.begin, piece.end) for piece, _ in bad])
    line, position = first_line, 0
    for piece, what in bad:
        line += text.count(b"\n", position, piece.begin)
        position = piece.begin
        xml = text[piece.begin : piece.end].rstrip()
        reject = QuarantinedRow(line, row_id_at(xml, 0), what, xml)
        found.rejects.append(Aside(bisect_left(places, piece.begin), piece.begin, reject))
    return found


def _pieces(
    markup: Markup, begin: int, root: str, found: Salvage, *, is_last: bool
) -> Iterator[_Piece]:
    """Cut a text into rows and what is none; sets what is known of its end on the way."""
    text = markup.text
    closing = f"</{root}".encode()
    end_tag = re.compile(re.escape(closing) + rb"\s*+>")
    position = begin
    while True:
        found.end = position = markup.after_misc(position)
        if position == len(text):
            return
        end = markup.row_end(position)
        if end is not None:
            yield _Piece(position, end, is_likely_row=True)
            position = end
            continue
        tag = end_tag.match(text, position)
        if tag:
            if markup.after_misc(tag.end()) < len(text):
                raise StructureError
            found.is_closed = True
            return
        found.awaits = None if is_last else markup.open_at(position)
        if found.awaits is not None:
            return
        search_from = position + 1 if BEGIN.match(text, position) else position
        following, found.awaits = markup.next_mark(search_from, closing, is_last=is_last)
        if following is None:
            return
        yield _Piece(position, following, is_likely_row=False)
        position = following


def _sort(
    text: bytes,
    pieces: Sequence[_Piece],
    good: dict[int, dict[str, str]],
    bad: list[tuple[_Piece, str]],
) -> None:
    """Let the parser say which pieces are rows: all of them at once, then by halves."""
    if not pieces:
        return
    target = Target()
    parser = make_parser(target)
    what = "is followed by what is no row"
    try:
        parser.feed(b"<rows>")
        for piece in pieces:
            parser.feed(text[piece.begin : piece.end])
        parser.feed(b"</rows>")
        parser.close()
    except etree.XMLSyntaxError as error:
        what = reason(error)
    except StructureError as error:
        what = str(error)
    else:
        remark = misread(parser)
        if remark is not None:
            what = f"has {misread_reason(remark)}"
        elif len(target.rows) == len(pieces):
            good.update((piece.begin, row) for piece, row in zip(pieces, target.rows, strict=True))
            return
    if len(pieces) == 1:
        (piece,) = pieces
        if not BEGIN.match(text, piece.begin):
            what = "no row: it does not begin with <row"
        bad.append((piece, what))
        return
    middle = len(pieces) // 2
    _sort(text, pieces[:middle], good, bad)
    _sort(text, pieces[middle:], good, bad)
