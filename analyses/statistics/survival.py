"""Time until something happens, for those to whom it has not happened yet too (censored).

A question without an accepted answer is censored at the snapshot date: all that is known is that
it has waited so long. Leaving such questions out, as a median of response times does, hides them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

FLAT_TOLERANCE = 1e-9
"""Survival this near to a half is taken as exactly a half: it is a product of fractions."""

LEVELS = 250
"""A thinned curve is off by less than its whole fall divided by this: 0.4 points of a percent."""


@dataclass(frozen=True)
class SurvivalMedian(Result):
    """Time by which half have had the event; ``None`` where half never get there."""

    median: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class EventShare(Result):
    """Share that has had the event by a time; ``n_at_risk`` still waited just before it.

    ``standard_error`` is Greenwood's.
    """

    time: float
    share: float | None
    standard_error: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    n_at_risk: int


@dataclass(frozen=True)
class EventShareDifference(Result):
    """Share of a minus share of b that has had the event by a time, with interval and test."""

    time: float
    share_a: float | None
    share_b: float | None
    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None


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
        Brookmeyer and Crowley (1982), https://doi.org/10.2307/2530286. statsmodels'
        ``SurvfuncRight.quantile`` follows SAS where the curve is flat, and so has other values.
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
        share = error = low = high = None
        if self.n and (time <= self.time[-1] or self.survival[-1] == 0):
            last = int(np.searchsorted(self.time, time, side="right")) - 1
            share = error = 0.0
            if last >= 0:
                share = 1 - float(self.survival[last])
                error = finite_or_none(self.standard_error[last])
                low = finite_or_none(1 - self.ci_high[last])
                high = finite_or_none(1 - self.ci_low[last])
        first = int(n_at_risk[0]) if n_at_risk.size else 0
        return EventShare(float(time), share, error, self.confidence, low, high, first)

    def share_difference_by(self, other: SurvivalCurve, time: float) -> EventShareDifference:
        """Compare the shares of two independent groups that have had the event by a time.

        Parameters
        ----------
        other : SurvivalCurve
            Of group b, with the same confidence.
        time : float
            In the unit of the curves.

        Returns
        -------
        EventShareDifference
            a - b, where a is this curve. The limits lie as far from the difference as those of both
            shares from theirs, by the root of the sum of squares: with Wilson's limits that would
            be Newcombe's interval. The test compares ``log(-log(survival))``. ``None`` where a
            share or its interval is.

        Notes
        -----
        Interval: Zou and Donner (2008), https://doi.org/10.1002/sim.3095. Test: Klein, Logan,
        Harhoff and Andersen (2007), https://doi.org/10.1002/sim.2864, their third.
        """
        if self.confidence != other.confidence:
            raise ValueError("both curves must have the same confidence")
        a, b = self.share_by(time), other.share_by(time)
        difference = low = high = p_value = None
        if a.share is not None and b.share is not None:
            difference = a.share - b.share
            if None not in (a.ci_low, a.ci_high, b.ci_low, b.ci_high):
                low = difference - math.hypot(a.share - a.ci_low, b.ci_high - b.share)
                high = difference + math.hypot(a.ci_high - a.share, b.share - b.ci_low)
                logs = [math.log1p(-x.share) for x in (a, b)]
                error = math.hypot(
                    *(
                        x.standard_error / ((1 - x.share) * log)
                        for x, log in zip((a, b), logs, strict=True)
                    )
                )
                z = math.log(logs[0] / logs[1]) / error
                p_value = math.erfc(abs(z) / math.sqrt(2))
        return EventShareDifference(
            float(time), a.share, b.share, difference, self.confidence, low, high, p_value
        )


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
    Kalbfleisch and Prentice (2002), https://doi.org/10.1002/9781118032985. Survival is
    computed by ``scipy.stats.ecdf``, which keeps counts and standard error to itself.
    """
    checked_confidence(confidence)
    times, events = checked_waiting(time, has_event)
    if not times.size:
        floats, counts = np.empty(0), np.empty(0, dtype=np.int64)
        return SurvivalCurve(0, confidence, floats, counts, counts, *[floats] * 4)
    from scipy.stats import CensoredData, ecdf

    curve = ecdf(CensoredData.right_censored(times, ~events)).sf
    distinct = curve.quantiles
    n_events = np.bincount(np.searchsorted(distinct, times[events]), minlength=distinct.size)
    waiting = n_at_risk(times, distinct)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance_of_log = np.cumsum(n_events / (waiting * (waiting - n_events)))
        standard_error = curve.probabilities * np.sqrt(variance_of_log)
        # scipy's own limits warn where survival is 1 or 0, which one thread of a build cannot hush
        reach = np.sqrt(variance_of_log) / np.log(curve.probabilities)
        reach *= normal_quantile(confidence)
        low, high = (
            np.where(np.isnan(reach), np.nan, curve.probabilities ** np.exp(side * reach))
            for side in (-1, 1)
        )
    return SurvivalCurve(
        n=times.size,
        confidence=confidence,
        time=distinct,
        n_at_risk=waiting,
        n_events=n_events,
        survival=curve.probabilities,
        standard_error=standard_error,
        ci_low=low,
        ci_high=high,
    )


