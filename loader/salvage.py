"""Whole rows out of text that is not well-formed: what `--on-error quarantine` lives on.

A bad row ends where the next one begins: `<` may not stand raw in a value, so `<row` followed by
white space, `/` or `>` is the beginning of a row wherever it stands outside of a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import etree

from loader.places import row_id_at
from loader.target import StructureError, Target, make_parser, misread, misread_reason, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BEGIN: Final = re.compile(rb"<row(?=[\s/>])")
_MISC: Final = rb"(?:\s++|<!--.*?-->|<\?.*?\?>)*+"
_BETWEEN: Final = re.compile(_MISC, re.DOTALL)
_ATTRIBUTES: Final = rb"(?:\s++[^\s=<>\"'/]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+"
_TAG: Final = re.compile(rb"<row" + _ATTRIBUTES + rb"(?:/>|>" + _MISC + rb"</row\s*+>)", re.DOTALL)
_NEXT: Final = re.compile(rb"/>\s*+<!--(?:.*?-->|.*)|<row(?=[\s/>])", re.DOTALL)
_ROW_OR_MISC: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>|<row(?=[\s/>])", re.DOTALL)


class Reject(NamedTuple):
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
        The text up to ``end``; of what was rejected only the line ends are left.
    end : int
        Where the text begins that must wait for more.
    is_closed : bool
        Whether the root's end tag was found, and nothing after it.
    rejects : list of Reject
        What is no row, in order.
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    text: bytes = b""
    end: int = 0
    is_closed: bool = False
    rejects: list[Reject] = field(default_factory=list)


def after_root(text: bytes, root: str) -> int | None:
    """Return the position after the root's start tag, or None where it is not whole."""
    begin = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    tag = re.compile(rb"<" + re.escape(root.encode()) + _ATTRIBUTES + rb">")
    found = tag.match(text, begin)
    return found.end() if found else None


def row_spans(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each row of a well-formed text begins and ends."""
    for found in _ROW_OR_MISC.finditer(text):
        if found[0] == b"<row":
            whole = _TAG.match(text, found.start())
            yield found.start(), whole.end() if whole else len(text)


def end_of_row(text: bytes, begin: int) -> int:
    """Return where the whole row ends that begins there."""
    found = _TAG.match(text, begin)
    if found:
        return found.end()
    following = _BEGIN.search(text, begin + 1)
    return following.start() if following else len(text)


def without(text: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    """Return a text of whose spans only the line ends are left, so that lines keep their number."""
    kept = []
    position = 0
    for begin, end in spans:
        kept += [text[position:begin], b"\n" * text.count(b"\n", begin, end)]
        position = end
    return b"".join([*kept, text[position:]])


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
    closing = re.compile(rb"</" + re.escape(root.encode()) + rb"\s*>")
    pieces = list(_pieces(text, begin, closing, found, is_last=is_last))
    known = [piece for piece in pieces if piece.is_likely_row]
    bad: list[tuple[_Piece, str]] = []
    good: dict[int, dict[str, str]] = {}
    _sort(text, known, good, bad)
    for piece in pieces:
        if not piece.is_likely_row:
            _sort(text, [piece], good, bad)
    bad.sort()
    found.rows = [good[position] for position in sorted(good)]
    found.text = without(text[: found.end], [(piece.begin, piece.end) for piece, _ in bad])
    line, position = first_line, 0
    for piece, what in bad:
        line += text.count(b"\n", position, piece.begin)
        position = piece.begin
        xml = text[piece.begin : piece.end].rstrip()
        found.rejects.append(Reject(line, row_id_at(xml, 0), what, xml))
    return found


def _pieces(
    text: bytes, begin: int, closing: re.Pattern[bytes], found: Salvage, *, is_last: bool
) -> Iterator[_Piece]:
    """Cut a text into rows and what is none; sets ``end`` and ``is_closed`` on the way."""
    position = begin
    while True:
        position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr]
        found.end = position
        if position == len(text):
            return
        whole = _TAG.match(text, position)
        if whole:
            yield _Piece(position, whole.end(), is_likely_row=True)
            position = whole.end()
            continue
        end = closing.match(text, position)
        if end:
            rest = _BETWEEN.match(text, end.end()).end()  # type: ignore[union-attr]
            if rest < len(text):
                raise StructureError
            found.is_closed = True
            return
        if not is_last and text.startswith((b"<!--", b"<?"), position):
            return
        following = _next_row(text, position + 1, is_last=is_last)
        if following is None and not is_last:
            return
        end = closing.search(text, position, len(text) if following is None else following)
        if end and following is not None:
            raise StructureError
        if end is None and following is None:
            return
        stop = end.start() if following is None else following  # type: ignore[union-attr]
        yield _Piece(position, stop, is_likely_row=False)
        position = stop


def _next_row(text: bytes, position: int, *, is_last: bool) -> int | None:
    """Position of the next row; what a comment after a row's end quotes is none."""
    for found in _NEXT.finditer(text, position):
        if found[0] == b"<row":
            return found.start()
        if not found[0].endswith(b"-->"):
            break
    else:
        return None
    following = _BEGIN.search(text, position) if is_last else None
    return following.start() if following else None


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
        if not _BEGIN.match(text, piece.begin):
            what = "no row: it does not begin with <row"
        bad.append((piece, what))
        return
    middle = len(pieces) // 2
    _sort(text, pieces[:middle], good, bad)
    _sort(text, pieces[middle:], good, bad)
