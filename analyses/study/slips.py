"""Slips in what people write: all are collected before they are reported, each with its cure."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from loader.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

T = TypeVar("T")

_MANY = 12
_MOST = 30
"""So many names a message lists at most, so that its line can be read."""


class Slips:
    """The slips of a study folder, in the order of its files and their lines."""

    def __init__(self) -> None:
        self._found: list[tuple[Path, int, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, path: Path, said: str, *, line: int = 0, column: int = 0, row: int = 0) -> None:
        """Add a slip: at a line and column of a text, in a row of a table, or of a file."""
        where = f" row {row}:" if row else ""
        if line:
            where = f" line {line}, column {column}:"
        self._found.append((path, line or row, f"{path}:{where} {said}"))

    def add_lines(self, path: Path, error: StudyError) -> None:
        """Add the slips of an error about a file; its lines name the file themselves."""
        self._found += [(path, 0, line) for line in error.slips]

    def lines(self) -> list[str]:
        """Return one line per slip."""
        order = {path: place for place, (path, *_) in reversed(list(enumerate(self._found)))}
        ordered = sorted(self._found, key=lambda slip: (order[slip[0]], slip[1]))
        return list(dict.fromkeys(text for *_, text in ordered))

    def raise_any(self) -> None:
        """Raise all slips as one StudyError, if there are any."""
        if self._found:
            raise StudyError(*self.lines())


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name with the most similar spelling, whatever the case of its letters."""
    folded = {one.casefold(): one for one in names}
    return folded[difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.0)[0]]


def resembling(name: str, names: Iterable[str]) -> str | None:
    """Return the name that somebody may have meant; None if no name is similar."""
    folded = {one.casefold(): one for one in names}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.7)
    return folded[close[0]] if close else None


def instead(name: str, names: Iterable[str]) -> str:
    """Return the cure for a wrong name: the one that was meant, or some of the names there are."""
    names = list(names)
    close = resembling(name, names)
    cure = f"; did you mean {close}?" if close else ""
    if len(names) <= _MANY or not close:
        known = ", ".join(names[:_MOST])
        if len(names) > _MOST:
            known += f" and {len(names) - _MOST:,} more"
        cure += f" (there are {known})" if close else f"; there are {known}"
    return cure


def unknown_set(name: str, question_sets: Collection[str] | None) -> str:
    """Return what is wrong with the name of a question set; '' if it is one, or any will do."""
    if question_sets is None or name in question_sets:
        return ""
    return f"no question set is named {name!r}{instead(name, question_sets)}"


def raising(read: Callable[..., T], *about: object) -> T:
    """Return what a function reads that collects slips in its last argument; raise the slips."""
    slips = Slips()
    found = read(*about, slips)
    slips.raise_any()
    return found
