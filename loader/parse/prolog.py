"""What stands before the rows: the root element, a comment, and whether it is a table at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loader import schemas
from loader.errors import NotADumpError, TruncatedError
from loader.parse.formats import BEGINNING_BYTES, form_of
from loader.parse.places import short

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST: Final = 1 << 20
_SPACE: Final = re.compile(rb"\s*")
_NAME: Final = re.compile(rb"<([A-Za-z_][^\s/>]*)(?=[\s/>])")
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s+([A-Za-z_][^\s\[>]*)\s*(>?)")
_OPENING: Final = re.compile(rb"<(?:[A-Za-z_][^\s/>]*|!(?:-|D[A-Z]{0,6})?)?")
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
        All that was read to know this: a prefix of the file as clean UTF-8.
    has_doctype : bool
        Whether there is a document type declaration, of a name and nothing else.
    """

    root: str
    comment: str | None
    text: bytes
    has_doctype: bool = False

    @property
    def table(self) -> schemas.Table | None:
        """The table whose rows follow, or None where the root element names none."""
        return schemas.BY_ROOT.get(re.sub(r"[_-]", "", self.root.lower()))


def read_prolog(pieces: Iterator[bytes], name: str) -> Prolog:
    """Read up to the root element's name; the iterator then stands after ``Prolog.text``.

    A document type declaration with anything in it but a name is refused here, before a parser
    could fetch or expand anything.

    Parameters
    ----------
    pieces : iterator of bytes
        The file as clean UTF-8.
    name : str
        The file, for messages.

    Raises
    ------
    NotADumpError
        When it is empty, not XML, or declares more of its document type than a name.
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
        raise NotADumpError(f"{name}: is empty; get it anew, or remove it")
    _parse(text, name, is_end=True)
    raise TruncatedError(f"{name}: ends before its root element; the file is cut off: get it anew")


def unknown_table(name: str, root: str) -> NotADumpError:
    """Build the error for an XML file whose root element is none of the eight."""
    return NotADumpError(
        f"{name}: its root element is <{short(root)}>, and that of a dump's table one of {_TABLES};"
        " give a file of a data dump"
    )


def _parse(text: bytes, name: str, *, is_end: bool = False) -> Prolog | None:
    """Find the root element, or None where more text is needed."""
    comments: list[str] = []
    position, has_doctype = 0, False
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
            end = _after_doctype(text, position, name)
            if end is None:
                return None
            position, has_doctype = end, True
        else:
            found = _NAME.match(text, position)
            if found:
                root = found[1].decode("utf-8", "replace")
                return Prolog(root, "\n".join(comments) or None, text, has_doctype)
            is_short = not is_end and len(text) - position < BEGINNING_BYTES
            if is_short or _OPENING.fullmatch(text, position):
                return None
            raise not_xml(name, text[position:])


def _after_doctype(text: bytes, position: int, name: str) -> int | None:
    """Return the end of a document type declaration that is harmless: None where it is not there.

    `<!DOCTYPE posts>`, which copies have, says nothing, and no parser is shown it. More may name
    another file, or declare entities; and with it a parser drops an entity that it does not know.
    """
    found = _DOCTYPE.match(text, position)
    if found is None or not text[found.end() :].strip() + found[2]:
        return None
    root = found[1].decode("utf-8", "replace")
    if Prolog(root, None, b"").table is None:
        raise unknown_table(name, root)
    if not found[2]:
        raise NotADumpError(
            f"{name}: has a document type declaration with more than a name in it (<!DOCTYPE"
            f" {short(root)} …>); it is not read, for safety: remove it if you trust the file"
        )
    return found.end()


def not_xml(name: str, beginning: bytes) -> NotADumpError:
    """Build the error for a file that is something else than XML."""
    form = form_of(name, beginning[:BEGINNING_BYTES])
    if form is not None:
        return NotADumpError(f"{name}: {form}")
    begins = beginning[:24].decode("utf-8", "backslashreplace")
    return NotADumpError(
        f"{name}: is not XML (it begins with {begins!r}); what is read is the XML of a data"
        " dump; give its Posts.xml, or a site's .7z, and if this should be it, get it anew"
    )
