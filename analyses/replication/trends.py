"""The authors' yearly counts (``post_trend.csv``, ``user_trend.csv``): the numbers of Figure 3."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.replication.package import TOPICS
from analyses.replication.response_times import BASELINE
from loader.errors import PackageError

if TYPE_CHECKING:
    from analyses.replication.package import Member, Package

FILES: Final = {"questions": "post_trend.csv", "users": "user_trend.csv"}
"""The file of each figure."""

_SETS: Final = {"non_deploy": BASELINE} | {topic.sheet: topic.question_set for topic in TOPICS}


@dataclass(frozen=True)
class YearlyCount:
    """A cell of a trend.

    Attributes
    ----------
    figure : str
        ``questions`` or ``users``.
    """

    figure: str
    question_set: str
    year: int
    n: int


def read_trends(package: Package) -> list[YearlyCount]:
    """Read the cells of both files.

    Raises
    ------
    PackageError
        When a line or a set is missing, or a cell is no count; the message names the line.
    """
    return [count for figure, name in FILES.items() for count in _read(figure, package[name])]


def _read(figure: str, member: Member) -> list[YearlyCount]:
    try:
        text = member.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackageError(f"{member}: is not UTF-8; get the package again") from error
    header, *lines = [line for line in csv.reader(io.StringIO(text)) if line] or [[]]
    counts = []
    for line in lines:
        name, *cells = line
        where = f"{member}: line of {name!r}"
        if name not in _SETS or len(line) != len(header):
            raise PackageError(
                f"{where}: expected {', '.join(_SETS)}, each with {len(header) - 1} years;"
                " get the package again"
            )
        for year, cell in zip(header[1:], cells, strict=True):
            if not (year.isdecimal() and cell.isdecimal()):
                raise PackageError(f"{where}: {cell!r} in {year!r} is no count of a year")
            counts.append(YearlyCount(figure, _SETS[name], int(year), int(cell)))
    missing = set(_SETS.values()) - {count.question_set for count in counts}
    if missing:
        raise PackageError(
            f"{member}: no line for {', '.join(sorted(missing))}; get the package again"
        )
    return counts
