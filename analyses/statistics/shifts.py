"""Hodges-Lehmann shift: by how much values of one group exceed values of another.

It is the median of all n_a x n_b differences. For two groups of 100,000 these are ten thousand
million, so they are never written down: sorted both ways, the differences form a matrix with sorted
rows, and an order statistic is selected by narrowing each row to the columns still in question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.ranks import EXACT_BELOW
from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    checked_values,
    normal_quantile,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Columns = NDArray[np.int64]

ENUMERABLE = 1 << 20
"""So many remaining differences are written down (8 MiB) and partitioned."""

SAMPLE_SIZE = 1 << 13
"""Differences drawn to choose the two pivots of a round."""

ROUNDING_ERROR = 1e-12
"""So much of a tail probability may be the error of its sum."""


@dataclass(frozen=True)
class HodgesLehmann(Result):
    """Median of the differences a - b, in the unit of the values, with its interval."""

    n_a: int
    n_b: int
    shift: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


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
        ``shift`` is ``median(outer(a, b, "-"))`` of R, exactly; the mean of the two middle
        differences when their number is even. Limits are the order statistics ``C`` and
        ``n_a n_b + 1 - C`` of the differences, C the alpha / 2 quantile of Mann-Whitney's U: of
        its exact distribution when both groups have fewer than 50 values and none is tied (R's
        ``qwilcox``), else of the normal one, tie-corrected. ``None`` where a group is empty; no
        interval where C is below 1 (groups too small for that confidence: R lowers it, with a
        warning). All tied: the one difference there is, without width.

    Notes
    -----
    Hodges and Lehmann (1963), https://doi.org/10.1214/aoms/1177704172. Interval: Hollander, Wolfe
    and Chicken (2014), Nonparametric Statistical Methods, 3rd ed., section 4.3,
    https://doi.org/10.1002/9781119196037; in R ``wilcox.test(conf.int = TRUE)``, which beyond the
    exact case shifts one group until the test's z is 1.96: the same up to a rank or two.
    Memory is O(n_a + n_b); time O((n_a + n_b) log(n_a + n_b)) a round, of which there are a few.
    """
    a, b = np.sort(checked_values("a", a)), np.sort(checked_values("b", b))[::-1]
    checked_confidence(confidence)
    n_pairs = a.size * b.size
    if not n_pairs:
        return HodgesLehmann(a.size, b.size, None, confidence, None, None)
    lower = select_difference(a, b, (n_pairs - 1) // 2)
    upper = lower if n_pairs % 2 else select_difference(a, b, n_pairs // 2)
    shift = lower + (upper - lower) / 2
    rank = _rank(a, b, confidence)
    if rank < 1:
        return HodgesLehmann(a.size, b.size, shift, confidence, None, None)
    low = select_difference(a, b, rank - 1)
    high = select_difference(a, b, n_pairs - rank)
    return HodgesLehmann(a.size, b.size, shift, confidence, low, high)


def select_difference(rows: Floats, descending: Floats, k: int) -> float:
    """Select the k-th smallest (from 0) of all differences ``rows[i] - descending[j]``.

    Parameters
    ----------
    rows : ndarray, shape (n,)
        Finite values in any order.
    descending : ndarray, shape (m,)
        Finite values, largest first, so that every row of differences ascends.
    k : int
        In [0, n m - 1].

    Returns
    -------
    float
        The same float as in the sorted array of all differences.

    Notes
    -----
    Randomised selection with two pivots around the wanted rank, after Floyd and Rivest (1975),
    https://doi.org/10.1145/360680.360691, over rows as in Johnson and Mizoguchi (1978),
    https://doi.org/10.1137/0207013. The seed is fixed; the answer does not depend on it.
    """
    if not 0 <= k < rows.size * descending.size:
        raise ValueError(f"k must be in [0, {rows.size * descending.size - 1}], not {k}")
    differences = _Differences(rows, descending)
    generator = np.random.default_rng(0)
    while (n_open := differences.n_open) > ENUMERABLE:
        sample = np.sort(differences.pick(np.sort(generator.integers(n_open, size=SAMPLE_SIZE))))
        centre = (k - differences.n_below) / n_open * SAMPLE_SIZE
        margin = 1.5 * math.sqrt(SAMPLE_SIZE)
        for position in (centre - margin, centre + margin):
            pivot = sample[min(max(int(position), 0), SAMPLE_SIZE - 1)]
            below = differences.boundaries(pivot, is_inclusive=False)
            if k < int(below.sum()):
                differences.stop = below
                continue
            up_to = differences.boundaries(pivot, is_inclusive=True)
            if k < int(up_to.sum()):
                return float(pivot)
            differences.start = up_to
    rest = differences.pick(np.arange(n_open))
    wanted = k - differences.n_below
    return float(np.partition(rest, wanted)[wanted])


class _Differences:
    """The matrix ``rows[i] - descending[j]``, never written down.

    Attributes
    ----------
    start, stop : ndarray, shape (n,)
        The columns of each row that are still open: all before are below the one sought, all from
        ``stop`` on above it.
    """

    def __init__(self, rows: Floats, descending: Floats) -> None:
        self.rows = rows
        self.descending = descending
        self.start = np.zeros(rows.size, dtype=np.int64)
        self.stop = np.full(rows.size, descending.size, dtype=np.int64)

    @property
    def n_open(self) -> int:
        return int((self.stop - self.start).sum())

    @property
    def n_below(self) -> int:
        return int(self.start.sum())

    def pick(self, numbers: Columns) -> Floats:
        """Differences by number, when the open ones are counted row by row."""
        ends = np.cumsum(self.stop - self.start)
        row = np.searchsorted(ends, numbers, side="right")
        return self.rows[row] - self.descending[self.stop[row] - (ends[row] - numbers)]

    def boundaries(self, pivot: float, *, is_inclusive: bool) -> Columns:
        """For each row: the first open column whose difference is above (or not below) the pivot.

        Bisection of every row at once, on the very differences that are selected from: a search
        for ``rows - pivot`` would round otherwise.
        """
        low, high = self.start.copy(), self.stop.copy()
        last = self.descending.size - 1
        while (is_open := low < high).any():
            middle = (low + high) // 2
            difference = self.rows - self.descending[np.minimum(middle, last)]
            is_left = difference <= pivot if is_inclusive else difference < pivot
            low = np.where(is_open & is_left, middle + 1, low)
            high = np.where(is_open & ~is_left, middle, high)
        return low


def _rank(a: Floats, b: Floats, confidence: float) -> int:
    """Quantile of Mann-Whitney's U at half of 1 - confidence."""
    _, counts = np.unique(np.concatenate((a, b)), return_counts=True)
    if counts.max() == 1 and max(a.size, b.size) < EXACT_BELOW:
        below = np.cumsum(_distribution_of_u(a.size, b.size))
        return int(np.searchsorted(below, (1 - confidence) / 2 * (1 - ROUNDING_ERROR)))
    n = a.size + b.size
    ties = float((counts.astype(np.float64) ** 3 - counts).sum())
    variance = a.size * b.size / 12 * (n + 1 - ties / (n * (n - 1)))
    # U is whole: half a unit for continuity, and the next whole number up.
    return math.ceil(
        a.size * b.size / 2 - normal_quantile(confidence) * math.sqrt(max(0.0, variance)) - 0.5
    )


def _distribution_of_u(n_a: int, n_b: int) -> Floats:
    """Probabilities of U = 0, 1, ..., n_a n_b without ties, by Mann and Whitney's recurrence.

    The largest value belongs to group a with probability n_a / (n_a + n_b) and then beats all n_b.
    """
    shorter: list[Floats] = [np.ones(1)] * (n_b + 1)
    for i in range(1, n_a + 1):
        row = [np.ones(1)]
        for j in range(1, n_b + 1):
            here = np.zeros(i * j + 1)
            here[j:] = shorter[j] * (i / (i + j))
            here[: i * (j - 1) + 1] += row[j - 1] * (j / (i + j))
            row.append(here)
        shorter = row
    return shorter[n_b]
