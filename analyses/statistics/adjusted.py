"""Two sets compared by every method that a doubt asks for: years, people, and the crude way.

A difference of two crude shares may be one of years (the younger set had less time, and habits
change) or of people (one writes many questions or answers). What stays whichever way is looked at
is a difference of the sets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analyses.statistics.clusters import (
    clustered_delta,
    clustered_mean_difference,
    clustered_median,
    clustered_share,
    design_effect,
)
from analyses.statistics.hazards import hazard_ratio
from analyses.statistics.proportions import compare_proportions
from analyses.statistics.ranks import cliffs_delta, mann_whitney
from analyses.statistics.results import Result
from analyses.statistics.strata import mantel_haenszel, standardised_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SHARES = ("no_accepted", "no_answer", "accepted_within_30d")
"""Outcomes that a question has or has not: fields of :class:`Outcomes`."""

NOTHING = "one of the two sets has no such question"
NO_VARIATION = "all or none of the questions have it"
ONE_PERSON = "all such questions of a set are of one person"
FEW_PEOPLE = "a set has so few people that a resample may hold none of them"
TOO_FEW = "there are too few questions for an interval"
NO_COMMON_YEAR = "there is no year in which both sets have questions that differ in it"


@dataclass(frozen=True)
class Outcomes:
    """What became of the questions of a set; every field has one value per question, shape (n,).

    Attributes
    ----------
    year : ndarray of float
        Calendar year asked.
    asker, answerer : ndarray of object
        Who asked, and who wrote the accepted answer; ``None`` where that is not known.
    no_accepted, no_answer : ndarray of float
        1 or 0.
    accepted_within_30d : ndarray of float
        1 or 0; NaN where a question was observed for less than 30 days, or its time is not known.
    minutes : ndarray of float
        To the accepted answer or to the end of observation; NaN where not known.
    is_event : ndarray of float
        1 where `minutes` ends with the accepted answer, else 0.
    """

    year: Floats
    asker: NDArray[np.object_]
    answerer: NDArray[np.object_]
    no_accepted: Floats
    no_answer: Floats
    accepted_within_30d: Floats
    minutes: Floats
    is_event: Floats

    def known(self, outcome: str) -> tuple[Floats, Floats, NDArray[np.object_]]:
        """Return a share's values where they are known, with their years and askers."""
        values: Floats = getattr(self, outcome)
        is_known = ~np.isnan(values)
        return values[is_known], self.year[is_known], self.asker[is_known]

    def answered(self, people: str) -> tuple[Floats, NDArray[np.object_]]:
        """Return the response times in minutes, and who asked or answered."""
        is_answered = (self.is_event == 1) & ~np.isnan(self.minutes)
        who: NDArray[np.object_] = getattr(self, people)
        return self.minutes[is_answered], who[is_answered]

    def waits(self) -> tuple[Floats, Floats, Floats]:
        """Return minutes, whether they end with an accepted answer, and years."""
        is_known = ~np.isnan(self.minutes)
        return self.minutes[is_known], self.is_event[is_known], self.year[is_known]


@dataclass(frozen=True)
class AdjustedComparison(Result):
    """One outcome of two sets, a against b, by one method.

    Attributes
    ----------
    unit : str
        What the estimate is: `share_difference` (a - b), `odds_ratio`, `cliffs_delta` or
        `hazard_ratio` (a to b).
    n_a, n_b : int
        Questions that the method compares.
    n_clusters : int or None
        People, where the method allows for them.
    covered_weight : float or None
        Part of b's questions that is of years in which a has some too, where b's years are taken.
    homogeneity_p_value : float or None
        Of the test that the odds ratio is the same in all years.
    reason : str or None
        Why something is missing, where it is.
    """

    outcome: str
    method: str
    estimate: float | None
    unit: str
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    n_a: int
    n_b: int
    n_clusters: int | None = None
    covered_weight: float | None = None
    homogeneity_p_value: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class ClusterEffect(Result):
    """What clusters of people do to a share or a median.

    Attributes
    ----------
    measure : str
        `no_accepted_share` or `median_response_minutes`.
    clustered_by : str
        `asker` or `answerer`.
    design_effect, n_effective : float or None
        As in `DesignEffect`; of response times, of the logarithm of those above 0.
    estimate, ci_low, ci_high : float or None
        The measure with the interval that allows for clusters.
    """

    measure: str
    clustered_by: str
    n: int
    n_clusters: int
    n_largest: int
    design_effect: float | None
    n_effective: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None


def adjusted_comparisons(a: Outcomes, b: Outcomes) -> list[AdjustedComparison]:
    """Compare two sets in every outcome by every method that suits it.

    Parameters
    ----------
    a, b : Outcomes
        The sets; standardised shares take the years of b.

    Returns
    -------
    list of AdjustedComparison
        Shares: crude (`compare_proportions`), `standardised_difference` and `mantel_haenszel` by
        year, `clustered_mean_difference` by asker. Response times: Cliff's delta, crude and with
        the interval of `clustered_delta` by asker and by answerer. The wait: `hazard_ratio`, crude
        and stratified by year. Where something cannot be computed, ``None`` and a reason. The
        standardised and the bootstrapped ones have an interval, and no test.
    """
    rows = [
        *(row for outcome in SHARES for row in _shares(outcome, a, b)),
        *_response_times(a, b),
        *_waits(a, b),
    ]
    return [
        row
        if row.reason or None not in {row.estimate, row.ci_low, row.ci_high}
        else replace(row, reason=TOO_FEW)
        for row in rows
    ]


