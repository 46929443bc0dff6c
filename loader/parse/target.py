"""lxml set up for rows: a target that builds no tree and stops at anything that is not a row."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from loader.parse.places import short

_PREFIX: Final = "a name with a prefix (a colon), which no dump has"


_NAMES: Final = etree.ErrorDomains.NAMESPACE


class StructureError(Exception):
    """Something stands where only rows may."""


class Target:
    """Collects the attributes of rows, and stops at anything that is not a row.

    Attributes
    ----------
    rows : list of dict
        What was collected; the last of them may not be at its end.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._in_root = False
        self._in_row = False

    @property
    def n_whole(self) -> int:
        """How many rows are at their end."""
        return len(self.rows) - self._in_row

    def take(self) -> list[dict[str, str]]:
        """Return the rows that are at their end, and forget them."""
        n_whole = self.n_whole
        whole, self.rows = self.rows[:n_whole], self.rows[n_whole:]
        return whole

    def keep(self, n_rows: int) -> None:
        """Keep the first rows only, which are at their end."""
        del self.rows[n_rows:]
        self._in_row = False

    def start(
        self, tag: str, attributes: dict[str, str], namespaces: dict[str | None, str]
    ) -> None:
        """Take a row, or refuse another element, and a row of whose names lxml makes others."""
        if tag == "row" and self._in_root and not self._in_row:
            self._in_row = True
            # Where there are none, lxml hands over a mapping that Arrow does not take for a dict.
            self.rows.append(attributes or {})
            if namespaces or "{" in "".join(attributes):
                raise StructureError(f"has {_PREFIX}")
        elif not self._in_root:
            self._in_root = True
        elif self._in_row:
            raise StructureError(
                f"holds an element <{short(tag)}>, where attributes only may stand"
            )
        else:
            raise StructureError(
                f"is followed by an element <{short(tag)}>, where only <row> may stand"
            )

    def end(self, _tag: str) -> None:
        """Leave a row, or the root."""
        self._in_row = False

    def data(self, text: str) -> None:
        """Refuse text that is not white space."""
        text = text.strip(" \t\r\n")
        if text and self._in_row:
            raise StructureError(f"holds the text {short(text)!r}, where attributes only may stand")
        if text:
            raise StructureError(
                f"is followed by the text {short(text)!r}, where only <row> may stand"
            )

    def doctype(self, *_: object) -> None:
        """Stop at a document type: `read_prolog` let none pass, and this lets none pass either."""
        raise StructureError("has a document type declaration")

    def close(self) -> None:
        """Do nothing: the rows are taken as they come."""


def make_parser(target: Target) -> etree.XMLParser:
    """Return a parser of UTF-8 that fetches nothing."""
    # `read_prolog` lets no document type pass, so the only entities are the five of XML itself.
    # resolve_entities=False would corrupt `&amp;` in silence (lxml 6, target parsers).
    return etree.XMLParser(
        target=target, encoding="utf-8", huge_tree=True, no_network=True, load_dtd=False
    )


def misread(parser: etree.XMLParser) -> etree._LogEntry | None:
    """Return the first remark of a parser about a name that it did not read as it is written.

    lxml drops a prefix that nobody declared, and goes on: `PostTyp:Id="1"` would be the row's Id.
    The parser only remarks on it, so this must be asked after whatever it was fed.
    """
    for remark in parser.feed_error_log:
        if remark.domain == _NAMES and remark.level != etree.ErrorLevels.WARNING:
            return remark
    return None


def misread_reason(remark: etree._LogEntry) -> str:
    """Return what is wrong with a name."""
    return f"{_PREFIX} ({remark.message})"


def is_well_formed(text: bytes) -> bool:
    """Say whether the parser takes a text for XML with no rows in it, or with nothing but rows."""
    parser = make_parser(Target())
    try:
        parser.feed(text)
        is_as_written = misread(parser) is None
        parser.close()
    except (etree.XMLSyntaxError, StructureError):
        return False
    return is_as_written


def reason(error: etree.XMLSyntaxError) -> str:
    """Return what the parser says, without the place in its own input."""
    what = re.sub(r",? line \d+, column \d+.*", "", error.msg or "", flags=re.DOTALL)
    return f"not well-formed XML ({what})"
