"""Time until something happens, for those to whom it has not happened yet too (censored).

A question without an accepted answer is censored at the snapshot date: all that is known is that
it has waited so long. Leaving such questions out, as a median of response times does, hides them.
"""

from __future__ import annotations

import warnings
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
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

FLAT_TOLERANCE = 1e-9
"""Survival this near to a half is taken as exactly a half: it is a product of fractions."""


@dataclass(frozen=True)
class SurvivalMedian(Result):
    """Time by which half have had the event; ``None`` where half never get there."""

    median: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class EventShare(Result):
    """Share that has had the event by a time; ``n_at_risk`` still waited just before it."""

    time: float
    share: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    n_at_risk: int


@dataclass(frozen=True)
class SurvivalCurve(Result):
    """Kaplan-Meier estimate at every distinct time, of an event or of censoring.

    All arrays have shape (k,), k distinct times in ascending order.

    Attributes
    ----------
    n_at_risk : ndarray of int
        Under observation just before the time; one censored at that very time is among them.
    survival : ndarray of float
        Share without the event just after the time.
    standard_error : ndarray of float
        Greenwood's, of ``survival``; NaN where survival is 0.
    ci_low, ci_high : ndarray of float
        Log-log limits; NaN where survival is 1 or 0, as in R.
    """

    n: int
    confidence: float
    time: NDArray[np.float64]
    n_at_risk: NDArray[np.int64]
    n_events: NDArray[np.int64]
    n_censored: NDArray[np.int64]
    survival: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    ci_low: NDArray[np.float64]
    ci_high: NDArray[np.float64]

    def median(self) -> SurvivalMedian:
        """Median with the interval of Brookmeyer and Crowley, as R prints a ``survfit``.

        Each limit is where a limit of the curve gets down to a half; ``None`` where it never does.
        A curve that is flat at exactly a half gives the middle of that stretch, or its start where
        nothing comes after it.

        Notes
        -----
        Brookmeyer and Crowley (1982), https://doi.org/10.2307/2530286.
        """
        low, middle, high = (
            _first_at_half(self.time, heights)
            for heights in (self.ci_low, self.survival, self.ci_high)
        )
        return SurvivalMedian(middle, self.confidence, low, high)

    def share_by(self, time: float) -> EventShare:
        """Share that has had the event by a time, that time included: one minus the curve.

        ``None`` after the last observation, unless everyone has had the event by then. No interval
        before the first event and after the event of the last one: log-log has none there.
        """
        n_at_risk = self.n_at_risk[np.searchsorted(self.time, time, side="left") :]
        share = low = high = None
        if self.n and (time <= self.time[-1] or self.survival[-1] == 0):
            last = int(np.searchsorted(self.time, time, side="right")) - 1
            share = 0.0
            if last >= 0:
                share = 1 - float(self.survival[last])
                low = finite_or_none(1 - self.ci_high[last])
                high = finite_or_none(1 - self.ci_low[last])
        first = int(n_at_risk[0]) if n_at_risk.size else 0
        return EventShare(float(time), share, self.confidence, low, high, first)


@dataclass(frozen=True)
class LogRank(Result):
    """Log-rank test of k groups; ``n_expected`` if all groups had one curve."""

    n: tuple[int, ...]
    n_events: tuple[int, ...]
    n_expected: tuple[float, ...]
    chi2: float | None
    df: int | None
    p_value: float | None


