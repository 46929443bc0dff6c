"""How far raters agree beyond chance: Cohen's kappa of two, Krippendorff's alpha, categories."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.clusters import N_RESAMPLES, SEED
from analyses.statistics.proportions import proportion
from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    finite_or_none,
    normal_quantile,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Confusion(Result):
    """How often each pair of labels occurs.

    Attributes
    ----------
    categories : tuple of str, length k
        Rows and columns.
    counts : ndarray of int, shape (k, k)
        Row: label of rater a; column: label of rater b.
    """

    categories: tuple[str, ...]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Agreement(Result):
    """Agreement of two raters over n questions.

    Attributes
    ----------
    agreement, expected : float or None
        Share of questions with equal labels, and the share that chance would give.
    kappa : float or None
        ``(agreement - expected) / (1 - expected)``, in [-1, 1].
    """

    n: int
    n_agreed: int
    agreement: float | None
    expected: float | None
    kappa: float | None
    standard_error: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    confusion: Confusion


@dataclass(frozen=True)
class CategoryAgreement(Result):
    """Agreement of two raters on one category.

    Attributes
    ----------
    n_either, n_both : int
        Questions that one rater at least, and that both put into it.
    agreement : float or None
        Of the times that a rater chose it, the share in which the other did too.
    """

    category: str
    n_either: int
    n_both: int
    agreement: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class Alpha(Result):
    """Krippendorff's alpha of n questions with two labels or more, ``n_labels`` in all."""

    n: int
    n_labels: int
    alpha: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


def confusion(
    rater_a: Sequence[str], rater_b: Sequence[str], categories: Sequence[str] | None = None
) -> Confusion:
    """Count how often each pair of labels occurs.

    Parameters
    ----------
    rater_a, rater_b : sequence of str, length n
        One label per question, in the same order; a question with several labels is one label
        made of them. A question that either has not labelled must be left out before.
    categories : sequence of str, optional
        Rows and columns in order, unused ones too; by default the labels used, sorted.

    Returns
    -------
    Confusion
        n = 0: zeros, or an empty table without categories.
    """
    if len(rater_a) != len(rater_b):
        raise ValueError("both raters must label the same questions")
    if any(label is None for label in (*rater_a, *rater_b)):
        raise ValueError("a label is missing: leave out what either rater has not labelled")
    used = {*rater_a, *rater_b}
    names = tuple(sorted(used) if categories is None else categories)
    if len(set(names)) != len(names):
        raise ValueError("categories must be distinct")
    if unknown := used.difference(names):
        raise ValueError(f"unknown category: {min(unknown)!r}")
    counts = Counter(zip(rater_a, rater_b, strict=True))
    table = [[counts[a, b] for b in names] for a in names]
    return Confusion(names, np.array(table, dtype=np.int64).reshape(len(names), len(names)))


def cohens_kappa(
    rater_a: Sequence[str],
    rater_b: Sequence[str],
    categories: Sequence[str] | None = None,
    confidence: float = CONFIDENCE,
) -> Agreement:
    """Cohen's unweighted kappa with its large-sample interval.

    Parameters
    ----------
    rater_a, rater_b, categories
        As in :func:`confusion`. Categories that nobody used change nothing but the table.
    confidence : float
        In (0, 1).

    Returns
    -------
    Agreement
        n = 0: ``None`` throughout. ``kappa`` is ``None`` where both raters gave every question
        one and the same label: chance alone agrees then. With full agreement on two labels or
        more kappa is 1 and the interval is a point, as everywhere with this standard error; with
        few questions trust it little. Limits are kept in [-1, 1].

    Notes
    -----
    Cohen (1960), https://doi.org/10.1177/001316446002000104; standard error: Fleiss, Cohen and
    Everitt (1969), https://doi.org/10.1037/h0028106. In R ``vcd::Kappa`` and its ``confint``.
    Computed by ``statsmodels.stats.inter_rater.cohens_kappa``.
    """
    z = normal_quantile(confidence)
    table = confusion(rater_a, rater_b, categories)
    counts = table.counts
    n, n_agreed = int(counts.sum()), int(np.trace(counts))
    if n == 0:
        return Agreement(0, 0, None, None, None, None, confidence, None, None, table)
    expected = float(counts.sum(axis=0) @ counts.sum(axis=1)) / n**2
    kappa = error = low = high = None
    if expected < 1:
        from statsmodels.stats import inter_rater

        with np.errstate(divide="ignore", invalid="ignore"):  # its test of kappa = 0, not used here
            result = inter_rater.cohens_kappa(counts)
        kappa = float(result.kappa)
        error = math.sqrt(max(0.0, float(result.var_kappa)))  # full agreement: 0, or just below
        low, high = max(-1.0, kappa - z * error), min(1.0, kappa + z * error)
    return Agreement(
        n=n,
        n_agreed=n_agreed,
        agreement=n_agreed / n,
        expected=expected,
        kappa=kappa,
        standard_error=error,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        confusion=table,
    )