def log_rank(groups: Sequence[tuple[ArrayLike, ArrayLike]]) -> LogRank:
    """Test that k groups have the same survival curve, as R's ``survdiff``.

    Parameters
    ----------
    groups : sequence of (time, has_event), k of 2 or more
        Arguments of :func:`survival_curve`, one pair per group.

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
    checked = [checked_waiting(*group) for group in groups]
    times, events = (np.concatenate(columns) for columns in zip(*checked, strict=True))
    sizes = tuple(time.size for time, _ in checked)
    at_events = np.sort(times[events])
    waiting = [n_at_risk(time, at_events) for time, _ in checked]
    n_expected = tuple(float((n / np.maximum(sum(waiting), 1)).sum()) for n in waiting)
    counted = np.flatnonzero(n_expected)
    chi2 = df = p_value = None
    if counted.size > 1:
        from scipy.special import chdtrc
        from statsmodels.duration.survfunc import survdiff

        group = np.repeat(np.arange(len(checked)), sizes)
        kept = np.isin(group, counted)
        try:
            chi2 = finite_or_none(survdiff(times[kept], events[kept].astype(int), group[kept])[0])
        except np.linalg.LinAlgError:  # no variance
            chi2 = None
        if chi2 is not None:
            df = counted.size - 1
            p_value = float(chdtrc(df, chi2))
    n_events = tuple(int(event.sum()) for _, event in checked)
    return LogRank(sizes, n_events, n_expected, chi2, df, p_value)


def kept_steps(heights: ArrayLike, levels: int = LEVELS) -> NDArray[np.int64]:
    """Choose the steps of a step function that falls from 1 that are enough to draw it.

    Going along the curve, a step is kept as soon as the curve has fallen by a ``levels``-th of its
    whole fall since the step kept before: so at every time, not only at those kept, the thinned
    curve is above the whole one by less than that. The first and the last step are always kept.

    Parameters
    ----------
    heights : array_like of float, shape (n,)
        Finite and never rising, all at most 1: the height after each step.
    levels : int
        1 or more.

    Returns
    -------
    ndarray of int, shape (m,)
        Indices in ascending order; at most ``levels + 2`` of them, and no index where n = 0.
    """
    if levels < 1:
        raise ValueError(f"levels must be 1 or more, not {levels}")
    falls = 1 - np.asarray(heights, dtype=np.float64)
    if not falls.size:
        return np.empty(0, dtype=np.int64)
    if falls[0] < 0 or (np.diff(falls) < 0).any() or not np.isfinite(falls).all():
        raise ValueError("heights must be finite and never rise")
    kept = [0]
    step = falls[-1] / levels
    while step > 0:
        following = int(np.searchsorted(falls, falls[kept[-1]] + step))
        if following >= falls.size:
            break
        kept.append(following)
    if kept[-1] != falls.size - 1:
        kept.append(falls.size - 1)
    return np.array(kept, dtype=np.int64)


def checked_waiting(
    time: ArrayLike, has_event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return waiting times and whether each ended with the event, or raise ValueError."""
    times = checked_values("time", time)
    events = np.asarray(has_event)
    if events.shape != times.shape:
        raise ValueError("time and has_event must have the same length")
    if (times < 0).any():
        raise ValueError("time must be 0 or more: leave out what ended before it began, and say so")
    if not np.isin(events, (0, 1)).all():
        raise ValueError("has_event must be true or false")
    return times, events.astype(np.bool_)


def n_at_risk(times: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of ``times`` still wait just before each of ``at``."""
    return times.size - np.searchsorted(np.sort(times), at, side="left")


def _first_at_half(time: NDArray[np.float64], heights: NDArray[np.float64]) -> float | None:
    reached = np.flatnonzero(heights <= 0.5 + FLAT_TOLERANCE)
    if not reached.size:
        return None
    first = float(time[reached[0]])
    beyond = np.flatnonzero(heights < 0.5 - FLAT_TOLERANCE)
    is_flat = heights[reached[0]] >= 0.5 - FLAT_TOLERANCE
    return (first + float(time[beyond[0]])) / 2 if is_flat and beyond.size else first