def survival_curve(
    time: ArrayLike, has_event: ArrayLike, confidence: float = CONFIDENCE
) -> SurvivalCurve:
    """Kaplan-Meier curve with Greenwood's variance and log-log limits.

    The same as R's ``survfit(Surv(time, has_event) ~ 1, conf.type = "log-log")``, row by row.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Time to the event, or to the end of observation; finite, 0 or more, in one unit.
    has_event : array_like of bool, shape (n,)
        False: censored at that time.
    confidence : float
        In (0, 1).

    Returns
    -------
    SurvivalCurve
        n = 0: arrays of length 0. All censored: survival 1 throughout, without limits. All with
        the event: survival ends at 0. All tied: one row.

    Notes
    -----
    Kaplan and Meier (1958), https://doi.org/10.1080/01621459.1958.10501452; log-log limits:
    Kalbfleisch and Prentice (2002), https://doi.org/10.1002/9781118032985. Survival and limits are
    computed by ``scipy.stats.ecdf``.
    """
    checked_confidence(confidence)
    times, events = _checked(time, has_event)
    if not times.size:
        floats, counts = np.empty(0), np.empty(0, dtype=np.int64)
        return SurvivalCurve(0, confidence, floats, *[counts] * 3, *[floats] * 4)
    from scipy.stats import CensoredData, ecdf  # noqa: PLC0415 - a second or two of import

    curve = ecdf(CensoredData.right_censored(times, ~events)).sf
    with warnings.catch_warnings():  # no limits where survival is 1 or 0: said in the docstring
        warnings.simplefilter("ignore", RuntimeWarning)
        limits = curve.confidence_interval(confidence, method="log-log")
    distinct = curve.quantiles
    at = np.searchsorted(distinct, times)
    n_events = np.bincount(at[events], minlength=distinct.size)
    n_here = np.bincount(at, minlength=distinct.size)
    n_at_risk = np.cumsum(n_here[::-1])[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance_of_log = np.cumsum(n_events / (n_at_risk * (n_at_risk - n_events)))
        standard_error = curve.probabilities * np.sqrt(variance_of_log)
    return SurvivalCurve(
        n=times.size,
        confidence=confidence,
        time=distinct,
        n_at_risk=n_at_risk,
        n_events=n_events,
        n_censored=n_here - n_events,
        survival=curve.probabilities,
        standard_error=standard_error,
        ci_low=limits.low.probabilities,
        ci_high=limits.high.probabilities,
    )


def log_rank(groups: Sequence[tuple[ArrayLike, ArrayLike]]) -> LogRank:
    """Test that k groups have the same survival curve, as R's ``survdiff``.

    Parameters
    ----------
    groups : sequence of (time, has_event), k of 2 or more
        Arguments of :func:`survival_curve`, a group each.

    Returns
    -------
    LogRank
        A group in which nobody is under observation at any event (an empty one too) has 0 expected
        events and does not count in ``df``, as in R. ``chi2`` is ``None`` where fewer than two
        groups remain, nobody has the event, or every event leaves no variance (all at one time).

    Notes
    -----
    Mantel (1966); Peto and Peto (1972), https://doi.org/10.2307/2344317. The statistic is computed
    by ``statsmodels.duration.survfunc.survdiff``; the p-value from its upper tail, since
    survdiff's ``1 - cdf`` is 0 from 1e-16 down.
    """
    if len(groups) < 2:
        raise ValueError("log_rank needs two groups or more")
    checked = [_checked(time, has_event) for time, has_event in groups]
    times = np.concatenate([time for time, _ in checked])
    events = np.concatenate([event for _, event in checked])
    group = np.repeat(np.arange(len(checked)), [time.size for time, _ in checked])
    at_events = np.sort(times[events])
    waiting = [_at_risk(time, at_events) for time, _ in checked]
    n_expected = [float((n / np.maximum(sum(waiting), 1)).sum()) for n in waiting]
    counts = tuple(int(event.sum()) for _, event in checked)
    sizes = tuple(time.size for time, _ in checked)
    counted = [index for index, expected in enumerate(n_expected) if expected > 0]
    chi2 = df = p_value = None
    if len(counted) > 1:
        chi2 = _chi2(times, events, group, counted)
    if chi2 is not None:
        from scipy.special import chdtrc  # noqa: PLC0415 - half a second of import

        df = len(counted) - 1
        p_value = float(chdtrc(df, chi2))
    return LogRank(sizes, counts, tuple(n_expected), chi2, df, p_value)


def _chi2(
    times: NDArray[np.float64],
    events: NDArray[np.bool_],
    group: NDArray[np.int64],
    counted: list[int],
) -> float | None:
    from statsmodels.duration.survfunc import survdiff  # noqa: PLC0415 - a second of import

    kept = np.isin(group, counted)
    try:
        chi2, _ = survdiff(times[kept], events[kept].astype(np.int64), group[kept])
    except np.linalg.LinAlgError:
        return None
    return finite_or_none(chi2)


def _checked(
    time: ArrayLike, has_event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    times = checked_values("time", time)
    events = np.asarray(has_event)
    if events.shape != times.shape:
        raise ValueError("time and has_event must have the same length")
    if (times < 0).any():
        raise ValueError("time must be 0 or more: leave out what ended before it began, and say so")
    if not np.isin(events, (0, 1)).all():
        raise ValueError("has_event must be true or false")
    return times, events.astype(np.bool_)


def _at_risk(times: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.int64]:
    return times.size - np.searchsorted(np.sort(times), at, side="left")


def _first_at_half(time: NDArray[np.float64], heights: NDArray[np.float64]) -> float | None:
    reached = np.flatnonzero(heights <= 0.5 + FLAT_TOLERANCE)
    if not reached.size:
        return None
    first = float(time[reached[0]])
    beyond = np.flatnonzero(heights < 0.5 - FLAT_TOLERANCE)
    is_flat = heights[reached[0]] >= 0.5 - FLAT_TOLERANCE
    return (first + float(time[beyond[0]])) / 2 if is_flat and beyond.size else first
