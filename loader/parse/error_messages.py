"""What is said of a row that cannot be read, or of a file: where it is, what is wrong, the cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from loader.errors import RowError, TruncatedError
from loader.parse.places import (
    ROW,
    line_start,
    lines_before,
    named,
    nth_row,
    row_id_at,
    row_with_id,
)
from loader.parse.target import misread_reason, reason

if TYPE_CHECKING:
    from collections.abc import Sequence


class AfterEndError(RowError):
    """Something follows the end of the table: it is not a row that is bad, but the file."""


class ErrorMessages:
    """Builds the errors about one file.

    Each takes the text that was not given up yet, and the line of the file with which it begins.

    Parameters
    ----------
    name : str
        The file.
    root : str
        Name of its root element, as written.
    """

    def __init__(self, name: str, root: str) -> None:
        self._name = name
        self._root = root

    def unclosed(self, text: bytes, first_line: int, position: int) -> RowError:
        """Build the error about a row that has no end, at a position."""
        line = first_line + lines_before(text, position)
        return RowError(
            f"{self._name}: line {line:,}: {named(row_id_at(text, position))}: not well-formed"
            " XML (the next row begins before this one ends: a quote is missing);"
            " mend the file, or get it anew"
        )

    def lost(self, text: bytes, first_line: int) -> RowError:
        """Build the error about a text in which no row ends."""
        position = text.rfind(ROW)
        line = first_line + lines_before(text, position)
        return RowError(
            f"{self._name}: line {line:,}, at {named(row_id_at(text, position))}: no row for"
            f" {len(text) >> 20:,} MiB; the file is damaged: get it anew"
        )

    def structure(
        self, text: bytes, first_line: int, rows: Sequence[dict[str, str]], what: str
    ) -> RowError:
        """Build the error about the last row of some, or about what follows it."""
        row_id = rows[-1].get("Id") if rows else None
        position = row_with_id(text, len(rows) - 1, row_id) if rows else 0
        line = first_line + lines_before(text, position)
        row = named(row_id) if rows else f"<{self._root}>"
        return RowError(f"{self._name}: line {line:,}: {row} {what}; mend the file, or get it anew")

    def malformed(
        self, text: bytes, first_line: int, lines_given_up: int, error: etree.XMLSyntaxError
    ) -> RowError:
        """Build the error about what the parser refuses; it knows of no lines given up."""
        line, column = error.position
        line += lines_given_up
        if error.code == etree.ErrorTypes.ERR_DOCUMENT_END:
            return self.after_end(f"line {line:,}, column {column:,}")
        position = line_start(text, line - first_line) + max(column, 1)
        row = named(row_id_at(text, text.rfind(ROW, 0, position)))
        return RowError(
            f"{self._name}: line {line:,}, column {column:,}: {row}: {reason(error)};"
            " mend the file, or get it anew"
        )

    def misread(self, text: bytes, begin: int, line: int, remark: etree._LogEntry) -> RowError:
        """Build the error about a row, at a position, of whose names the parser made others."""
        return RowError(
            f"{self._name}: line {line:,}, column {remark.column:,}:"
            f" {named(row_id_at(text, begin))} has {misread_reason(remark)};"
            " mend the file, or get it anew"
        )

    def after_end(self, where: str) -> RowError:
        """Build the error about a file that goes on behind its table."""
        return AfterEndError(
            f"{self._name}: {where}: something follows </{self._root}>;"
            " mend the file, or get it anew"
        )

    def truncated(self, text: bytes, first_line: int, n_rows: int) -> TruncatedError:
        """Build the error about a file that ends in its table, behind so many rows."""
        line = first_line + text.count(b"\n")
        last = nth_row(text, text.count(ROW) - 1)
        at = f", at {named(row_id_at(text, last))}" if last >= 0 else ""
        return TruncatedError(
            f"{self._name}: line {line:,}{at}: the file ends before </{self._root}>,"
            f" after {n_rows:,} whole rows; it is cut off: get it anew"
        )
