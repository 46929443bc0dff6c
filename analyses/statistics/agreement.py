"""How far two raters agree beyond chance: Cohen's kappa, percent agreement, confusion table."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.results import CONFIDENCE, Result, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

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
