"""Medians and other quantiles with intervals that hold for any distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.results import CONFIDENCE, Result, checked_confidence, checked_values

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Quantile(Result):
    """A quantile with its order-statistic interval.

    Attributes
    ----------
    value : float or None
        The sample quantile, type 7.
    ci_low, ci_high : float or None
        Two of the values; ``None`` where no order statistic is far enough out.
    rank_low, rank_high : int or None
        Which: counted from 1 in ascending order.
    coverage : float or None
        What the interval attains at least, ``confidence`` or more; ``None`` without both limits.
    """

    n: int
    probability: float
    value: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    rank_low: int | None
    rank_high: int | None
    coverage: float | None


def quantile(values: ArrayLike, probability: float, confidence: float = CONFIDENCE) -> Quantile:
    """Quantile with its exact (binomial) order-statistic interval.

    The value is of type 7 (linear between order statistics): the default of R's ``quantile`` and
    numpy's, and what DuckDB's ``quantile_cont`` gives. The limits are the order statistics of rank
    ``qbinom(alpha / 2, n, probability)`` and ``qbinom(1 - alpha / 2, n, probability) + 1``: each
    tail is at most alpha / 2, whatever the distribution.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Finite values in any order.
    probability : float
        In (0, 1): 0.5 for the median.
    confidence : float
        In (0, 1).

    Returns
    -------
    Quantile
        n = 0: ``None`` throughout. A small n has no limit on one or both sides (the median needs 6
        values for 95%). All tied: value and limits are equal.

    Notes
    -----
    Conover (1999), Practical Nonparametric Statistics, 3rd ed., section 3.2; Hahn and Meeker
    (1991), Statistical Intervals, section 5.2, https://doi.org/10.1002/9780470316771. For the
    median the ranks are those of R's ``DescTools::MedianCI(method = "exact")``.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability must be in (0, 1), not {probability}")
    tail = (1 - checked_confidence(confidence)) / 2
    array = np.sort(checked_values("values", values))
    n = array.size
    if n == 0:
        return Quantile(0, probability, None, confidence, None, None, None, None, None)
    from scipy.stats import binom  # noqa: PLC0415 - a second or two, paid by those who need it

    below = binom(n, probability)
    low, high = int(below.ppf(tail)), int(below.isf(tail)) + 1
    has_low, has_high = low >= 1, high <= n
    return Quantile(
        n=n,
        probability=probability,
        value=float(np.quantile(array, probability)),
        confidence=confidence,
        ci_low=float(array[low - 1]) if has_low else None,
        ci_high=float(array[high - 1]) if has_high else None,
        rank_low=low if has_low else None,
        rank_high=high if has_high else None,
        coverage=float(below.cdf(high - 1) - below.cdf(low - 1)) if has_low and has_high else None,
    )


def median(values: ArrayLike, confidence: float = CONFIDENCE) -> Quantile:
    """Median with its exact order-statistic interval: :func:`quantile` at 0.5."""
    return quantile(values, 0.5, confidence)
