"""Two groups compared by order alone: Mann-Whitney's U and Cliff's delta."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    checked_values,
    finite_or_none,
    normal_quantile,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EXACT_BELOW = 50
"""R's ``wilcox.test`` is exact when both groups are smaller and nothing is tied."""


@dataclass(frozen=True)
class MannWhitney(Result):
    """Mann-Whitney's U of group a (R's ``W``) and its two-sided p-value."""

    n_a: int
    n_b: int
    u: float | None
    p_value: float | None
    method: Literal["exact", "asymptotic"] | None


@dataclass(frozen=True)
class CliffsDelta(Result):
    """P(a > b) - P(a < b), in [-1, 1], with its interval."""

    n_a: int
    n_b: int
    delta: float | None
    variance: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


def mann_whitney(a: ArrayLike, b: ArrayLike) -> MannWhitney:
    """Mann-Whitney's U test, two-sided, as R's ``wilcox.test(a, b)``.

    Exact when both groups have fewer than 50 values and no value occurs twice; otherwise the
    normal approximation with tie-corrected variance and continuity correction: R's rule.

    Parameters
    ----------
    a, b : array_like of float, shape (n_a,) and (n_b,)
        Finite values.

    Returns
    -------
    MannWhitney
        ``u`` counts the pairs with a > b, ties as half. ``None`` throughout where a group is
        empty; ``p_value`` is ``None`` where all values are tied (R: NaN).

    Notes
    -----
    Mann and Whitney (1947), https://doi.org/10.1214/aoms/1177730491. Computed by
    ``scipy.stats.mannwhitneyu``.
    """
    a, b = checked_values("a", a), checked_values("b", b)
    if not (a.size and b.size):
        return MannWhitney(a.size, b.size, None, None, None)
    from scipy.stats import mannwhitneyu  # noqa: PLC0415 - a second or two, paid by those who need it

    both = np.concatenate((a, b))
    is_exact = max(a.size, b.size) < EXACT_BELOW and np.unique(both).size == both.size
    method = "exact" if is_exact else "asymptotic"
    if both.min() == both.max():
        return MannWhitney(a.size, b.size, a.size * b.size / 2, None, method)
    test = mannwhitneyu(a, b, use_continuity=True, alternative="two-sided", method=method)
    return MannWhitney(a.size, b.size, float(test.statistic), finite_or_none(test.pvalue), method)


def cliffs_delta(a: ArrayLike, b: ArrayLike, confidence: float = CONFIDENCE) -> CliffsDelta:
    """Cliff's delta with Feng and Cliff's asymmetric interval.

    The variance is Cliff's consistent estimate, never below his least allowable value
    ``(1 - delta^2) / (n_a n_b - 1)``, so that no interval collapses to a point.

    Parameters
    ----------
    a, b : array_like of float, shape (n_a,) and (n_b,)
        Finite values.
    confidence : float
        In (0, 1).

    Returns
    -------
    CliffsDelta
        Positive when values of a tend to be larger. ``None`` where a group is empty; without a
        variance and an interval where a group has one value only. When no pair contradicts
        another (delta is -1 or 1) one limit is delta, the other is Feng and Cliff's
        ``(n - z^2) / (n + z^2)`` with n the smaller group. All tied: delta 0.

    Notes
    -----
    Cliff (1993), https://doi.org/10.1037/0033-2909.114.3.494; variance: Cliff (1996), Ordinal
    Methods for Behavioral Data Analysis, p. 138; interval: Feng and Cliff (2004),
    https://doi.org/10.22237/jmasm/1099267560. In R ``effsize::cliff.delta(a, b,
    use.unbiased = FALSE, use.normal = TRUE)``, which differs at delta = -1 and 1 only. Sorting
    makes it O(n log n): no matrix of all pairs.
    """
    a, b = np.sort(checked_values("a", a)), np.sort(checked_values("b", b))
    n_a, n_b = a.size, b.size
    z = normal_quantile(checked_confidence(confidence))
    if not (n_a and n_b):
        return CliffsDelta(n_a, n_b, None, None, confidence, None, None)
    below, above = _dominance(a, b)
    n_pairs = n_a * n_b
    n_untied = int(below.sum()) + int(above.sum())
    delta = (int(below.sum()) - int(above.sum())) / n_pairs
    if min(n_a, n_b) < 2:
        return CliffsDelta(n_a, n_b, delta, None, confidence, None, None)
    below_b, above_b = _dominance(b, a)
    s_a = np.square((below - above) / n_b - delta).sum() / (n_a - 1)
    s_b = np.square((above_b - below_b) / n_a - delta).sum() / (n_b - 1)
    s_pairs = (n_untied - n_pairs * delta**2) / ((n_a - 1) * (n_b - 1))
    variance = float(((n_b - 1) * s_a + (n_a - 1) * s_b + s_pairs) / n_pairs)
    variance = max(variance, (1 - delta**2) / (n_pairs - 1))
    low, high = _feng_cliff(delta, variance, z, min(n_a, n_b))
    return CliffsDelta(n_a, n_b, delta, variance, confidence, low, high)


def _dominance(
    values: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each value: how many of the sorted others are below it, and how many above."""
    below = np.searchsorted(others, values, side="left")
    above = others.size - np.searchsorted(others, values, side="right")
    return below, above


def _feng_cliff(delta: float, variance: float, z: float, n_smaller: int) -> tuple[float, float]:
    if abs(delta) == 1:
        inner = max(-1.0, (n_smaller - z**2) / (n_smaller + z**2))
        return (inner, 1.0) if delta > 0 else (-1.0, -inner)
    spread = z * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    scale = 1 - delta**2 + z**2 * variance
    middle = delta - delta**3
    return max(-1.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
