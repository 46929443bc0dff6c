"""A published figure beside the computed one, and what is to be said of the two."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analyses.replication.labelled import FILE as LABELS_FILE
from analyses.replication.labelled import MISSING_LABELS
from analyses.replication.trends import FILES
from analyses.study.labels import full_name
from analyses.warehouse.database import connect
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analyses.replication.response_times import Comparison, PublishedTimes
    from analyses.replication.trends import YearlyCount
    from analyses.study.labels import Label
    from analyses.study.published import PublishedFigure

EQUAL: Final = "equal"
ROUNDED: Final = "equal after rounding"
MISPRINT: Final = "print is wrong"
UNDERIVABLE: Final = "not derivable"
DIFFERS: Final = "differs"
VERDICTS: Final = (EQUAL, ROUNDED, MISPRINT, UNDERIVABLE, DIFFERS)

CATEGORY_SHARE: Final = "category_share"
"""A bar of the taxonomy, which only the first study prints."""

_OF_MART: Final = (
    "step",
    "figure",
    "question_set",
    "year",
    "published",
    "unit",
    "computed",
    "computed_as_printed",
    "verdict",
    "reason",
    "inner_category",
    "leaf_category",
)
_KEY: Final = ("step", "figure", "question_set", "year", "inner_category", "leaf_category")


@dataclass(frozen=True, kw_only=True)
class Check:
    """A published figure and what came of it.

    Attributes
    ----------
    step : int
        Step of the study.
    figure : str
        What is counted or measured.
    question_set : str
    year : int or None
    category : str
        A category of the taxonomy, else empty.
    published : float
    unit : str
    computed : float or None
    computed_as_printed : float or None
        The number that explains the print, computed as the authors must have done it.
    verdict : str
        One of `VERDICTS`.
    reason : str
        A sentence where there is something to explain, else empty.
    is_required : bool
        Whether the package holds what it takes to compute the figure.
    is_of_package : bool
        It is no figure of the paper, but something that must hold between the package's own files.
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
        """Whether the figure should be equal, and is neither that nor shown to be misprinted."""
        return self.verdict == DIFFERS or (self.is_required and self.verdict == UNDERIVABLE)

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
    with connect(data, study) as connection:
        rows = connection.execute(
            f"select {', '.join(_OF_MART)} from replication_checks"
        ).fetchall()
    records = [dict(zip(_OF_MART, row, strict=True)) for row in rows]
    for record in records:
        for name in _KEY[4:]:
            record[name] = record[name] or ""
    found: dict[tuple[Any, ...], dict[str, Any]] = {
        tuple(record[name] for name in _KEY): record for record in records
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
    """Check that what counts here as the print of Figure 3 is what the package's own tables say."""
    cells: dict[tuple[str, str, int | None], int] = {
        (cell.figure, cell.question_set, cell.year): cell.n for cell in trends
    }
    checks = []
    for figure in dict.fromkeys(figure for figure, _, _ in cells):
        printed = [one for one in figures if one.step == 3 and one.figure == figure]
        alike = [one for one in printed if cells.get(one.key[1:4]) == one.published]
        checks.append(
            Check(
                step=3,
                figure=f"{figure}_in_the_package",
                published=len(printed),
                unit="count",
                computed=len(alike),
                verdict=EQUAL if len(alike) == len(printed) else DIFFERS,
                reason=f"Printed figures that stand in the package's own {FILES[figure]}.",
                is_of_package=True,
            )
        )
    return checks


def check_times(times: PublishedTimes, comparison: Comparison, n_baseline: int) -> list[Check]:
    """Check that the published response times are those of the published posts, value for value.

    Parameters
    ----------
    times : PublishedTimes
    comparison : Comparison
        Of the three topic sets.
    n_baseline : int
        Accepted answers of the baseline, as published.
    """
    topics = Check(
        step=4,
        figure="response_times_in_the_package",
        question_set="deployment",
        published=comparison.n_published,
        unit="count",
        computed=comparison.n_alike,
        verdict=EQUAL if comparison.is_equal else DIFFERS,
        reason="Values of response_time.xlsx that the accepted answers of the posts give to the"
        f" second, days dropped; the posts have {comparison.n_posts}.",
        is_of_package=True,
    )
    baseline = Check(
        step=4,
        figure="response_times_in_the_package",
        question_set="non_deployment",
        published=n_baseline,
        unit="count",
        computed=len(times.baseline),
        verdict=EQUAL if len(times.baseline) == n_baseline else DIFFERS,
        reason="Values of response_time.xlsx; the posts were not published.",
        is_of_package=True,
    )
    return [topics, baseline]


def check_labels(labels: Iterable[Label], n_printed: Mapping[str, int]) -> list[Check]:
    """Check that the package holds as many labels as it was published with.

    Where labels of the print are missing, Figure 5 excuses what they explain; so it must be known
    how many may be missing.

    Parameters
    ----------
    labels : iterable of Label
    n_printed : mapping of str to int
        Labels of each set that the print counts.
    """
    found = Counter(label.question_set for label in labels)
    checks = []
    for question_set, n in n_printed.items():
        n_missing = MISSING_LABELS.get(question_set, 0)
        expected = n - n_missing
        of_print = f"the print counts {n}" if n_missing else "as the print counts"
        checks.append(
            Check(
                step=5,
                figure="labels_in_the_package",
                question_set=question_set,
                published=expected,
                unit="count",
                computed=found[question_set],
                verdict=EQUAL if found[question_set] == expected else DIFFERS,
                reason=f"Labels in {LABELS_FILE} as it was published; {of_print}.",
                is_of_package=True,
            )
        )
    return checks


def failures(checks: Sequence[Check]) -> list[Check]:
    """Return the figures that should be equal and are not."""
    return [check for check in checks if check.is_failed]
