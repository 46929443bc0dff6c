"""Is it getting more? Trend tests with their effect size: Mann-Kendall, and a Poisson rate."""

from __future__ import annotations

import math
import warnings
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
    from statsmodels.genmod.generalized_linear_model import GLM, GLMResults

EXACT_BELOW = 50
"""R's ``cor.test`` takes Kendall's exact distribution for fewer values, when nothing is tied."""

ROUNDING_ERROR = 1e-12
"""So near to 1 tau is 1."""

PERFECT_FIT = 1e-10
"""A smaller dispersion is rounding: counts on the curve leave quasi-Poisson nothing to estimate."""

FIT = {"tol_criterion": "params", "atol": 1e-12, "rtol": 1e-9}
"""When to stop: statsmodels' own rule leaves six digits."""


@dataclass(frozen=True)
class MannKendall(Result):
    """Mann-Kendall test of a monotonic trend, with Sen's slope as its effect size.

    Attributes
    ----------
    s : int or None
        Pairs of times whose values rise, minus those whose values fall.
    tau, tau_ci_low, tau_ci_high : float or None
        Kendall's tau-b, in [-1, 1], with its interval.
    slope, ci_low, ci_high : float or None
        Median change of the value for one unit of time, with its interval.
    """

    n: int
    s: int | None
    tau: float | None
    tau_ci_low: float | None
    tau_ci_high: float | None
    p_value: float | None
    method: Literal["exact", "asymptotic"] | None
    slope: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class PoissonTrend(Result):
    """Log-linear Poisson model of a count over time.

    Attributes
    ----------
    rate_ratio, ci_low, ci_high : float or None
        Factor by which the rate changes in one unit of time, with the interval of the Poisson
        model.
    dispersion : float or None
        Pearson's chi-squared by residual degrees of freedom; 1 for Poisson counts. Where they
        scatter more, believe the quasi-Poisson interval, not the narrower one.
    quasi_p_value, quasi_ci_low, quasi_ci_high : float or None
        The same allowing for the dispersion found, with Student's t.
    reason : str or None
        Why there is no ratio, or no quasi-Poisson interval, where there is none.
    """

    n: int
    rate_ratio: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    dispersion: float | None
    quasi_ci_low: float | None
    quasi_ci_high: float | None
    quasi_p_value: float | None
    reason: str | None


def mann_kendall(time: ArrayLike, values: ArrayLike, confidence: float = CONFIDENCE) -> MannKendall:
    """Mann-Kendall trend test, two-sided, with Sen's slope.

    Exact where there are fewer than 50 values and none occurs twice; otherwise the normal
    approximation with tie-corrected variance and continuity correction. That is R's
    ``cor.test(time, values, method = "kendall", continuity = TRUE)``.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Finite, distinct, in any order.
    values : array_like of float, shape (n,)
        Finite. Serial correlation makes the test too sure of itself: yearly rather than monthly
        counts, or a seasonal model.
    confidence : float
        In (0, 1).

    Returns
    -------
    MannKendall
        ``None`` throughout for n < 2. All values tied: s and slope are 0, without tau and
        p-value. With 3 values the least p-value there is is 0.33, with 5 it is 0.017. The limits
        of so few slopes are their extremes and hold with less than the confidence. tau has no
        interval for n < 5, and where it is -1 or 1: its standard error is unknown there.

    Notes
    -----
    Mann (1945), https://doi.org/10.2307/1907187; Sen (1968),
    https://doi.org/10.1080/01621459.1968.10480934. Exact p-value and tau are computed by
    ``scipy.stats.kendalltau``, the slope and its interval by ``scipy.stats.theilslopes``. Interval
    of tau: ``tanh(atanh(tau) +- z sqrt(0.437 / (n - 4)))``, Bonett and Wright (2000),
    https://doi.org/10.1007/BF02294183, for tau within -0.8 and 0.8.
    """
    z = normal_quantile(confidence)
    times, numbers = _series(time, values)
    if times.size < 2:
        return MannKendall(times.size, *[None] * 7, confidence, None, None)
    from scipy.stats import kendalltau, theilslopes

    slopes = theilslopes(numbers, times, alpha=confidence)
    s = sum(int(np.sign(numbers[i + 1 :] - numbers[i]).sum()) for i in range(times.size))
    tau = low = high = p_value = None
    _, ties = np.unique(numbers, return_counts=True)
    method = "exact" if times.size < EXACT_BELOW and ties.max() == 1 else "asymptotic"
    if ties.size > 1:
        kendall = kendalltau(times, numbers, method=method)
        tau = float(kendall.statistic)
        p_value = float(kendall.pvalue) if method == "exact" else _approximate_p(s, ties)
        if times.size > 4 and abs(tau) < 1 - ROUNDING_ERROR:
            reach = z * math.sqrt(0.437 / (times.size - 4))
            low, high = math.tanh(math.atanh(tau) - reach), math.tanh(math.atanh(tau) + reach)
    return MannKendall(
        n=times.size,
        s=s,
        tau=tau,
        tau_ci_low=low,
        tau_ci_high=high,
        p_value=p_value,
        method=method,
        slope=float(slopes.slope),
        confidence=confidence,
        ci_low=finite_or_none(slopes.low_slope),
        ci_high=finite_or_none(slopes.high_slope),
    )