def cluster_effects(outcomes: Outcomes) -> list[ClusterEffect]:
    """Say what people with many questions or answers do to a set's share and median.

    Parameters
    ----------
    outcomes : Outcomes

    Returns
    -------
    list of ClusterEffect
        The share without an accepted answer by asker, with the interval of `clustered_share`; the
        median response time by asker and by answerer, with that of `clustered_median`.
    """
    values, _, askers = outcomes.known("no_accepted")
    share, effect = clustered_share(values, askers), design_effect(values, askers)
    rows = [
        ClusterEffect(
            "no_accepted_share",
            "asker",
            **effect.to_dict(),
            estimate=share.share,
            ci_low=share.ci_low,
            ci_high=share.ci_high,
        )
    ]
    for people in ("asker", "answerer"):
        times, who = outcomes.answered(people)
        middle, sizes = clustered_median(times, who), design_effect(times, who)
        of_logs = design_effect(np.log(times[times > 0]), who[times > 0]).design_effect
        rows.append(
            ClusterEffect(
                "median_response_minutes",
                people,
                n=sizes.n,
                n_clusters=sizes.n_clusters,
                n_largest=sizes.n_largest,
                design_effect=of_logs,
                n_effective=sizes.n / of_logs if of_logs else None,
                estimate=middle.estimate,
                ci_low=middle.ci_low,
                ci_high=middle.ci_high,
            )
        )
    return rows


def _shares(outcome: str, a: Outcomes, b: Outcomes) -> Iterator[AdjustedComparison]:
    (values_a, years_a, askers_a), (values_b, years_b, askers_b) = (
        one.known(outcome) for one in (a, b)
    )
    sizes = values_a.size, values_b.size
    crude = compare_proportions(int(values_a.sum()), sizes[0], int(values_b.sum()), sizes[1])
    difference, nothing = "share_difference", None if min(sizes) else NOTHING
    yield AdjustedComparison(
        outcome, "crude", crude.share_difference, difference, crude.ci_low, crude.ci_high,
        crude.p_value, *sizes, reason=nothing or (NO_VARIATION if crude.p_value is None else None),
    )  # fmt: skip
    years = np.unique(np.concatenate((years_a, years_b)))
    counts_a, counts_b = (
        _by_year(values, own, years) for values, own in ((values_a, years_a), (values_b, years_b))
    )
    standard = standardised_difference(counts_a, counts_b)
    yield AdjustedComparison(
        outcome, "standardised_by_year", standard.share_difference, difference, standard.ci_low,
        standard.ci_high, None, standard.n_a, standard.n_b, covered_weight=standard.covered_weight,
        reason=nothing or (NO_COMMON_YEAR if standard.share_difference is None else None),
    )  # fmt: skip
    pooled = mantel_haenszel(counts_a, counts_b)
    yield AdjustedComparison(
        outcome, "mantel_haenszel", pooled.odds_ratio, "odds_ratio", pooled.ci_low, pooled.ci_high,
        pooled.p_value, pooled.n_a, pooled.n_b, homogeneity_p_value=pooled.homogeneity_p_value,
        reason=nothing or (NO_COMMON_YEAR if pooled.odds_ratio is None else None),
    )  # fmt: skip
    by_asker = clustered_mean_difference((values_a, askers_a), (values_b, askers_b))
    is_of_one = any(one.size and _is_of_one(one) for one in (askers_a, askers_b))
    untested = ONE_PERSON if is_of_one else NO_VARIATION
    yield AdjustedComparison(
        outcome, "clustered_by_asker", by_asker.mean_difference, difference, by_asker.ci_low,
        by_asker.ci_high, by_asker.p_value, *sizes, n_clusters=by_asker.n_clusters,
        reason=nothing or (untested if by_asker.p_value is None else None),
    )  # fmt: skip


def _is_of_one(people: NDArray[np.object_]) -> bool:
    """Whether one person is all of them; one who is not known is a person of their own."""
    return people.size == 1 or (people[0] is not None and len(set(people)) == 1)


def _response_times(a: Outcomes, b: Outcomes) -> Iterator[AdjustedComparison]:
    outcome, unit = "response_minutes", "cliffs_delta"
    times_a, times_b = (one.answered("asker")[0] for one in (a, b))
    sizes = times_a.size, times_b.size
    crude, nothing = cliffs_delta(times_a, times_b), None if min(sizes) else NOTHING
    yield AdjustedComparison(
        outcome, "crude", crude.delta, unit, crude.ci_low, crude.ci_high,
        mann_whitney(times_a, times_b).p_value, *sizes, reason=nothing,
    )  # fmt: skip
    for people in ("asker", "answerer"):
        found = clustered_delta(a.answered(people), b.answered(people))
        yield AdjustedComparison(
            outcome, f"clustered_by_{people}", found.estimate, unit, found.ci_low, found.ci_high,
            None, *sizes, n_clusters=found.n_clusters,
            reason=nothing or (FEW_PEOPLE if found.ci_low is None else None),
        )  # fmt: skip


def _waits(a: Outcomes, b: Outcomes) -> Iterator[AdjustedComparison]:
    (*wait_a, years_a), (*wait_b, years_b) = a.waits(), b.waits()
    for method, strata in (("crude", None), ("cox_stratified_by_year", (years_a, years_b))):
        found = hazard_ratio((wait_a[0], wait_a[1]), (wait_b[0], wait_b[1]), strata=strata)
        yield AdjustedComparison(
            "waiting", method, found.hazard_ratio, "hazard_ratio", found.ci_low, found.ci_high,
            found.p_value, years_a.size, years_b.size, reason=found.reason,
        )  # fmt: skip


def _by_year(values: Floats, own: Floats, years: Floats) -> tuple[ArrayLike, ArrayLike]:
    """How many have the outcome, and all, for each of all years."""
    place = np.searchsorted(years, own)
    n_with = np.bincount(place, weights=values, minlength=years.size)
    return n_with, np.bincount(place, minlength=years.size)
