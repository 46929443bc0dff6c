"""Where a row stands in the XML of a batch: only messages about a bad row ask for it."""

from __future__ import annotations

import re
from typing import Final

ROW: Final = b"<row"
"""Beginning of a row; but in a comment it is nothing else: no attribute holds a raw `<`."""

_ID: Final = re.compile(rb"\sId\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LONGEST_SHOWN: Final = 60


def nth_row(text: bytes, index: int) -> int:
    """Return the position of a row (from 0), or -1."""
    position = -1
    for _ in range(index + 1):
        position = text.find(ROW, position + 1)
        if position < 0:
            break
    return position


def row_with_id(text: bytes, index: int, row_id: str | None) -> int:
    """Return the position of a row whose id is known, or -1.

    A comment that quotes a row puts the count out; the id still finds the row.
    """
    position = nth_row(text, index)
    if row_id is None or row_id_at(text, position) == row_id:
        return position
    for found in re.finditer(ROW, text):
        if row_id_at(text, found.start()) == row_id:
            return found.start()
    return position


def row_id_at(text: bytes, position: int) -> str | None:
    """Return the Id of the row at a position, as written, or None."""
    if position < 0:
        return None
    end = text.find(b"<", position + 1)
    found = _ID.search(text, position, end if end > 0 else len(text))
    return None if found is None else (found[1] or found[2] or b"").decode("utf-8", "replace")


def line_start(text: bytes, n_lines: int) -> int:
    """Return the position after a number of line ends."""
    position = 0
    for _ in range(n_lines):
        position = text.find(b"\n", position) + 1
        if position == 0:
            return len(text)
    return position


def lines_before(text: bytes, position: int) -> int:
    """Return how many line ends come before a position."""
    return text.count(b"\n", 0, max(position, 0))


def short(value: str) -> str:
    """Return a value, cut to what fits into a message."""
    return value if len(value) <= _LONGEST_SHOWN else value[: _LONGEST_SHOWN - 1] + "…"


def named(row_id: str | None) -> str:
    """Return how messages name a row."""
    return "row without Id" if row_id is None else f"row Id {short(row_id)}"
