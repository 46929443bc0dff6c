"""Figure 5, the taxonomy: every printed percentage beside the one that the published labels give.

Percentages are of a set's labels. Where fewer labels were published than the print counts, they are
of the print's count, and those that are then too small show which categories lack a label.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.replication.checks import (
    CATEGORY_SHARE,
    DIFFERS,
    EQUAL,
    MISPRINT,
    ROUNDED,
    UNDERIVABLE,
    Check,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from analyses.study.labels import Category, Label

DECIMALS: Final = 1


@dataclass(frozen=True)
class Bar:
    """A category of the figure.

    Attributes
    ----------
    n_labels : int
        Its published labels.
    n_printed : int
        Labels of its set that the print counts.
    """

    category: Category
    n_labels: int
    n_printed: int

    @property
    def percent(self) -> float:
        """Percentage of the set's labels."""
        return percent(self.n_labels, self.n_printed)

    @property
    def published(self) -> float:
        """Percentage as printed."""
        assert self.category.published_percent is not None
        return self.category.published_percent

    @property
    def is_equal(self) -> bool:
        """Whether the print is the percentage, rounded."""
        return rounds_to(self.percent, self.published)

    @property
    def n_missing(self) -> int:
        """Labels that the published ones lack to give the print; 0 where no number does."""
        for n_labels in range(self.n_labels + 1, self.n_printed + 1):
            if rounds_to(percent(n_labels, self.n_printed), self.published):
                return n_labels - self.n_labels
        return 0


def percent(n: int, total: int) -> float:
    """Share in percent; 0 of nothing is 0."""
    return 100 * n / total if total else 0.0


def rounds_to(value: float, published: float) -> bool:
    """Whether a number is printed as another; 1e-9 allows for binary fractions."""
    return abs(value - published) <= 0.5 * 10**-DECIMALS + 1e-9


def check_taxonomy(
    labels: Iterable[Label], taxonomy: Sequence[Category], n_printed: Mapping[str, int]
) -> list[Check]:
    """Check every printed percentage of the taxonomy.

    Parameters
    ----------
    taxonomy : sequence of Category
        Categories without a printed percentage are left out.
    n_printed : mapping of str to int
        Labels of each set that the print counts.

    Returns
    -------
    list of Check
        In the order of the taxonomy.
    """
    n_labels = Counter(label.key for label in labels)
    checks = []
    for question_set in dict.fromkeys(category.question_set for category in taxonomy):
        bars = [
            Bar(category, n_labels[category.key], n_printed[question_set])
            for category in taxonomy
            if category.question_set == question_set and category.published_percent is not None
        ]
        checks += [_check(bar, bars) for bar in bars]
    return checks


def _check(bar: Bar, bars: Sequence[Bar]) -> Check:
    verdict, reason = _judge(bar, bars)
    return Check(
        step=5,
        figure=CATEGORY_SHARE,
        question_set=bar.category.question_set,
        category=bar.category.name,
        published=bar.published,
        unit="percent",
        computed=bar.percent,
        verdict=verdict,
        reason=reason,
        is_required=verdict != UNDERIVABLE,
    )


def _judge(bar: Bar, bars: Sequence[Bar]) -> tuple[str, str]:
    n_published = sum(one.n_labels for one in bars)
    n_missing = bar.n_printed - n_published
    of_all = f"{n_published} of the {bar.n_printed} printed labels are in the package"
    if bar.is_equal:
        verdict = EQUAL if bar.percent == bar.published else ROUNDED
        return verdict, f"A share of the {bar.n_printed} printed labels." if n_missing else ""
    swapped = _swapped(bar, bars)
    if swapped is not None:
        return MISPRINT, (
            f"{bar.n_labels} of {bar.n_printed} labels are {bar.percent:.{DECIMALS}f}%;"
            f" the print swaps it with {swapped.category.leaf_category},"
            f" {swapped.n_labels} labels, {swapped.percent:.{DECIMALS}f}%."
        )
    needed = [one.n_missing for one in bars if not one.is_equal and _swapped(one, bars) is None]
    if n_missing > 0 and all(needed) and sum(needed) == n_missing:
        n = bar.n_labels + bar.n_missing
        missing = "the missing one" if n_missing == 1 else f"{bar.n_missing} of the missing"
        return UNDERIVABLE, (
            f"{of_all}; {n} labels are {percent(n, bar.n_printed):.{DECIMALS}f}%, {bar.n_labels}"
            f" were published: {missing} belongs here."
        )
    return DIFFERS, f"{bar.n_labels} labels; {of_all}."


def _swapped(bar: Bar, bars: Sequence[Bar]) -> Bar | None:
    """Return the sibling with which the print has swapped this category's percentage."""
    siblings = [
        other
        for other in bars
        if other.category.inner_category == bar.category.inner_category
        and not other.is_equal
        and rounds_to(other.percent, bar.published)
        and rounds_to(bar.percent, other.published)
    ]
    return siblings[0] if len(siblings) == 1 else None
