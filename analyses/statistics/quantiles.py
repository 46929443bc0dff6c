"""Medians and other quantiles with intervals that hold for any distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    checked_values,
    finite_or_none,
)

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
    """

    n: int
    probability: float
    value: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


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
    median the limits are those of R's ``DescTools::MedianCI(method = "exact")``. Computed by
    ``scipy.stats.quantile_test``.
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability must be in (0, 1), not {probability}")
    checked_confidence(confidence)
    array = checked_values("values", values)
    if not array.size:
        return Quantile(0, probability, None, confidence, None, None)
    from scipy.stats import quantile_test

    limits = quantile_test(array, p=probability).confidence_interval(confidence)
    return Quantile(
        n=array.size,
        probability=probability,
        value=float(np.quantile(array, probability)),
        confidence=confidence,
        ci_low=finite_or_none(limits.low),
        ci_high=finite_or_none(limits.high),
    )


def median(values: ArrayLike, confidence: float = CONFIDENCE) -> Quantile:
    """Median with its exact order-statistic interval: :func:`quantile` at 0.5."""
    return quantile(values, 0.5, confidence)
