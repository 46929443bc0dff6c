"""A file of plain UTF-8, cut into splits of similar length for the workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loader.cores import n_cores
from loader.parse.chunks import Place, n_line_ends, next_row, pieces_between
from loader.parts import MOST_PARTS

if TYPE_CHECKING:
    from pathlib import Path

    from loader.dump.files import SourceFile

SPLIT_BYTES: Final = 512 << 20
LEAST_BYTES: Final = 16 << 20


@dataclass(frozen=True)
class Split:
    """A stretch of a text from one row's start to another's, or to the end (None)."""

    begin: Place
    end: int | None


def n_splits(n_bytes: int, workers: int) -> int:
    """Return the number of splits of a file: equally many per worker, and at most 64."""
    if n_bytes < 2 * LEAST_BYTES:
        return 1
    rounds = -(-n_bytes // (workers * SPLIT_BYTES))
    most = MOST_PARTS - 1  # one more is needed where the reference parser reads on
    most = max(most // workers * workers, min(workers, most))
    return max(min(workers * rounds, most, n_bytes // LEAST_BYTES), 1)


def cut(file: SourceFile, first: Place, shift: int, *, knows_lines: bool) -> list[Split]:
    """Cut a file.

    Parameters
    ----------
    file : SourceFile
        The file.
    first : Place
        Where its first row begins.
    shift : int
        Bytes of the file before its text.
    knows_lines : bool
        Whether to count the lines before each split; otherwise they are 0.
    """
    n = n_splits(file.n_bytes, n_cores())
    n_bytes = file.n_bytes - shift - first.offset
    offsets = [first.offset]
    for i in range(1, n):
        found = next_row(file.path, shift + first.offset + n_bytes * i // n)
        if found is None:
            break
        if found - shift > offsets[-1]:
            offsets.append(found - shift)
    places = [first]
    for offset in offsets[1:]:
        line = 0
        if knows_lines:
            before = places[-1]
            line = before.line + n_lines(file.path, before.offset, offset, shift)
        places.append(Place(offset, line))
    ends = [*offsets[1:], None]
    return [Split(place, end) for place, end in zip(places, ends, strict=True)]


def n_lines(path: Path, begin: int, end: int, shift: int) -> int:
    """Count the line ends between two offsets of a text."""
    return sum(map(n_line_ends, pieces_between(path, begin + shift, end + shift)))


def to_plan(splits: list[Split]) -> list[tuple[int, int, int | None]]:
    """Return splits in a form for JSON."""
    return [(one.begin.offset, one.begin.line, one.end) for one in splits]


def from_plan(found: list[tuple[int, int, int | None]]) -> list[Split]:
    """Read what `to_plan` wrote."""
    return [Split(Place(offset, line), end) for offset, line, end in found]
