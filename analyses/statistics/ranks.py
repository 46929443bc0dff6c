"""Two groups compared by order: Mann-Whitney's U, Cliff's delta, Hodges-Lehmann shift and ratio."""

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
    exp_or_none,
    finite_or_none,
    normal_quantile,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

EXACT_BELOW = 50
"""R's ``wilcox.test`` is exact when both groups are smaller and nothing is tied."""

ROUNDING_ERROR = 1e-12
"""So much of a tail probability may be the error of its arithmetic."""


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


@dataclass(frozen=True)
class HodgesLehmann(Result):
    """Median of the differences a - b, in the unit of the values, with its interval."""

    n_a: int
    n_b: int
    shift: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class HodgesLehmannRatio(Result):
    """Median of the ratios a / b with its interval: 4.4 where a takes 4.4 times as long."""

    n_a: int
    n_b: int
    ratio: float | None
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
    from scipy.stats import mannwhitneyu

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
    use.unbiased = FALSE, use.normal = TRUE)``, which differs at delta = -1 and 1 only. scipy and
    statsmodels have no such interval. Sorting makes it O(n log n): no matrix of all pairs.
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


def hodges_lehmann(a: ArrayLike, b: ArrayLike, confidence: float = CONFIDENCE) -> HodgesLehmann:
    """Hodges-Lehmann estimate of the shift between two groups, with Moses' interval.

    Parameters
    ----------
    a, b : array_like of float, shape (n_a,) and (n_b,)
        Finite values.
    confidence : float
        In (0, 1).

    Returns
    -------
    HodgesLehmann
        ``shift`` is ``median(outer(a, b, "-"))`` of R; the mean of the two middle differences when
        their number is even. Limits are the order statistics ``C`` and ``n_a n_b + 1 - C`` of the
        differences, C the alpha / 2 quantile of Mann-Whitney's U: of its exact distribution when
        both groups have fewer than 50 values and none is tied (R's ``qwilcox``), else of the
        normal one, tie-corrected. ``None`` where a group is empty; no interval where C is below 1
        (groups too small for that confidence: R lowers it, with a warning). All tied: the one
        difference there is, without width.

    Notes
    -----
    Hodges and Lehmann (1963), https://doi.org/10.1214/aoms/1177704172. Interval: Hollander, Wolfe
    and Chicken (2014), Nonparametric Statistical Methods, 3rd ed., section 4.3,
    https://doi.org/10.1002/9781119196037; in R ``wilcox.test(conf.int = TRUE)``, which beyond the
    exact case shifts one group until the test's z is 1.96: the same up to a rank or two. scipy and
    statsmodels have neither estimate nor interval. Memory is O(n_a + n_b).
    """
    a, b = np.sort(checked_values("a", a)), np.sort(checked_values("b", b))
    checked_confidence(confidence)
    n_pairs = a.size * b.size
    if not n_pairs:
        return HodgesLehmann(a.size, b.size, None, confidence, None, None)
    lower = select_difference(a, b, (n_pairs - 1) // 2)
    upper = lower if n_pairs % 2 else select_difference(a, b, n_pairs // 2)
    low = high = None
    if (rank := _rank(a, b, confidence)) >= 1:
        low = select_difference(a, b, rank - 1)
        high = select_difference(a, b, n_pairs - rank)
    return HodgesLehmann(a.size, b.size, lower + (upper - lower) / 2, confidence, low, high)


def hodges_lehmann_ratio(
    a: ArrayLike, b: ArrayLike, confidence: float = CONFIDENCE
) -> HodgesLehmannRatio:
    """Hodges-Lehmann estimate on the log scale: how many times the values of b those of a are.

    Parameters
    ----------
    a, b : array_like of float, shape (n_a,) and (n_b,)
        Finite, 0 or more, such as times.
    confidence : float
        In (0, 1).

    Returns
    -------
    HodgesLehmannRatio
        ``exp`` of :func:`hodges_lehmann` of the logarithms, as it says. A value of 0 is below every
        other by any factor; a ratio or limit that would be 0 or infinite is ``None``.

    Notes
    -----
    As :func:`hodges_lehmann`; in R ``exp(wilcox.test(log(a), log(b), conf.int = TRUE)$conf.int)``.
    A shift in minutes is small beside times of days and large beside those of minutes; a ratio
    holds for both.
    """
    a, b = checked_values("a", a), checked_values("b", b)
    if min(a.min(initial=0), b.min(initial=0)) < 0:
        raise ValueError("values must be 0 or more")
    positive = np.log(np.concatenate((a[a > 0], b[b > 0])))
    width = np.ptp(positive) if positive.size else 0.0
    # In place of log(0): so low that a difference with it is beyond all others, and the mean of
    # it and of any other too.
    floor = (positive.min() if positive.size else 0.0) - 4 * width - 1
    logs = (np.log(x, out=np.full(x.size, floor), where=x > 0) for x in (a, b))
    found = hodges_lehmann(*logs, confidence)
    ratio, low, high = (
        None if shift is None or abs(shift) > width * (1 + ROUNDING_ERROR) else exp_or_none(shift)
        for shift in (found.shift, found.ci_low, found.ci_high)
    )
    return HodgesLehmannRatio(a.size, b.size, ratio, confidence, low, high)


def select_difference(a: Floats, b: Floats, k: int) -> float:
    """Select the k-th smallest (from 0) of all differences ``a[i] - b[j]``.

    For two groups of 100,000 these are ten thousand million, so they are never written down: how
    many are at most x is counted by searching, and x is found where that count passes k.

    Parameters
    ----------
    a, b : ndarray, shape (n,) and (m,)
        Finite values in ascending order.
    k : int
        In [0, n m - 1].

    Returns
    -------
    float
        One of the differences; where another is as near to it as floating point tells apart (4e-16
        of the largest value), it may be that one.
    """
    if not 0 <= k < a.size * b.size:
        raise ValueError(f"k must be in [0, {a.size * b.size - 1}], not {k}")
    from scipy.optimize import brentq

    def beyond(x: float) -> float:
        """How many differences are at most x, less k and a half: never 0."""
        return a.size * b.size - np.searchsorted(b, a - x).sum() - k - 0.5

    spacing = 4 * np.finfo(np.float64).eps
    margin = spacing * float(np.abs([a[0], a[-1], b[0], b[-1]]).max()) or 1.0
    ends = a[0] - b[-1] - margin, a[-1] - b[0] + margin
    found = brentq(beyond, *ends, xtol=margin, rtol=spacing, maxiter=10_000)
    after = np.searchsorted(b, a - found)
    nearest = np.concatenate(
        [a - b[np.clip(column, 0, b.size - 1)] for column in (after - 1, after)]
    )
    return float(nearest[np.argmin(np.abs(nearest - found))])


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


def _rank(a: Floats, b: Floats, confidence: float) -> int:
    """Quantile of Mann-Whitney's U at half of 1 - confidence."""
    _, counts = np.unique(np.concatenate((a, b)), return_counts=True)
    n, n_pairs = a.size + b.size, a.size * b.size
    if counts.max() == 1 and max(a.size, b.size) < EXACT_BELOW:
        orderings = np.cumsum(_orderings_by_u(a.size, b.size))
        tail = (1 - confidence) / 2 * (1 - ROUNDING_ERROR)
        return int(np.searchsorted(orderings, tail * orderings[-1]))
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    variance = max(0.0, n_pairs / 12 * (n + 1 - ties / (n * (n - 1))))
    # U is whole: half a unit for continuity, and the next whole number up.
    return math.ceil(n_pairs / 2 - normal_quantile(confidence) * math.sqrt(variance) - 0.5)


def _orderings_by_u(n_a: int, n_b: int) -> NDArray[np.object_]:
    """How many orderings without ties have U = 0, 1, ..., n_a n_b.

    These are the coefficients of Gauss's binomial, ``prod (1 - q^(n_b + i)) / (1 - q^i)``, in whole
    numbers of any size. scipy's ``mannwhitneyu`` has them for a p-value only.
    """
    counts = np.zeros(n_a * n_b + 1, dtype=object)
    counts[0] = 1
    for i in range(1, n_a + 1):
        counts[n_b + i :] -= counts[: -(n_b + i)].copy()
        for first in range(i):
            counts[first::i] = np.cumsum(counts[first::i])
    return counts
