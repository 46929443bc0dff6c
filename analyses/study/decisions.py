"""Decisions: a person's include or exclude of one question, which beats every rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from analyses.study.rows import read_rows
from analyses.study.sites import site_name
from analyses.study.slips import Slips, unknown_set

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

DECISIONS: Final = ("include", "exclude")


@dataclass(frozen=True)
class Decision:
    """One row of `decisions.csv`."""

    question_set: str
    site: str
    question_id: int
    decision: str
    note: str = ""

    @property
    def question(self) -> tuple[str, str, int]:
        """Key of its question."""
        return self.question_set, self.site, self.question_id


def read_decisions(path: Path, question_sets: Collection[str], slips: Slips) -> list[Decision]:
    """Read and check a decisions file.

    Parameters
    ----------
    path : Path
        CSV or xlsx with the fields of `Decision` as columns.
    question_sets : collection of str
        Names of the sets that a decision may name.
    slips : Slips
        Where slips are collected.

    Returns
    -------
    list of Decision
        In the order of the file, without rows that have a slip.
    """
    first_rows: dict[tuple[str, str, int], int] = {}
    decisions = []
    for row, read in read_rows(path, Decision, slips):
        one = replace(read, site=site_name(read.site), decision=read.decision.lower())
        said = unknown_set(one.question_set, question_sets)
        if not said and one.decision not in DECISIONS:
            said = f"decision {read.decision!r} is neither include nor exclude; write one of them"
        if not said:
            first = first_rows.setdefault(one.question, row)
            if first != row:
                said = f"question {one.question_id} is decided for {one.question_set} in row"
                said += f" {first} already; keep one of the two"
        if said:
            slips.add(path, said, row=row)
        else:
            decisions.append(one)
    return decisions
