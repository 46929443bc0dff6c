"""Do two measures rise together? Spearman's rho and Kendall's tau-b with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_values,
    finite_or_none,
    normal_quantile,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

EXACT_UP_TO = 7
"""Up to so many pairs rho's p-value counts every order; Student's t is far off there."""

ROUNDING_ERROR = 1e-12
"""So near to 1 a coefficient is 1; so near are two sums of products of ranks equal."""


@dataclass(frozen=True)
class Correlation(Result):
    """Rank correlation of two measures of the same things.

    Attributes
    ----------
    n : int
        Pairs of values.
    spearman_rho, kendall_tau : float or None
        In [-1, 1]; None where a measure has one value only, or there are fewer than 3 pairs.
    spearman_p_value, kendall_p_value : float or None
        Two-sided.
    spearman_ci_low, spearman_ci_high, kendall_ci_low, kendall_ci_high : float or None
        None where the coefficient is -1 or 1, or there are fewer than 5 pairs.
    """

    n: int
    spearman_rho: float | None
    spearman_p_value: float | None
    spearman_ci_low: float | None
    spearman_ci_high: float | None
    kendall_tau: float | None
    kendall_p_value: float | None
    kendall_ci_low: float | None
    kendall_ci_high: float | None


def rank_correlation(a: ArrayLike, b: ArrayLike, confidence: float = CONFIDENCE) -> Correlation:
    """Correlate two measures by rank.

    Parameters
    ----------
    a, b : array_like of float, shape (n,)
        The values of the same n things, in the same order.
    confidence : float
        In (0, 1).

    Returns
    -------
    Correlation
        rho and its p-value are those of R's ``cor.test(a, b, method = "spearman", exact = FALSE)``,
        tau-b and its p-value those of ``cor.test(a, b, method = "kendall")`` where nothing is tied.

    Raises
    ------
    ValueError
        When the two differ in length, or hold a number that is not finite.

    Notes
    -----
    The intervals are Fisher's z with the variances of Bonett and Wright (2000): for Spearman's rho
    (1 + rho² / 2) / (n - 3), for Kendall's tau 0.437 / (n - 4), which is Fieller's, Hartley's and
    Pearson's (1957); https://doi.org/10.1007/BF02294183. Up to 7 pairs the p-value of rho is that
    of all orders of one measure, with its ties: for 3 pairs in order, t would give p = 0, and no
    evidence from 3 pairs can be better than 1/3.
    """
    from scipy.stats import kendalltau, spearmanr

    a, b = checked_values("a", a), checked_values("b", b)
    if a.size != b.size:
        raise ValueError(f"a and b must be of one length, not {a.size} and {b.size}")
    n = int(a.size)
    if n < 3 or len(set(a)) < 2 or len(set(b)) < 2:
        return Correlation(n, *[None] * 8)
    spearman, kendall = spearmanr(a, b), kendalltau(a, b)
    rho, tau = _bounded(spearman.statistic), _bounded(kendall.statistic)
    p_value = _exact_p_value(a, b) if n <= EXACT_UP_TO else finite_or_none(spearman.pvalue)
    z = normal_quantile(confidence)
    rho_low, rho_high = _interval(rho, z, (1 + rho * rho / 2) / (n - 3) if n > 4 else None)
    tau_low, tau_high = _interval(tau, z, 0.437 / (n - 4) if n > 4 else None)
    return Correlation(
        n=n,
        spearman_rho=rho,
        spearman_p_value=p_value,
        spearman_ci_low=rho_low,
        spearman_ci_high=rho_high,
        kendall_tau=tau,
        kendall_p_value=finite_or_none(kendall.pvalue),
        kendall_ci_low=tau_low,
        kendall_ci_high=tau_high,
    )


def _bounded(coefficient: float) -> float:
    """Return a coefficient without the rounding error of its last digit."""
    near = round(float(coefficient))
    return float(near if abs(coefficient - near) < ROUNDING_ERROR else coefficient)


def _interval(
    coefficient: float, z: float, variance: float | None
) -> tuple[float | None, float | None]:
    if variance is None or abs(coefficient) == 1:
        return None, None
    centre, reach = math.atanh(coefficient), z * math.sqrt(variance)
    return math.tanh(centre - reach), math.tanh(centre + reach)


def _exact_p_value(a: np.ndarray, b: np.ndarray) -> float:
    """Return the share of all orders whose rho is as far from 0 as the one found."""
    from scipy.stats import rankdata

    ranks_a, ranks_b = rankdata(a), rankdata(b)
    sums = _sums_of_all_orders(tuple(sorted(ranks_a)), tuple(sorted(ranks_b)))
    # Under all orders the mean of the sum of products is that of independent ranks.
    centre = ranks_a.sum() * ranks_b.mean()
    found = abs(ranks_a @ ranks_b - centre)
    return float((np.abs(sums - centre) >= found - ROUNDING_ERROR * centre).mean())


@lru_cache(maxsize=256)
def _sums_of_all_orders(ranks_a: tuple[float, ...], ranks_b: tuple[float, ...]) -> np.ndarray:
    """Return the sums of products of ranks, one for each order of the second ranks."""
    return np.array(list(permutations(ranks_b))) @ np.array(ranks_a)