def category_agreement(
    rater_a: Sequence[Collection[str]],
    rater_b: Sequence[Collection[str]],
    categories: Sequence[str],
    confidence: float = CONFIDENCE,
) -> tuple[CategoryAgreement, ...]:
    """Agreement on each category (specific agreement), in the order of the categories.

    Parameters
    ----------
    rater_a, rater_b : sequence of collection of str, length n
        The labels of each question, one or several, in the same order.
    categories : sequence of str
    confidence : float
        In (0, 1).

    Returns
    -------
    tuple of CategoryAgreement
        ``2 n_both / (n_either + n_both)``. The limits are Wilson's of ``n_both / n_either``, of
        which it is a rising function. ``None`` for a category that nobody chose.

    Notes
    -----
    Spitzer and Fleiss (1974), https://doi.org/10.1192/bjp.125.4.341.
    """

    def of_choices(share: float | None) -> float | None:
        return None if share is None else 2 * share / (1 + share)

    found = []
    for name in categories:
        chosen = [(name in a) + (name in b) for a, b in zip(rater_a, rater_b, strict=True)]
        n_both, n_either = chosen.count(2), len(chosen) - chosen.count(0)
        both = proportion(n_both, n_either, confidence)
        limits = of_choices(both.share), of_choices(both.ci_low), of_choices(both.ci_high)
        agreement, low, high = limits
        found.append(CategoryAgreement(name, n_either, n_both, agreement, confidence, low, high))
    return tuple(found)


def krippendorffs_alpha(
    labels: Sequence[Sequence[str | frozenset[str]]],
    confidence: float = CONFIDENCE,
) -> Alpha:
    """Krippendorff's alpha of any number of raters, for labels without an order.

    Parameters
    ----------
    labels : sequence of sequence of str or frozenset of str
        What each rater who labelled a question gave it: a label, or a set of several, which agree
        in part with others that share some. A question with fewer than two raters says nothing of
        agreement, and is left out.
    confidence : float
        In (0, 1).

    Returns
    -------
    Alpha
        1 is full agreement, 0 what chance gives. ``None`` without a question, and where all labels
        are the same. The interval is that of resampled questions, without those resamples in which
        all labels are the same; of few questions trust it little. No interval of one question.

    Notes
    -----
    Krippendorff (2019), https://doi.org/10.4135/9781071878781, chapter 12. The library of that
    name on PyPI has the GPL, and statsmodels no alpha. Sets of labels differ by the distance MASI:
    Passonneau (2006), https://aclanthology.org/L06-1392/.
    """
    checked_confidence(confidence)
    known = [
        Counter(frozenset([one]) if isinstance(one, str) else one for one in given)
        for given in labels
        if len(given) > 1
    ]
    names = list(dict.fromkeys(name for counts in known for name in counts))
    counts = np.array([[one[name] for name in names] for one in known], dtype=np.float64)
    if not names:
        return Alpha(0, 0, None, confidence, None, None)
    size = counts.sum(axis=1)
    distance = np.array([[_masi(one, other) for other in names] for one in names])
    differing = (counts * (counts @ distance)).sum(axis=1) / (size - 1)

    def alpha(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Alpha where each question counts as often as it was drawn, one row per draw."""
        totals = drawn @ counts
        n = totals.sum(axis=1)
        expected = (totals * (totals @ distance)).sum(axis=1) / (n - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return 1 - drawn @ differing / expected

    estimate = finite_or_none(alpha(np.ones((1, len(counts))))[0])
    low = high = None
    if estimate is not None and len(counts) > 1:
        generator = np.random.default_rng(SEED)
        shares = np.full(len(counts), 1 / len(counts))
        found = alpha(generator.multinomial(len(counts), shares, size=N_RESAMPLES).astype(float))
        ends = (1 - confidence) / 2, (1 + confidence) / 2
        low, high = np.quantile(found[np.isfinite(found)], ends).tolist()
    return Alpha(len(counts), int(size.sum()), estimate, confidence, low, high)


def _masi(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two sets of labels differ: 0 where they are equal, 1 where they share none."""
    if one == other:
        return 0.0
    is_part = one <= other or other <= one
    return 1 - len(one & other) / len(one | other) * (2 / 3 if is_part else 1 / 3)
