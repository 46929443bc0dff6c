"""Shares compared within strata, such as years: what is left when both groups have the same mix.

Younger questions have had less time, and habits change. Where one group is younger, the difference
of two crude shares is in part a difference of years.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    checked_values,
    finite_or_none,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Counts = tuple[ArrayLike, ArrayLike]


_ROUNDING: Final = 1e-9
"""An odds ratio so near to 1 is 1."""


@dataclass(frozen=True)
class StandardisedShare(Result):
    """Share that a group would have with another mix of strata.

    Attributes
    ----------
    n : int
        Members of the group in strata that have a weight.
    covered_weight : float or None
        Part of the weights that lies in strata where the group has members. The group says nothing
        of the rest, which is left out.
    """

    n: int
    covered_weight: float | None
    share: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class StandardisedDifference(Result):
    """Difference a - b of shares if a had the strata of b; fields as in StandardisedShare."""

    n_a: int
    n_b: int
    covered_weight: float | None
    share_a: float | None
    share_b: float | None
    share_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class MantelHaenszel(Result):
    """Odds ratio of a to b common to all strata, with its test, and the test that it is common.

    Attributes
    ----------
    n_strata, n_a, n_b : int
        Strata that compare, and their members: both groups have some, and not all or none of these
        are successes.
    chi2, p_value : float or None
        Of no difference within strata, without continuity correction.
    homogeneity_p_value : float or None
        Breslow and Day's, with Tarone's correction: small where the odds ratios of the strata
        differ, and one number for all says little.
    """

    n_strata: int
    n_a: int
    n_b: int
    odds_ratio: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    chi2: float | None
    p_value: float | None
    homogeneity_p_value: float | None


def standardised_share(
    group: Counts,
    weights: ArrayLike,
    confidence: float = CONFIDENCE,
    *,
    design_effect: float = 1.0,
) -> StandardisedShare:
    """Share of a group if its strata had given weights (direct standardisation).

    Parameters
    ----------
    group : (n_successes, n), each array_like of int, shape (k,)
        One stratum per place; ``0 <= n_successes <= n``.
    weights : array_like of float, shape (k,)
        0 or more, such as the sizes of the strata in the population whose mix is taken.
    confidence : float
        In (0, 1).
    design_effect : float
        1 or more, where members come in clusters: each stratum says as much as that part of its
        members. :func:`analyses.statistics.clusters.clustered_standardised_share` finds it.

    Returns
    -------
    StandardisedShare
        The weighted mean of the shares. The limits lie as far from it as Wilson's limits from the
        shares, by the root of the weighted sum of squares: they have a width where a stratum is at
        0 of n or n of n. One stratum: Wilson's interval. ``None`` where no stratum with a weight
        has members.

    Notes
    -----
    Keiding and Clayton (2014), https://doi.org/10.1214/13-STS453; interval: Zou, Huang and Zhang
    (2009), https://doi.org/10.1016/j.csda.2008.09.033. Wilson's limits are computed by
    ``statsmodels.stats.proportion.proportion_confint``, which has no weights.
    """
    checked_confidence(confidence)
    x, n = _checked(group)
    parts = checked_values("weights", weights)
    if parts.shape != n.shape or (parts < 0).any():
        raise ValueError("weights must be 0 or more, one for each stratum")
    kept = (n > 0) & (parts > 0)
    n_kept = int(n[kept].sum())
    if not kept.any():
        return StandardisedShare(0, None, None, confidence, None, None)
    if not design_effect >= 1:
        raise ValueError(f"design_effect must be 1 or more, not {design_effect}")
    effective = x[kept] / design_effect, n[kept] / design_effect
    share, below, above = _weighted_share(*effective, parts[kept], confidence)
    covered = float(parts[kept].sum() / parts.sum())
    return StandardisedShare(n_kept, covered, share, confidence, share - below, share + above)


def standardised_difference(
    a: Counts, b: Counts, confidence: float = CONFIDENCE
) -> StandardisedDifference:
    """Difference of two shares if the strata of a had the sizes of those of b.

    Parameters
    ----------
    a, b : (n_successes, n)
        As in :func:`standardised_share`, the same strata in the same order. The groups share no
        member.
    confidence : float
        In (0, 1).

    Returns
    -------
    StandardisedDifference
        a - b over the strata in which both have members. The interval is Newcombe's, extended to
        a weighted sum of differences: with one stratum just that. ``None`` without such a stratum.

    Notes
    -----
    As :func:`standardised_share`.
    """
    checked_confidence(confidence)
    (x_a, n_a), (x_b, n_b) = _same_strata(a, b)
    kept = (n_a > 0) & (n_b > 0)
    sizes = int(n_a[kept].sum()), int(n_b[kept].sum())
    if not kept.any():
        return StandardisedDifference(0, 0, None, None, None, None, confidence, None, None)
    parts = n_b[kept]
    share_a, below_a, above_a = _weighted_share(x_a[kept], n_a[kept], parts, confidence)
    share_b, below_b, above_b = _weighted_share(x_b[kept], n_b[kept], parts, confidence)
    return StandardisedDifference(
        n_a=sizes[0],
        n_b=sizes[1],
        covered_weight=sizes[1] / float(n_b.sum()),
        share_a=share_a,
        share_b=share_b,
        share_difference=share_a - share_b,
        confidence=confidence,
        ci_low=max(-1.0, share_a - share_b - math.hypot(below_a, above_b)),
        ci_high=min(1.0, share_a - share_b + math.hypot(above_a, below_b)),
    )


def mantel_haenszel(a: Counts, b: Counts, confidence: float = CONFIDENCE) -> MantelHaenszel:
    """Odds ratio of two groups within strata, and its tests, as R's ``mantelhaen.test``.

    Parameters
    ----------
    a, b, confidence
        As in :func:`standardised_difference`.

    Returns
    -------
    MantelHaenszel
        Above 1 where a has the larger share of successes. No odds ratio where it would be 0 or
        infinite; ``None`` throughout without a stratum that compares. No test that the ratio is
        common with one stratum, or where it is 1, but for the last digits of a double: the method
        then divides by zero, or by what rounding has left of it.

    Notes
    -----
    Mantel and Haenszel (1959), https://doi.org/10.1093/jnci/22.4.719; interval: Robins, Breslow and
    Greenland (1986), https://doi.org/10.2307/2531052; in R ``mantelhaen.test(correct = FALSE)``.
    Homogeneity: Tarone (1985), https://doi.org/10.1093/biomet/72.1.91. Computed by ``statsmodels``
    ``StratifiedTable``; the p-values from the upper tail, since its ``1 - cdf`` is 0 from 1e-16
    down.
    """
    checked_confidence(confidence)
    (x_a, n_a), (x_b, n_b) = _same_strata(a, b)
    kept = (n_a > 0) & (n_b > 0) & (x_a + x_b > 0) & (x_a + x_b < n_a + n_b)
    x_a, n_a, x_b, n_b = (column[kept] for column in (x_a, n_a, x_b, n_b))
    sizes = x_a.size, int(n_a.sum()), int(n_b.sum())
    if not kept.any():
        return MantelHaenszel(*sizes, None, confidence, *[None] * 5)
    from scipy.special import chdtrc
    from statsmodels.stats.contingency_tables import StratifiedTable

    table = StratifiedTable(np.array([[x_a, n_a - x_a], [x_b, n_b - x_b]]))
    ratio = low = high = homogeneity = None
    with np.errstate(divide="ignore", invalid="ignore"):
        if 0 < (found := float(table.oddsratio_pooled)) < math.inf:
            ratio = found
            low, high = map(finite_or_none, table.oddsratio_pooled_confint(1 - confidence))
            if sizes[0] > 1 and abs(found - 1) > _ROUNDING:
                statistic = table.test_equal_odds(adjust=True).statistic
                homogeneity = finite_or_none(chdtrc(sizes[0] - 1, statistic))
        chi2 = finite_or_none(table.test_null_odds(correction=False).statistic)
    return MantelHaenszel(
        *sizes,
        odds_ratio=ratio,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        chi2=chi2,
        p_value=None if chi2 is None else float(chdtrc(1, chi2)),
        homogeneity_p_value=homogeneity,
    )


def _weighted_share(
    x: Floats, n: Floats, weights: Floats, confidence: float
) -> tuple[float, float, float]:
    """Weighted mean of shares, and how far below and above it the limits are."""
    from statsmodels.stats.proportion import proportion_confint

    parts, shares = weights / weights.sum(), x / n
    low, high = proportion_confint(x, n, alpha=1 - confidence, method="wilson")
    below, above = (float(np.linalg.norm(parts * off)) for off in (shares - low, high - shares))
    return float(parts @ shares), below, above


def _same_strata(a: Counts, b: Counts) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    checked = _checked(a), _checked(b)
    if checked[0][1].shape != checked[1][1].shape:
        raise ValueError("both groups must have the same strata")
    return checked


def _checked(group: Counts) -> tuple[Floats, Floats]:
    x, n = checked_values("n_successes", group[0]), checked_values("n", group[1])
    if x.shape != n.shape:
        raise ValueError("n_successes and n must have the same length")
    if (x < 0).any() or (x > n).any() or (x % 1).any() or (n % 1).any():
        raise ValueError("n_successes and n must be whole numbers, 0 <= n_successes <= n")
    return x, n
