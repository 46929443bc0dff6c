"""What a comparison would have found: the smallest effect that its size allows to see.

Where a test finds no evidence, this says whether a difference worth knowing could have been there.
It depends on how precise a comparison is, not on what it found.
"""

from __future__ import annotations

import math

from analyses.statistics.results import CONFIDENCE, checked_count, normal_quantile

ALPHA = 0.05
"""Level of a family of tests."""

POWER = 0.8
"""How often a test finds the effect: 8 times in 10, by Cohen's convention."""


def smallest_effect(
    ci_low: float | None,
    ci_high: float | None,
    n_tests: int = 1,
    *,
    largest: float = 1.0,
    confidence: float = CONFIDENCE,
) -> float | None:
    """Smallest difference that a test finds 8 times in 10, from the interval of the one found.

    Parameters
    ----------
    ci_low, ci_high : float or None
        Interval of a difference or effect size whose error is near to normal, such as a difference
        of shares or Cliff's delta. What the interval allows for, such as clusters, counts here too.
    n_tests : int
        Tests of its family: the level of each is 5% divided by them, where Holm's correction
        begins. So the correction does not hide an effect of this size.
    largest : float
        No effect is larger: 1 of shares and of Cliff's delta.
    confidence : float
        Of the interval, in (0, 1).

    Returns
    -------
    float or None
        ``(z of the level + z of 80%)`` standard errors, in either direction. ``None`` without an
        interval, and where not even the largest effect is found so often. An interval that is not
        symmetric, as of few questions, counts by its half width; below 30 trust it little.

    Notes
    -----
    Minimum detectable effect: Bloom (1995), https://doi.org/10.1177/0193841X9501900504. R's
    ``power.prop.test`` is near to it, and takes the variance at the difference that is sought.
    """
    if ci_low is None or ci_high is None:
        return None
    tests = max(1, checked_count("n_tests", n_tests))
    reach = normal_quantile(1 - ALPHA / tests) + normal_quantile(2 * POWER - 1)
    effect = reach * (ci_high - ci_low) / (2 * normal_quantile(confidence))
    return effect if effect <= largest else None


def smallest_ratio(
    ci_low: float | None,
    ci_high: float | None,
    n_tests: int = 1,
    *,
    confidence: float = CONFIDENCE,
) -> float | None:
    """Smallest odds or hazard ratio above 1 that a test finds 8 times in 10.

    Parameters
    ----------
    ci_low, ci_high : float or None
        Interval of the ratio, above 0.
    n_tests, confidence
        As in :func:`smallest_effect`.

    Returns
    -------
    float or None
        :func:`smallest_effect` on the log scale; one divided by it is found as often.
    """
    if ci_low is None or ci_high is None or ci_low <= 0:
        return None
    logs = math.log(ci_low), math.log(ci_high)
    effect = smallest_effect(*logs, n_tests, largest=math.log(1e6), confidence=confidence)
    return None if effect is None else math.exp(effect)


def smallest_cramers_v(n: int, df: int, alpha: float = ALPHA, power: float = POWER) -> float:
    """Cramér's V of several shares that a test of n observations finds with a given power.

    Parameters
    ----------
    n : int
        1 or more, of all groups together.
    df : int
        Groups less 1.
    alpha, power : float
        In (0, 1): the level of the test, and how often it finds a V of this size.

    Returns
    -------
    float
        Never above 1, which is the largest V.

    Notes
    -----
    Cohen (1988), https://doi.org/10.4324/9780203771587, section 7.4; in R ``pwr::pwr.chisq.test``.
    Of shares V is its effect size w.
    """
    from scipy.special import chdtri, chndtrinc

    return min(1.0, math.sqrt(chndtrinc(chdtri(df, alpha), df, 1 - power) / n))