def poisson_trend(
    time: ArrayLike,
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> PoissonTrend:
    """Growth of a rate: ``exp(b)`` of ``log E(count) = a + b time + log(exposure)``.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Finite, distinct, in any order: years for a factor per year.
    counts : array_like of int, shape (n,)
        0 or more.
    exposure : array_like of float, shape (n,), optional
        Above 0. All questions of the time turn growth of the counts into growth of the share.
    confidence : float
        In (0, 1); Wald intervals on the log scale.

    Returns
    -------
    PoissonTrend
        ``None`` throughout for n < 2, and where the best ratio is 0, infinite or anything: all
        counts are 0 but those of the first or last time. With n = 2 the model fits exactly and
        says nothing of the dispersion; with counts that lie on the curve it is 0, without a
        quasi-Poisson interval.

    Notes
    -----
    McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., chapter 6,
    https://doi.org/10.1007/978-1-4899-3242-6. In R ``glm(counts ~ time + offset(log(exposure)),
    family = poisson)`` with ``confint.default``, and ``family = quasipoisson``. Computed by
    ``statsmodels`` GLM.
    """
    checked_confidence(confidence)
    exposures = np.ones(np.size(counts)) if exposure is None else exposure
    times, numbers, exposures = _series(time, counts, exposures)
    if (numbers < 0).any() or (numbers != np.floor(numbers)).any():
        raise ValueError("counts must be whole numbers of 0 or more")
    if (exposures <= 0).any():
        raise ValueError("exposure must be above 0")
    n = times.size
    if n < 2 or not (numbers[1:].any() and numbers[:-1].any()):
        reason = "fewer than two times" if n < 2 else "no events but at the first or last time"
        return PoissonTrend(n, None, confidence, *[None] * 7, reason)
    model = _poisson_model(times, numbers, exposures)
    dispersion = quasi_low = quasi_high = quasi_p = None
    reason: str | None = "two times only: nothing to tell their scatter from"
    # Two times always fit perfectly, and are identified. The filter stays: a build's threads share
    # the filters, and one that put them back would undo what another has set.
    warnings.filterwarnings("ignore", "Perfect separation")
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = model.fit(**FIT)
        if n > 2:
            dispersion, reason = float(fit.pearson_chi2) / (n - 2), "all counts lie on the curve"
            if dispersion > PERFECT_FIT:
                quasi = model.fit(fit.params, **FIT, scale="X2", use_t=True)
                quasi_low, quasi_high = _limits(quasi, confidence)
                quasi_p, reason = float(quasi.pvalues[1]), None
    low, high = _limits(fit, confidence)
    return PoissonTrend(
        n=n,
        rate_ratio=exp_or_none(fit.params[1]),
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        p_value=float(fit.pvalues[1]),
        dispersion=dispersion,
        quasi_ci_low=quasi_low,
        quasi_ci_high=quasi_high,
        quasi_p_value=quasi_p,
        reason=reason,
    )


def _limits(fit: GLMResults, confidence: float) -> tuple[float | None, ...]:
    return tuple(exp_or_none(limit) for limit in fit.conf_int(1 - confidence)[1])


def _poisson_model(
    times: NDArray[np.float64], counts: NDArray[np.float64], exposures: NDArray[np.float64]
) -> GLM:
    from statsmodels.genmod.families import Poisson
    from statsmodels.genmod.generalized_linear_model import GLM

    design = np.column_stack((np.ones(times.size), times - times.mean()))
    offset = np.log(exposures) - np.log(exposures).mean()
    return GLM(counts, design, family=Poisson(), offset=offset)


def _series(time: ArrayLike, *columns: ArrayLike) -> list[NDArray[np.float64]]:
    """Return time and columns as arrays, in order of time."""
    times = checked_values("time", time)
    arrays = [checked_values("values", column) for column in columns]
    if any(array.shape != times.shape for array in arrays):
        raise ValueError("time and values must have the same length")
    order = np.argsort(times)
    if (np.diff(times[order]) == 0).any():
        raise ValueError("time must hold no value twice")
    return [array[order] for array in (times, *arrays)]


def _approximate_p(s: int, ties: NDArray[np.int64]) -> float:
    """Two-sided p-value of S by Kendall's variance with ties, |S| less 1 for continuity."""
    n = int(ties.sum())
    variance = n * (n - 1) * (2 * n + 5) - int((ties * (ties - 1) * (2 * ties + 5)).sum())
    z = max(0, abs(s) - 1) / math.sqrt(variance / 18)
    return math.erfc(z / math.sqrt(2))
