"""A published figure beside the computed one, and the verdict on the two."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from analyses.replication.labelled import FILE as LABELS_FILE
from analyses.replication.labelled import MISSING_LABELS
from analyses.replication.trends import FILES
from analyses.study.labels import full_name
from analyses.warehouse.database import connect
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from analyses.replication.response_times import Comparison, PublishedTimes
    from analyses.replication.trends import YearlyCount
    from analyses.study.labels import Label
    from analyses.study.published import PublishedFigure

EQUAL: Final = "equal"
ROUNDED: Final = "equal after rounding"
MISPRINT: Final = "print is wrong"
UNDERIVABLE: Final = "not derivable"
OTHER_DATA: Final = "not this paper's data"
DIFFERS: Final = "differs"
VERDICTS: Final = (EQUAL, ROUNDED, MISPRINT, UNDERIVABLE, OTHER_DATA, DIFFERS)

CATEGORY_SHARE: Final = "category_share"
"""A bar of the taxonomy, which only the first study prints."""

COLUMNS: Final = (
    *("step", "figure", "question_set", "year", "category", "published", "unit", "computed"),
    *("computed_as_printed", "verdict", "reason"),
)
"""Columns of a check's row; the mart has the category's two parts instead of its name."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A published figure and the result of computing it.

    Attributes
    ----------
    step : int
        Step of the study.
    figure : str
        What is counted or measured.
    category : str
        A category of the taxonomy, else empty.
    computed_as_printed : float or None
        The number that explains the print, computed as the authors must have done it.
    verdict : str
        One of `VERDICTS`.
    reason : str
        A sentence where there is something to explain, else empty.
    is_required : bool
        Whether the package has all that is needed to compute the figure.
    is_of_package : bool
        Whether it is no figure of the paper, but must hold between the package's own files.
    """

    step: int
    figure: str
    question_set: str = ""
    year: int | None = None
    category: str = ""
    published: float
    unit: str
    computed: float | None
    computed_as_printed: float | None = None
    verdict: str
    reason: str = ""
    is_required: bool = True
    is_of_package: bool = False

    @property
    def is_failed(self) -> bool:
        """Whether the figure should be equal, and is neither equal nor shown to be misprinted."""
        is_other = self.verdict in {DIFFERS, OTHER_DATA}
        return is_other or (self.is_required and self.verdict == UNDERIVABLE)

    @property
    def name(self) -> str:
        """The figure in a few words."""
        parts = (self.figure, self.question_set, self.year, self.category)
        return " ".join(str(part) for part in parts if part)


def read_checks(
    data: Path, figures: Iterable[PublishedFigure], study: str | None = None
) -> list[Check]:
    """Read the table ``replication_checks`` in the order of the study's published figures.

    Raises
    ------
    WarehouseError
        When the table is not built, or lacks a figure.
    """
    parts = ("inner_category", "leaf_category")
    names = [*(name for name in COLUMNS if name != "category"), *parts]
    with connect(data, study) as connection:
        rows = connection.execute(f"select {', '.join(names)} from replication_checks").fetchall()
    found: dict[tuple[Any, ...], dict[str, Any]] = {
        (*row[:4], *(part or "" for part in row[-2:])): dict(zip(names, row, strict=True))
        for row in rows
    }
    checks = []
    for figure in figures:
        row = found.get(figure.key)
        if row is None:
            raise WarehouseError(
                f"replication_checks: no row for {figure.figure} of {figure.question_set};"
                " it was built by another version: build again"
            )
        inner, leaf = row.pop("inner_category"), row.pop("leaf_category")
        row["category"] = full_name(inner, leaf) if inner else ""
        row["reason"] = row["reason"] or ""
        checks.append(Check(**row, is_required=figure.derivable_from_package == "yes"))
    return checks


def check_trends(trends: Iterable[YearlyCount], figures: Iterable[PublishedFigure]) -> list[Check]:
    """Check the study's published figures of Figure 3 against the package's own tables."""
    cells: dict[tuple[str, str, int | None], int] = {
        (cell.figure, cell.question_set, cell.year): cell.n for cell in trends
    }
    checks = []
    for figure in dict.fromkeys(figure for figure, _, _ in cells):
        printed = [one for one in figures if one.step == 3 and one.figure == figure]
        alike = [one for one in printed if cells.get(one.key[1:4]) == one.published]
        reason = f"Printed figures that are also in the package's own {FILES[figure]}."
        name = f"{figure}_in_the_package"
        checks.append(_of_package(len(printed), len(alike), step=3, figure=name, reason=reason))
    return checks


def check_times(times: PublishedTimes, comparison: Comparison, n_baseline: int) -> list[Check]:
    """Check that the published response times are those of the published posts, value for value.

    Parameters
    ----------
    comparison : Comparison
        Of the three topic sets.
    n_baseline : int
        Accepted answers of the baseline, as published.
    """
    said: dict[str, Any] = {"step": 4, "figure": "response_times_in_the_package"}
    topics = _of_package(
        comparison.n_published,
        comparison.n_alike,
        question_set="deployment",
        reason="Values of response_time.xlsx that the accepted answers of the posts give to the"
        f" second, days dropped; the posts have {comparison.n_posts}.",
        **said,
    )
    if not comparison.is_equal:  # the posts may have more
        topics = replace(topics, verdict=DIFFERS)
    baseline = _of_package(
        n_baseline,
        len(times.baseline),
        question_set="non_deployment",
        reason="Values of response_time.xlsx; the posts were not published.",
        **said,
    )
    return [topics, baseline]


def check_labels(labels: Iterable[Label], n_printed: Mapping[str, int]) -> list[Check]:
    """Check that the package holds as many labels as it was published with.

    Where labels of the print are missing, Figure 5 excuses the differences that they explain; so
    the number that may be missing must be known.

    Parameters
    ----------
    n_printed : mapping of str to int
        Labels of each set that the print counts.
    """
    found = Counter(label.question_set for label in labels)
    checks = []
    for question_set, n in n_printed.items():
        n_missing = MISSING_LABELS.get(question_set, 0)
        expected = n - n_missing
        of_print = f"the print counts {n}" if n_missing else "as the print counts"
        reason = f"Labels in {LABELS_FILE} as it was published; {of_print}."
        checks.append(
            _of_package(
                expected,
                found[question_set],
                step=5,
                figure="labels_in_the_package",
                question_set=question_set,
                reason=reason,
            )
        )
    return checks


def _of_package(published: int, computed: int, **said: Any) -> Check:
    verdict = EQUAL if computed == published else DIFFERS
    return Check(
        published=published,
        unit="count",
        computed=computed,
        verdict=verdict,
        is_of_package=True,
        **said,
    )
