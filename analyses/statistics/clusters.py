"""What is left when a few people give many answers: intervals and effects by cluster.

Answers of one person are alike, so that a thousand answers of a hundred people say less than those
of a thousand people. An interval that takes them as independent is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.ranks import cliffs_delta
from analyses.statistics.results import (
    CONFIDENCE,
    Result,
    checked_confidence,
    checked_values,
    finite_or_none,
)
from analyses.statistics.strata import standardised_share

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike, NDArray
    from statsmodels.regression.linear_model import RegressionResults

    from analyses.statistics.strata import StandardisedShare

    Floats = NDArray[np.float64]
    Clustered = tuple[ArrayLike, ArrayLike]

N_RESAMPLES = 1000
"""Enough for the limits of 95% to repeat within a tenth of their distance from the estimate."""

_AT_ONCE = 200_000
"""Values of all resamples that are in memory together."""

SEED = 0
"""Seed of every bootstrap unless the caller says otherwise: the same values, the same limits."""


@dataclass(frozen=True)
class Bootstrap(Result):
    """An estimate with the percentile interval of resampled clusters."""

    n: int
    n_clusters: int
    estimate: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    n_resamples: int
    seed: int


@dataclass(frozen=True)
class DesignEffect(Result):
    """How much the variance of a mean grows because members of a cluster are alike.

    Attributes
    ----------
    n_largest : int
        Members of the largest cluster.
    design_effect : float or None
        Variance of the mean by clusters, divided by that of independent values.
    n_effective : float or None
        So many independent values say as much: ``n / design_effect``.
    """

    n: int
    n_clusters: int
    n_largest: int
    design_effect: float | None
    n_effective: float | None


@dataclass(frozen=True)
class ClusteredShare(Result):
    """A share with an interval that allows for clusters."""

    n: int
    n_clusters: int
    share: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class MeanDifference(Result):
    """Mean of a minus mean of b, of shares where the values are 0 and 1, allowing for clusters."""

    n_a: int
    n_b: int
    n_clusters: int
    mean_a: float | None
    mean_b: float | None
    mean_difference: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None


def clustered_median(
    values: ArrayLike,
    clusters: ArrayLike,
    confidence: float = CONFIDENCE,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = SEED,
) -> Bootstrap:
    """Median with an interval that allows for clusters.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Finite.
    clusters : array_like of int or str, shape (n,)
        Who gave the value. ``None`` or NaN, a person who is not known, is a cluster of its own.
    confidence : float
        In (0, 1).
    n_resamples, seed : int
        As often clusters are drawn, with replacement; the same seed gives the same limits.

    Returns
    -------
    Bootstrap
        ``estimate`` is the plain median. ``None`` for n = 0; no interval with one cluster. With
        few clusters, or one that holds most values, trust the interval little.

    Notes
    -----
    Field and Welsh (2007), https://doi.org/10.1111/j.1467-9868.2007.00593.x: clusters are drawn and
    kept whole. Computed by ``scipy.stats.bootstrap``. 100,000 values take two seconds.
    """
    (array,), (codes,) = _numbered((values, clusters))
    order = np.argsort(array)
    ascending, of = array[order], codes[order]

    def median(weights: NDArray[np.int64]) -> Floats:
        """Median where each value counts as often as its cluster was drawn."""
        upto = np.cumsum(np.take(weights, of, axis=1), axis=1)
        middle = [
            np.searchsorted(row, ((row[-1] - 1) // 2, row[-1] // 2), side="right") for row in upto
        ]
        return ascending[middle].mean(axis=1)

    estimate = float(np.median(array)) if array.size else None
    return _bootstrap(median, codes, estimate, confidence, (n_resamples, seed))


def clustered_delta(
    a: Clustered,
    b: Clustered,
    confidence: float = CONFIDENCE,
    *,
    n_resamples: int = N_RESAMPLES,
    seed: int = SEED,
) -> Bootstrap:
    """Cliff's delta with an interval that allows for clusters, also those in both groups.

    Parameters
    ----------
    a, b : (values, clusters)
        Arguments of :func:`clustered_median`, one pair per group. A person who is in both is one
        cluster.
    confidence, n_resamples, seed
        As in :func:`clustered_median`.

    Returns
    -------
    Bootstrap
        ``estimate`` is that of `cliffs_delta`. ``None`` where a group is empty; no interval with
        one cluster, or where a group may be absent from what is drawn.

    Notes
    -----
    As :func:`clustered_median`. 100,000 values in each group take some seconds.
    """
    (values_a, values_b), (of_a, of_b) = _numbered(a, b)
    order_a, order_b = np.argsort(values_a), np.argsort(values_b)
    sorted_a, sorted_b = values_a[order_a], values_b[order_b]
    drawn_a, drawn_b = of_a[order_a], of_b[order_b]
    first, last = (np.searchsorted(sorted_b, sorted_a, side=side) for side in ("left", "right"))

    def delta(weights: NDArray[np.int64]) -> Floats:
        upto = np.zeros((len(weights), drawn_b.size + 1), dtype=np.int64)
        np.cumsum(np.take(weights, drawn_b, axis=1), axis=1, out=upto[:, 1:])
        here, n_b = np.take(weights, drawn_a, axis=1), upto[:, -1:]
        # Of b so many are below each value of a, less those that are above it.
        below_less_above = np.take(upto, first, axis=1) + np.take(upto, last, axis=1) - n_b
        balance = np.einsum("ij,ij->i", here, below_less_above)
        with np.errstate(invalid="ignore"):  # a group that was not drawn
            return balance / (here.sum(axis=1) * n_b[:, 0])

    estimate = cliffs_delta(values_a, values_b, confidence).delta
    codes = np.concatenate((of_a, of_b))
    return _bootstrap(delta, codes, estimate, confidence, (n_resamples, seed))


def clustered_share(
    has_outcome: ArrayLike, clusters: ArrayLike, confidence: float = CONFIDENCE
) -> ClusteredShare:
    """Share with an interval that allows for clusters.

    Parameters
    ----------
    has_outcome : array_like of bool, shape (n,)
    clusters, confidence
        As in :func:`clustered_median`.

    Returns
    -------
    ClusteredShare
        Wilson's interval of as many questions as `design_effect` leaves, never of more than there
        are. At 0 of n and n of n, and of one cluster, nothing is known of a design effect: then of
        as many as there are clusters. ``None`` for n = 0.

    Notes
    -----
    Franco, Little, Louis and Slud (2019), https://doi.org/10.1093/jssam/smy019: of the intervals of
    shares in clusters, Wilson's of the effective size covers best. Computed by ``statsmodels``
    ``proportion_confint``.
    """
    checked_confidence(confidence)
    effect = design_effect(has_outcome, clusters)
    share = low = high = None
    if effect.n:
        from statsmodels.stats.proportion import proportion_confint

        share = float(np.mean(np.asarray(has_outcome, dtype=np.float64)))
        n = min(effect.n, effect.n_effective or effect.n_clusters)
        limits = proportion_confint(share * n, n, alpha=1 - confidence, method="wilson")
        low, high = (float(limit) for limit in limits)
    return ClusteredShare(effect.n, effect.n_clusters, share, confidence, low, high)


def clustered_standardised_share(
    has_outcome: ArrayLike,
    clusters: ArrayLike,
    strata: ArrayLike,
    weights: Mapping[int, float],
    confidence: float = CONFIDENCE,
) -> StandardisedShare:
    """Share of a group if its strata had given weights, with an interval that allows for clusters.

    Parameters
    ----------
    has_outcome, clusters, confidence
        As in :func:`clustered_share`.
    strata : array_like of int, shape (n,)
        Of each member, such as the year. A cluster may reach over several.
    weights : mapping of int to float
        Of each stratum, 0 or more; members of a stratum without a weight are left out.

    Returns
    -------
    StandardisedShare
        That of `standardised_share`, whose interval is of as many members in each stratum as the
        design effect of the weighted mean leaves, never of more than there are.

    Notes
    -----
    The design effect is that of the residuals from the strata's own shares, each times its weight;
    in R ``survey::svymean`` of a design of clusters after ``postStratify``. Wilson's interval of
    the effective size: as in :func:`clustered_share`.
    """
    outcome, of = np.asarray(has_outcome, dtype=np.float64), np.asarray(strata)
    n_with, n, residuals = [], [], np.zeros(outcome.size)
    for stratum, weight in weights.items():
        own = of == stratum
        n_with.append(int(outcome[own].sum()))
        n.append(int(own.sum()))
        if n[-1]:
            residuals[own] = weight / n[-1] * (outcome[own] - outcome[own].mean())
    is_kept = np.isin(of, list(weights))
    people = [one for one, kept in zip(clusters, is_kept, strict=True) if kept]
    effect = design_effect(residuals[is_kept], people).design_effect
    return standardised_share(
        (n_with, n), list(weights.values()), confidence, design_effect=max(1.0, effect or 1.0)
    )


def clustered_mean_difference(
    a: Clustered, b: Clustered, confidence: float = CONFIDENCE
) -> MeanDifference:
    """Difference of two means, or of two shares, with a standard error that allows for clusters.

    Parameters
    ----------
    a, b : (values, clusters)
        As in :func:`clustered_delta`; values 0 and 1 make shares.
    confidence : float
        In (0, 1).

    Returns
    -------
    MeanDifference
        The interval is Wald's with Student's t of ``n_clusters - 1`` degrees of freedom. The
        difference is ``None`` where a group is empty; without interval and test where a group has
        one cluster, for the standard error then takes its mean as known, or where the values of
        both groups do not vary.

    Notes
    -----
    Liang and Zeger (1986), https://doi.org/10.1093/biomet/73.1.13; in R ``sandwich::vcovCL`` of
    ``lm(value ~ group)``. Computed by ``statsmodels`` OLS with ``cov_type="cluster"``.
    """
    checked_confidence(confidence)
    (values_a, values_b), (of_a, of_b) = _numbered(a, b)
    mean_a, mean_b = (float(x.mean()) if x.size else None for x in (values_a, values_b))
    codes = np.concatenate((of_a, of_b))
    n_clusters = np.unique(codes).size
    difference = low = high = p_value = None
    if mean_a is not None and mean_b is not None:
        difference = mean_a - mean_b
        has_people = all(np.unique(one).size > 1 for one in (of_a, of_b))
        if has_people and np.ptp(values_a) + np.ptp(values_b) > 0:
            values = np.concatenate((values_a, values_b))
            fit = _fit_by_cluster(values, np.arange(values.size) < values_a.size, codes)
            with np.errstate(invalid="ignore"):  # the variance may be 0, or by rounding below
                low, high = (finite_or_none(one) for one in fit.conf_int(1 - confidence)[1])
                p_value = finite_or_none(fit.pvalues[1])
    return MeanDifference(
        n_a=values_a.size,
        n_b=values_b.size,
        n_clusters=n_clusters,
        mean_a=mean_a,
        mean_b=mean_b,
        mean_difference=difference,
        confidence=confidence,
        ci_low=low,
        ci_high=high,
        p_value=p_value,
    )


def design_effect(values: ArrayLike, clusters: ArrayLike) -> DesignEffect:
    """Say how much less values in clusters tell of their mean than independent ones.

    Parameters
    ----------
    values, clusters
        As in :func:`clustered_median`; of skewed times take the logarithm, of shares 0 and 1.

    Returns
    -------
    DesignEffect
        About 1 where clusters do not matter or have one member each; ``None`` with fewer than two
        clusters, and where all values are equal.

    Notes
    -----
    Kish (1965), Survey Sampling, section 5.4 (ISBN 978-0-471-10949-5); in R ``survey::svymean(…,
    deff = "replace")``. Computed by ``statsmodels`` OLS with ``cov_type="cluster"``.
    """
    (array,), (codes,) = _numbered((values, clusters))
    sizes = np.bincount(codes)
    effect = n_effective = None
    if sizes.size > 1 and np.ptp(array) > 0:
        from scipy.stats import sem

        fit = _fit_by_cluster(array, np.empty((array.size, 0)), codes)
        variance = max(0.0, float(fit.cov_params()[0, 0]))  # by rounding just below
        effect = variance / float(sem(array)) ** 2
        n_effective = array.size / effect if effect > 0 else None
    return DesignEffect(
        n=array.size,
        n_clusters=sizes.size,
        n_largest=int(sizes.max(initial=0)),
        design_effect=effect,
        n_effective=n_effective,
    )


def _numbered(*groups: Clustered) -> tuple[list[Floats], list[NDArray[np.int64]]]:
    """Values of each group, and its clusters by number: one numbering for all groups."""
    values = [checked_values("values", given) for given, _ in groups]
    labels = [list(clusters) for _, clusters in groups]
    if [len(given) for given in labels] != [array.size for array in values]:
        raise ValueError("values and clusters must have the same length")
    numbers: dict[object, int] = {}
    codes = [
        np.fromiter(
            (numbers.setdefault(object() if _is_unknown(x) else x, len(numbers)) for x in given),
            dtype=np.int64,
            count=len(given),
        )
        for given in labels
    ]
    return values, codes


def _is_unknown(label: object) -> bool:
    return label is None or label != label  # noqa: PLR0124 - NaN is not equal to itself


def _bootstrap(
    statistic: Callable[[NDArray[np.int64]], Floats],
    codes: NDArray[np.int64],
    estimate: float | None,
    confidence: float,
    draws: tuple[int, int],
) -> Bootstrap:
    """Percentile interval of a statistic; draws and seed.

    The statistic takes how often each cluster was drawn, one row per draw.
    """
    checked_confidence(confidence)
    n_resamples, seed = draws
    n_clusters = int(codes.max(initial=-1)) + 1
    low = high = None
    if estimate is not None and n_clusters > 1:
        from scipy.stats import bootstrap

        n_unknown = 0

        def of_draws(drawn: NDArray[np.int64], axis: int) -> Floats:
            nonlocal n_unknown
            rows = np.moveaxis(drawn, axis, -1).reshape(-1, n_clusters)
            places = rows + n_clusters * np.arange(len(rows))[:, np.newaxis]
            counts = np.bincount(places.ravel(), minlength=rows.size)
            values = statistic(counts.reshape(rows.shape)).reshape(drawn.shape[:-1])
            n_unknown += int(np.isnan(values).sum())
            return np.nan_to_num(values)  # scipy warns of NaN, and filters are not of one thread

        found = bootstrap(
            (np.arange(n_clusters),),
            of_draws,
            vectorized=True,
            n_resamples=n_resamples,
            batch=max(1, _AT_ONCE // codes.size),
            confidence_level=confidence,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval
        if n_unknown == 0:
            low, high = finite_or_none(found.low), finite_or_none(found.high)
    return Bootstrap(codes.size, n_clusters, estimate, confidence, low, high, n_resamples, seed)


def _fit_by_cluster(
    values: Floats, columns: ArrayLike, codes: NDArray[np.int64]
) -> RegressionResults:
    """Regress values on a constant and columns, with the covariance of clusters."""
    from statsmodels.regression.linear_model import OLS

    design = np.column_stack((np.ones(values.size), columns))
    return OLS(values, design).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
