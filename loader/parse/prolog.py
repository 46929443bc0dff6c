"""The text before the rows: comments and the root element, which tells the table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from loader import schemas
from loader.errors import NotADumpError, RowError, TruncatedError
from loader.parse.formats import BEGINNING_BYTES, form_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 1 << 20
_SPACE: Final = re.compile(rb"\s*")
_NAME: Final = re.compile(rb"<([A-Za-z_][^\s/>]*)(?=[\s/>])")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s+([A-Za-z_][^\s\[>]*)([^\[<>]*>|[^\[<>]*\[)")
_OPENING: Final = re.compile(rb"<(?:[A-Za-z_][^\s/>]*|!(?:-|D[A-Z]{0,6})?)?")
_ATTRIBUTES: Final = rb"(?:\s++[^\s=<>\"'/]++\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+\s*+"
_TABLES: Final = ", ".join(f"<{root}>" for root in schemas.BY_ROOT)


@dataclass(frozen=True)
class Prolog:
    """The beginning of an XML file.

    Attributes
    ----------
    root : str
        Name of the root element, as written.
    comment : str or None
        The comments before the root element, joined by line ends.
    text : bytes
        The text read so far: a prefix of the file as UTF-8.
    """

    root: str
    comment: str | None
    text: bytes

    @property
    def table(self) -> schemas.Table | None:
        """The table of the root element, or None."""
        return schemas.BY_ROOT.get(re.sub(r"[_-]", "", self.root.lower()))


def read_prolog(pieces: Iterator[bytes], name: str) -> Prolog:
    """Read up to the root element's name; the iterator then stands after ``Prolog.text``.

    A document type, which some copies have, is skipped; one with declarations in it is refused. No
    parser sees either, so that nothing is fetched or expanded.

    Parameters
    ----------
    pieces : iterator of bytes
        The file as UTF-8.
    name : str
        The file, for messages.

    Raises
    ------
    NotADumpError
        When it is empty, not XML, or has a document type with declarations in it.
    TruncatedError
        When it ends before its root element.
    """
    text = b""
    for piece in pieces:
        text += piece
        prolog = _parse(text, name)
        if prolog is not None:
            return prolog
        if len(text) > _LONGEST:
            raise NotADumpError(
                f"{name}: no root element in its first MiB; give a file of a data dump"
            )
    if not text.strip():
        raise NotADumpError(f"{name}: is empty; get it again, or remove it")
    _parse(text, name, is_end=True)
    raise TruncatedError(f"{name}: ends before its root element; the file is cut off: get it again")


def read_opening(prolog: Prolog, pieces: Iterator[bytes], name: str) -> tuple[bytes, bytes]:
    """Read to where the rows begin: after the root's start tag and white space.

    Parameters
    ----------
    prolog : Prolog
        The beginning of the file.
    pieces : iterator of bytes
        The rest of the file.
    name : str
        The file, for messages.

    Returns
    -------
    (bytes, bytes)
        The text before the rows, and the text read after it; for an empty element `<posts/>`, the
        end tag that it lacks.

    Raises
    ------
    RowError
        When it is not well-formed.
    TruncatedError
        When the file ends within it.
    """
    root = re.escape(prolog.root.encode())
    form = re.compile(
        rb"(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^\[<>]*>))*+<%b%b(/?+)>\s*+"
        % (root, _ATTRIBUTES),
        re.DOTALL,
    )
    text = prolog.text
    while (found := form.match(text)) is None and len(text) < _LONGEST:
        piece = next(pieces, b"")
        if not piece:
            break
        text += piece
    if found is None and b">" not in text[text.rindex(b"<" + prolog.root.encode()) :]:
        raise TruncatedError(
            f"{name}: the file ends before </{prolog.root}>; it is cut off: get it again"
        )
    end = len(text) if found is None else found.end()
    end_tag = f"</{prolog.root}>".encode()
    try:
        parser = etree.XMLParser(encoding="utf-8", no_network=True, load_dtd=False)
        shown = _DOCTYPE.sub(lambda one: b" " * len(one[0]), text[:end], count=1)
        etree.fromstring(shown + (b"" if found and found[1] else end_tag), parser)
    except etree.XMLSyntaxError as error:
        raise RowError(
            f"{name}: line {error.position[0]:,}: <{prolog.root}> or what stands before it is not"
            f" well-formed XML ({error.msg}); mend the file, or get it again"
        ) from error
    return text[:end], (end_tag if found and found[1] else b"") + text[end:]


def unknown_table(name: str, root: str) -> NotADumpError:
    """Build the error for an XML file whose root element is no table's."""
    return NotADumpError(
        f"{name}: its root element is <{root[:60]}>, and that of a dump's table one of {_TABLES};"
        " give a file of a data dump"
    )


def _parse(text: bytes, name: str, *, is_end: bool = False) -> Prolog | None:
    """Find the root element; return None where more text is needed."""
    comments: list[str] = []
    position = 0
    while True:
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith(b"<!--", position):
            end = text.find(b"-->", position + 4)
            if end < 0:
                return None
            comments.append(text[position + 4 : end].decode("utf-8", "replace").strip())
            position = end + 3
        elif text.startswith(b"<?", position):
            end = text.find(b"?>", position)
            if end < 0:
                return None
            position = end + 2
        elif text.startswith(b"<!DOCTYPE", position):
            found = _DOCTYPE.match(text, position)
            if found is None:
                return None
            _check_doctype(found, name)
            position = found.end()
        else:
            found = _NAME.match(text, position)
            if found:
                root = found[1].decode("utf-8", "replace")
                return Prolog(root, "\n".join(comments) or None, text)
            is_short = not is_end and len(text) - position < BEGINNING_BYTES
            if is_short or _OPENING.fullmatch(text, position):
                return None
            raise not_xml(name, text[position:])


def _check_doctype(found: re.Match[bytes], name: str) -> None:
    root = found[1].decode("utf-8", "replace")
    if Prolog(root, None, b"").table is None:
        raise unknown_table(name, root)
    if found[2].endswith(b"["):
        raise NotADumpError(
            f"{name}: has a document type with declarations in it (<!DOCTYPE {root} … [); it is not"
            " read, for safety: remove it if you trust the file"
        )


def not_xml(name: str, beginning: bytes) -> NotADumpError:
    """Build the error for a file that is not XML."""
    form = form_of(name, beginning[:BEGINNING_BYTES])
    if form is not None:
        return NotADumpError(f"{name}: {form}")
    begins = beginning[:24].decode("utf-8", "backslashreplace")
    return NotADumpError(
        f"{name}: is not XML (it begins with {begins!r}); what is read is the XML of a data"
        " dump; give its Posts.xml, or a site's .7z, and if this should be it, get it again"
    )
