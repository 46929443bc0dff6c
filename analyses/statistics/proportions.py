"""Shares: Wilson's interval, R's ``prop.test``, the difference of two shares, Cohen's h.

A share of 0 of 0 is not known: it, its interval and every comparison with it are ``None``.
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
    checked_count,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Proportion(Result):
    """A share with its numerator, denominator and Wilson's interval; ``None`` where n is 0."""

    n_successes: int
    n: int
    share: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class ProportionTest(Result):
    """Test that k shares are equal.

    ``chi2`` and ``p_value`` are ``None`` where R's ``prop.test`` has NaN or stops: a group is
    empty, or nothing (or everything) is a success in every group.
    """

    n_successes: tuple[int, ...]
    n: tuple[int, ...]
    shares: tuple[float | None, ...]
    chi2: float | None
    df: int
    p_value: float | None
    is_corrected: bool


@dataclass(frozen=True)
class ShareDifference(Result):
    """Share of a minus share of b, with Newcombe's interval; ``None`` if a group is empty."""

    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class ProportionComparison(Result):
    """Everything that is said of two shares: test, difference (a - b) with interval, Cohen's h."""

    n_a: int
    n_b: int
    share_a: float | None
    share_b: float | None
    chi2: float | None
    df: int
    p_value: float | None
    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None


def proportion(n_successes: int, n: int, confidence: float = CONFIDENCE) -> Proportion:
    """Share with Wilson's score interval (no continuity correction).

    Parameters
    ----------
    n_successes, n : int
        ``0 <= n_successes <= n``.
    confidence : float
        In (0, 1).

    Returns
    -------
    Proportion
        0 of n has ``ci_low`` 0 and a positive ``ci_high``; n of n has ``ci_high`` 1 and a
        ``ci_low`` below it; 0 of 0 is ``None`` throughout.

    Notes
    -----
    Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953; in R
    ``prop.test(x, n, correct = FALSE)$conf.int``. Computed by scipy.
    """
    n_successes, n = _checked(n_successes, n)
    if n == 0:
        return Proportion(0, 0, None, checked_confidence(confidence), None, None)
    from scipy.stats import binomtest  # noqa: PLC0415 - a second or two, paid by those who need it

    interval = binomtest(n_successes, n).proportion_ci(checked_confidence(confidence), "wilson")
    return Proportion(
        n_successes, n, n_successes / n, confidence, float(interval.low), float(interval.high)
    )


def proportion_test(n_successes: Sequence[int], n: Sequence[int]) -> ProportionTest:
    """Test that the shares of k independent groups are equal, as R's ``prop.test(x, n)``.

    Pearson's chi-squared on the 2 x k table with k - 1 degrees of freedom. For two groups with
    Yates' correction, lessened as in R: each deviation shrinks by ``min(0.5, |x - E|)`` and so
    never changes its sign. For more than two groups there is no correction, again as in R.

    Parameters
    ----------
    n_successes, n : sequence of int, shape (k,)
        k of 2 or more; ``0 <= n_successes <= n`` in each group. The groups share no member.

    Returns
    -------
    ProportionTest
        ``chi2`` and ``p_value`` are ``None`` where a group is empty, or all groups are at 0 of n
        or all at n of n.

    Notes
    -----
    Yates (1934), https://doi.org/10.2307/2983604; R Core Team, ``stats::prop.test``. Computed by
    ``scipy.stats.chi2_contingency``, whose correction is R's.
    """
    if len(n_successes) != len(n) or len(n) < 2:
        raise ValueError("n_successes and n must have the same length, 2 or more")
    groups = [_checked(x, total) for x, total in zip(n_successes, n, strict=True)]
    successes = tuple(x for x, _ in groups)
    totals = tuple(total for _, total in groups)
    chi2 = p_value = None
    is_corrected = len(groups) == 2
    if all(totals) and 0 < sum(successes) < sum(totals):
        from scipy.stats import chi2_contingency  # noqa: PLC0415 - see proportion

        table = np.array([successes, np.subtract(totals, successes)])
        test = chi2_contingency(table, correction=is_corrected)
        chi2, p_value = float(test.statistic), float(test.pvalue)
    shares = tuple(x / total if total else None for x, total in groups)
    return ProportionTest(successes, totals, shares, chi2, len(groups) - 1, p_value, is_corrected)


def share_difference(
    n_successes_a: int, n_a: int, n_successes_b: int, n_b: int, confidence: float = CONFIDENCE
) -> ShareDifference:
    """Difference of two independent shares with Newcombe's hybrid score interval.

    Parameters
    ----------
    n_successes_a, n_a, n_successes_b, n_b : int
        ``0 <= n_successes <= n`` in each group.
    confidence : float
        In (0, 1).

    Returns
    -------
    ShareDifference
        a - b, in [-1, 1], as is its interval: also at 0 of n and n of n, where the interval has
        a width. ``None`` where a group is empty.

    Notes
    -----
    Method 10 (no continuity correction) of Newcombe (1998),
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. statsmodels
    has it as ``confint_proportions_2indep(method="newcomb")``, at a second of import in every
    build; the tests compare with it.
    """
    a, b = proportion(n_successes_a, n_a, confidence), proportion(n_successes_b, n_b, confidence)
    if a.share is None or b.share is None:
        return ShareDifference(None, confidence, None, None)
    difference = a.share - b.share
    low = difference - math.hypot(a.share - a.ci_low, b.ci_high - b.share)
    high = difference + math.hypot(a.ci_high - a.share, b.share - b.ci_low)
    return ShareDifference(difference, confidence, max(-1.0, low), min(1.0, high))


def cohens_h(share_a: float, share_b: float) -> float:
    """Cohen's h, the difference of two shares on the arcsine scale.

    Parameters
    ----------
    share_a, share_b : float
        In [0, 1].

    Returns
    -------
    float
        ``2 asin(sqrt(share_a)) - 2 asin(sqrt(share_b))``, in [-pi, pi]: pi for 1 against 0. By
        Cohen's conventions 0.2 is small, 0.5 medium, 0.8 large.

    Notes
    -----
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., section 6.2,
    https://doi.org/10.4324/9780203771587.
    """
    if not (0 <= share_a <= 1 and 0 <= share_b <= 1):
        raise ValueError(f"shares must be in [0, 1], not {share_a} and {share_b}")
    return 2 * (math.asin(math.sqrt(share_a)) - math.asin(math.sqrt(share_b)))


def compare_proportions(
    n_successes_a: int, n_a: int, n_successes_b: int, n_b: int, confidence: float = CONFIDENCE
) -> ProportionComparison:
    """Compare two independent groups: :func:`proportion_test`, :func:`share_difference`, Cohen's h.

    Parameters and edges are those of the functions named. The two groups must share no member.
    """
    test = proportion_test((n_successes_a, n_successes_b), (n_a, n_b))
    difference = share_difference(n_successes_a, n_a, n_successes_b, n_b, confidence)
    share_a, share_b = test.shares
    is_known = share_a is not None and share_b is not None
    return ProportionComparison(
        n_a=test.n[0],
        n_b=test.n[1],
        share_a=share_a,
        share_b=share_b,
        chi2=test.chi2,
        df=test.df,
        p_value=test.p_value,
        cohens_h=cohens_h(share_a, share_b) if is_known else None,
        **difference.to_dict(),
    )


def _checked(n_successes: int, n: int) -> tuple[int, int]:
    n_successes, n = checked_count("n_successes", n_successes), checked_count("n", n)
    if n_successes > n:
        raise ValueError(f"n_successes ({n_successes}) must not be above n ({n})")
    return n_successes, n
