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
    normal_quantile,
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
    """Test that k shares are equal, with Cramér's V as its effect size.

    All but the counts and shares are ``None`` where R's ``prop.test`` has NaN or stops: a group is
    empty, or nothing (or everything) is a success in every group.
    """

    n_successes: tuple[int, ...]
    n: tuple[int, ...]
    shares: tuple[float | None, ...]
    chi2: float | None
    df: int
    p_value: float | None
    cramers_v: float | None
    confidence: float
    cramers_v_ci_low: float | None
    cramers_v_ci_high: float | None


@dataclass(frozen=True)
class ProportionComparison(Result):
    """Everything that is said of two shares: test, difference (a - b), Cohen's h, intervals."""

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
    cohens_h_ci_low: float | None
    cohens_h_ci_high: float | None


@dataclass(frozen=True)
class BaselineComparison(Result):
    """A share and a published one without counts; the difference is share - baseline."""

    n_successes: int
    n: int
    share: float | None
    baseline_share: float
    chi2: float | None
    df: int
    p_value: float | None
    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None
    cohens_h_ci_low: float | None
    cohens_h_ci_high: float | None


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
    ``prop.test(x, n, correct = FALSE)$conf.int``. Computed by ``scipy.stats.binomtest``.
    """
    n_successes, n = _checked(n_successes, n)
    if n == 0:
        return Proportion(0, 0, None, checked_confidence(confidence), None, None)
    from scipy.stats import binomtest

    interval = binomtest(n_successes, n).proportion_ci(checked_confidence(confidence), "wilson")
    return Proportion(
        n_successes, n, n_successes / n, confidence, float(interval.low), float(interval.high)
    )


def proportion_test(
    n_successes: Sequence[int], n: Sequence[int], confidence: float = CONFIDENCE
) -> ProportionTest:
    """Test that the shares of k independent groups are equal, as R's ``prop.test(x, n)``.

    Pearson's chi-squared on the 2 x k table with k - 1 degrees of freedom. For two groups with
    Yates' correction, lessened as in R: each deviation shrinks by ``min(0.5, |x - E|)`` and so
    never changes its sign. For more than two groups there is no correction, again as in R.

    Parameters
    ----------
    n_successes, n : sequence of int, shape (k,)
        k of 2 or more; ``0 <= n_successes <= n`` in each group. The groups share no member.
    confidence : float
        In (0, 1); of the interval of Cramér's V.

    Returns
    -------
    ProportionTest
        ``chi2``, ``p_value`` and V are ``None`` where a group is empty, or all groups are at 0 of n
        or all at n of n. The limits of V are those whose noncentral chi-squared distribution has
        the statistic at its tails, 0 where none does; V itself is biased upwards, so that it may
        lie above an interval that begins and ends near 0.

    Notes
    -----
    Yates (1934), https://doi.org/10.2307/2983604; R Core Team, ``stats::prop.test``. Computed by
    ``scipy.stats.chi2_contingency``, whose correction is R's. Interval of V: Steiger (2004),
    https://doi.org/10.1037/1082-989X.9.2.164; in R ``effectsize::cramers_v(adjust = FALSE,
    alternative = "two.sided")``. Computed by ``scipy.special.chndtrinc``.
    """
    if len(n_successes) != len(n) or len(n) < 2:
        raise ValueError("n_successes and n must have the same length, 2 or more")
    tail = (1 - checked_confidence(confidence)) / 2
    groups = [_checked(x, total) for x, total in zip(n_successes, n, strict=True)]
    successes = tuple(x for x, _ in groups)
    totals = tuple(total for _, total in groups)
    df = len(groups) - 1
    chi2 = p_value = v = low = high = None
    if all(totals) and 0 < sum(successes) < sum(totals):
        from scipy.special import chdtr, chndtrinc
        from scipy.stats import chi2_contingency

        table = np.array([successes, np.subtract(totals, successes)])
        test = chi2_contingency(table, correction=df == 1)
        chi2, p_value = float(test.statistic), float(test.pvalue)
        v, low, high = (
            min(1.0, math.sqrt(noncentrality / sum(totals)))
            for noncentrality in (
                chi2,
                *(
                    chndtrinc(chi2, df, below) if chdtr(df, chi2) > below else 0.0
                    for below in (1 - tail, tail)
                ),
            )
        )
    return ProportionTest(
        n_successes=successes,
        n=totals,
        shares=tuple(x / total if total else None for x, total in groups),
        chi2=chi2,
        df=df,
        p_value=p_value,
        cramers_v=v,
        confidence=confidence,
        cramers_v_ci_low=low,
        cramers_v_ci_high=high,
    )


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
    """Compare two independent shares: R's ``prop.test``, Newcombe's interval, Cohen's h.

    Parameters
    ----------
    n_successes_a, n_a, n_successes_b, n_b : int
        ``0 <= n_successes <= n`` in each group. The groups share no member.
    confidence : float
        In (0, 1).

    Returns
    -------
    ProportionComparison
        The test is that of :func:`proportion_test`. The difference a - b and its hybrid score
        interval lie in [-1, 1]: also at 0 of n and n of n, where the interval has a width. The
        interval of h has the standard error ``sqrt(1 / n_a + 1 / n_b)``. ``None`` where a group is
        empty.

    Notes
    -----
    Method 10 (no continuity correction) of Newcombe (1998),
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I. Computed by
    ``statsmodels.stats.proportion.confint_proportions_2indep``. Interval of h: Cohen (1988),
    https://doi.org/10.4324/9780203771587; in R ``effectsize::cohens_h``.
    """
    z = normal_quantile(confidence)
    test = proportion_test((n_successes_a, n_successes_b), (n_a, n_b))
    share_a, share_b = test.shares
    difference = low = high = h = reach = None
    if share_a is not None and share_b is not None:
        from statsmodels.stats.proportion import confint_proportions_2indep

        difference = share_a - share_b
        low, high = confint_proportions_2indep(
            n_successes_a, n_a, n_successes_b, n_b, "newcomb", "diff", alpha=1 - confidence
        )
        low, high = max(-1.0, float(low)), min(1.0, float(high))  # rounding may pass the ends
        h, reach = cohens_h(share_a, share_b), z * math.sqrt(1 / n_a + 1 / n_b)
    return ProportionComparison(
        n_a=test.n[0],
        n_b=test.n[1],
        share_a=share_a,
        share_b=share_b,
        chi2=test.chi2,
        df=test.df,
        p_value=test.p_value,
        share_difference=difference,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        **_with_interval(h, reach),
    )


def compare_with_baseline(
    n_successes: int, n: int, baseline_share: float, confidence: float = CONFIDENCE
) -> BaselineComparison:
    """Compare a share with a published one that came without counts, as R's ``prop.test(x, n, p)``.

    The baseline is taken as exact, so the test is more sure than one against the baseline's
    counts; where those are published, :func:`compare_proportions` is the test to use.

    Parameters
    ----------
    n_successes, n : int
        ``0 <= n_successes <= n``.
    baseline_share : float
        In (0, 1), ends excluded.
    confidence : float
        In (0, 1).

    Returns
    -------
    BaselineComparison
        chi-squared with one degree of freedom and Yates' correction ``min(0.5, |x - n p|)``; the
        interval of the difference is Wilson's of the share, less the baseline; that of h has the
        standard error ``sqrt(1 / n)``. Defined at 0 of n and n of n; ``None`` at 0 of 0.

    Notes
    -----
    R Core Team, ``stats::prop.test``; Wilson (1927), https://doi.org/10.1080/01621459.1927.10502953.
    Computed by ``scipy.stats.chisquare`` from counts that are corrected before.
    """
    if not 0 < baseline_share < 1:
        raise ValueError(f"baseline_share must be in (0, 1), not {baseline_share}")
    own = proportion(n_successes, n, confidence)
    chi2 = p_value = difference = low = high = h = reach = None
    if own.share is not None:
        from scipy.stats import chisquare

        expected = own.n * np.array([baseline_share, 1 - baseline_share])
        off = np.array([own.n_successes, own.n - own.n_successes]) - expected
        test = chisquare(expected + np.sign(off) * np.maximum(np.abs(off) - 0.5, 0), expected)
        chi2, p_value = float(test.statistic), float(test.pvalue)
        difference = own.share - baseline_share
        low, high = own.ci_low - baseline_share, own.ci_high - baseline_share
        h = cohens_h(own.share, baseline_share)
        reach = normal_quantile(confidence) / math.sqrt(own.n)
    return BaselineComparison(
        n_successes=own.n_successes,
        n=own.n,
        share=own.share,
        baseline_share=float(baseline_share),
        chi2=chi2,
        df=1,
        p_value=p_value,
        share_difference=difference,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        **_with_interval(h, reach),
    )


def _with_interval(h: float | None, reach: float | None) -> dict[str, float | None]:
    low, high = (None, None) if h is None else (max(-math.pi, h - reach), min(math.pi, h + reach))
    return {"cohens_h": h, "cohens_h_ci_low": low, "cohens_h_ci_high": high}


def _checked(n_successes: int, n: int) -> tuple[int, int]:
    n_successes, n = checked_count("n_successes", n_successes), checked_count("n", n)
    if n_successes > n:
        raise ValueError(f"n_successes ({n_successes}) must not be above n ({n})")
    return n_successes, n
