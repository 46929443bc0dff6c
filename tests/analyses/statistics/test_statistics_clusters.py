"""Intervals and effects by cluster: R, scipy, pairs counted one by one, coverage, the edges."""

import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap

from analyses.statistics.clusters import (
    clustered_delta,
    clustered_mean_difference,
    clustered_median,
    clustered_share,
    clustered_standardised_share,
    design_effect,
)
from analyses.statistics.quantiles import median
from analyses.statistics.ranks import cliffs_delta
from analyses.statistics.strata import standardised_share

ROWS = st.lists(st.tuples(st.integers(0, 9).map(float), st.integers(0, 5)), min_size=1, max_size=20)


def _columns(rows):
    return [value for value, _ in rows], [cluster for _, cluster in rows]


def _people(generator, n_people, n_answers, alike):
    """Answers of people whose means scatter by ``alike``: values, clusters."""
    people = np.repeat(np.arange(n_people), n_answers)
    own = generator.normal(scale=alike, size=n_people)
    return own[people] + generator.normal(size=people.size), people


def _resampled(statistic, n_clusters, n_resamples, seed):
    """Percentile limits of a statistic of the list of clusters drawn."""
    with warnings.catch_warnings():  # scipy's word for a draw without one of the groups
        warnings.simplefilter("ignore", RuntimeWarning)
        return bootstrap(
            (np.arange(n_clusters),),
            statistic,
            vectorized=False,
            n_resamples=n_resamples,
            batch=1,
            method="percentile",
            rng=np.random.default_rng(seed),
        ).confidence_interval


def test_design_effect_is_that_of_survey_in_r(design_effect_case, assert_near):
    given_ = design_effect_case["input"]
    result = design_effect(given_["x"], given_["cluster"])
    assert_near(result.design_effect, design_effect_case["value"]["design_effect"])
    assert result.n_effective == pytest.approx(len(given_["x"]) / result.design_effect)


def test_mean_difference_is_that_of_sandwich_in_r(mean_difference_case, assert_near):
    given_, expected = mean_difference_case["input"], mean_difference_case["value"]
    columns = np.array([given_["x"], given_["cluster"]])
    is_a = np.array(given_["is_a"]) == 1
    result = clustered_mean_difference(tuple(columns[:, is_a]), tuple(columns[:, ~is_a]))
    assert_near(
        [result.mean_difference, result.ci_low, result.ci_high, result.p_value],
        [expected[name] for name in ("difference", "low", "high", "p_value")],
    )
    assert result.n_clusters == len(set(given_["cluster"]))


def test_a_share_of_clusters_is_wilsons_of_the_effective_size_as_r_has_it(clustered_share_case):
    given_, expected = clustered_share_case["input"], clustered_share_case["value"]
    result = clustered_share(given_["x"], given_["cluster"])
    assert result.share == np.mean(given_["x"])
    assert (result.ci_low, result.ci_high) == pytest.approx((expected["low"], expected["high"]))


def test_values_of_people_who_are_not_known_are_resampled_one_by_one():
    values = np.random.default_rng(2).lognormal(6, 2, 80)
    result = clustered_median(values, [None] * 80, n_resamples=200, seed=7)
    limits = _resampled(lambda drawn: np.median(values[drawn]), 80, 200, 7)
    assert (result.ci_low, result.ci_high) == (limits.low, limits.high)
    assert (result.n, result.n_clusters, result.estimate) == (80, 80, np.median(values))
    assert clustered_median(values, [np.nan] * 80, n_resamples=200, seed=7) == result


@settings(max_examples=25)
@given(ROWS, st.integers(0, 3))
def test_median_is_that_of_whole_clusters_drawn(rows, seed):
    values, clusters = _columns(rows)
    result = clustered_median(values, clusters, n_resamples=40, seed=seed)
    members = {}
    for value, cluster in rows:
        members.setdefault(cluster, []).append(value)
    groups = list(members.values())
    assert result.estimate == np.median(values)
    assert result.n_clusters == len(groups)
    if len(groups) == 1:
        assert (result.ci_low, result.ci_high) == (None, None)
        return

    def median_of(drawn):
        return np.median([value for i in drawn for value in groups[i]])

    limits = _resampled(median_of, len(groups), 40, seed)
    assert (result.ci_low, result.ci_high) == (limits.low, limits.high)


@settings(max_examples=25)
@given(ROWS, ROWS, st.integers(0, 3))
def test_delta_is_that_of_whole_clusters_drawn_for_both_groups(rows_a, rows_b, seed):
    result = clustered_delta(_columns(rows_a), _columns(rows_b), n_resamples=40, seed=seed)
    numbers = list(dict.fromkeys(cluster for _, cluster in rows_a + rows_b))
    groups = [
        [[value for value, cluster in rows if cluster == number] for number in numbers]
        for rows in (rows_a, rows_b)
    ]
    values_a, values_b = _columns(rows_a)[0], _columns(rows_b)[0]
    assert result.estimate == cliffs_delta(values_a, values_b).delta
    assert (result.n, result.n_clusters) == (len(rows_a) + len(rows_b), len(numbers))
    if len(numbers) == 1:
        assert (result.ci_low, result.ci_high) == (None, None)
        return

    def delta(drawn):
        a, b = ([value for i in drawn for value in group[i]] for group in groups)
        return np.sign(np.subtract.outer(a, b)).mean() if a and b else np.nan

    limits = _resampled(delta, len(numbers), 40, seed)
    if np.isnan(limits.low):  # a draw without one of the groups
        assert (result.ci_low, result.ci_high) == (None, None)
    else:
        assert (result.ci_low, result.ci_high) == pytest.approx((limits.low, limits.high))


def test_the_same_seed_gives_the_same_limits_and_another_near_ones():
    values, people = _people(np.random.default_rng(1), 200, 5, 1)
    one, again, other = (clustered_median(values, people, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    for limit, of_other in ((one.ci_low, other.ci_low), (one.ci_high, other.ci_high)):
        assert of_other - one.estimate == pytest.approx(limit - one.estimate, rel=0.25)


def test_the_interval_of_clusters_covers_and_that_of_independent_values_does_not():
    generator = np.random.default_rng(33)
    clustered = independent = 0
    for _ in range(120):
        values, people = _people(generator, 60, 6, 1)
        result, plain = clustered_median(values, people, n_resamples=200), median(values)
        clustered += result.ci_low <= 0 <= result.ci_high
        independent += plain.ci_low <= 0 <= plain.ci_high
    assert clustered >= 106  # 114 expected; fewer than 106 once in a thousand
    assert independent < 100


def test_delta_of_clusters_covers_and_that_of_independent_values_does_not():
    generator = np.random.default_rng(34)
    clustered = independent = 0
    for _ in range(100):
        a, b = (_people(generator, 40, 6, 1) for _ in range(2))
        b = b[0], b[1] + 40
        result, plain = clustered_delta(a, b, n_resamples=200), cliffs_delta(a[0], b[0])
        clustered += result.ci_low <= 0 <= result.ci_high
        independent += plain.ci_low <= 0 <= plain.ci_high
    assert clustered >= 88  # 95 expected; fewer than 88 once in a thousand
    assert independent < 83


def test_shares_of_clusters_cover_and_people_in_both_groups_count_once():
    generator = np.random.default_rng(35)
    hits = 0
    for _ in range(200):
        habit = generator.beta(2, 3, 50)
        groups = []
        for extra in (0.1, 0.0):
            people = generator.integers(0, 50, 150)
            groups.append((generator.random(150) < habit[people] + extra, people))
        result = clustered_mean_difference(*groups)
        hits += result.ci_low <= 0.1 <= result.ci_high
        assert result.n_clusters <= 50
    assert hits >= 178  # 190 expected; fewer than 178 once in a thousand


def test_a_design_effect_is_that_of_kish():
    # Clusters of m with an intraclass correlation r: 1 + (m - 1) r.
    values, people = _people(np.random.default_rng(5), 4000, 5, 1)
    result = design_effect(values, people)
    assert result.design_effect == pytest.approx(1 + 4 * 0.5, rel=0.1)
    assert (result.n, result.n_clusters, result.n_largest) == (20_000, 4000, 5)
    alone = design_effect(values, np.arange(values.size))
    assert alone.design_effect == pytest.approx(1, rel=1e-3)


@pytest.mark.filterwarnings("error")
def test_nothing_and_one_person_are_not_known():
    empty = clustered_median([], [])
    assert (empty.estimate, empty.ci_low, empty.n_clusters) == (None, None, 0)
    assert clustered_delta(([], []), ([1.0], ["x"])).estimate is None
    assert clustered_delta(([], []), ([1.0, 2.0], ["x", "y"])).ci_low is None
    assert design_effect([], []).design_effect is None
    assert design_effect([1.0, 2.0], ["x", "x"]).n_effective is None
    assert design_effect([2.0, 2.0], ["x", "y"]).design_effect is None
    same = clustered_mean_difference(([1, 1], ["x", "y"]), ([0, 0], ["z", None]))
    assert (same.mean_difference, same.ci_low, same.p_value) == (1, None, None)
    alone = clustered_mean_difference(([0, 1, 1], ["x"] * 3), ([0, 1], ["y", "z"]))
    assert (alone.mean_difference, alone.ci_low, alone.p_value) == (
        pytest.approx(1 / 6),
        None,
        None,
    )
    nobody = clustered_mean_difference(([], []), ([0, 1], ["z", None]))
    assert (nobody.mean_a, nobody.mean_b, nobody.mean_difference) == (None, 0.5, None)


@pytest.mark.filterwarnings("error")
@given(ROWS, ROWS)
def test_no_variance_between_people_is_no_number_that_is_none(rows_a, rows_b):
    """Rounding makes a variance of 0 negative, and its root no number."""
    a, b = _columns(rows_a), _columns(rows_b)
    effect, result = design_effect(*a), clustered_mean_difference(a, b)
    for value in (effect.design_effect, effect.n_effective, result.ci_low, result.p_value):
        assert value is None or np.isfinite(value)
    assert clustered_share([0, 1, 1, 0], ["x", "x", "y", "y"]).share == 0.5


@pytest.mark.filterwarnings("error")
def test_a_draw_without_one_of_the_groups_warns_of_nothing(monkeypatch):
    """Filters of warnings are of all threads: another one may have put back what was set."""
    monkeypatch.setattr(warnings, "simplefilter", lambda *_: None)
    result = clustered_delta(([1.0], ["x"]), ([2.0, 3.0], ["y", "z"]))
    assert (result.estimate, result.ci_low, result.ci_high) == (-1, None, None)


def test_clusters_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="same length"):
        clustered_median([1.0, 2.0], ["x"])
    with pytest.raises(ValueError, match="finite"):
        design_effect([float("nan")], ["x"])


def test_a_hundred_thousand_questions_take_seconds():
    generator = np.random.default_rng(8)
    a, b = ((generator.lognormal(6, 2, 10**5), generator.integers(0, 60_000, 10**5)) for _ in "ab")
    started = time.process_time()
    one, both = clustered_median(*a), clustered_delta(a, b)
    effect, difference = design_effect(*a), clustered_mean_difference(a, b)
    assert time.process_time() - started < 25
    assert one.ci_low < np.exp(6) < one.ci_high
    assert both.ci_low < both.estimate < both.ci_high
    assert 0.9 < effect.design_effect < 1.1
    assert difference.p_value > 1e-6


def test_a_standardised_share_of_clusters_is_as_survey_in_r_has_it(
    clustered_standardised_case, assert_near
):
    given_, expected = (clustered_standardised_case[name] for name in ("input", "value"))
    weights = dict(enumerate(given_["weight"], start=1))
    result = clustered_standardised_share(
        given_["x"], given_["cluster"], given_["stratum"], weights
    )
    assert_near(
        [result.share, result.ci_low, result.ci_high],
        [expected[name] for name in ("share", "low", "high")],
    )


def test_without_clusters_a_standardised_share_is_the_plain_one():
    """Questions of people who asked once, and of a year that has no weight."""
    years = [2016] * 8 + [2017] * 4 + [2030]
    outcome = [1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 1]
    result = clustered_standardised_share(outcome, [None] * 13, years, {2016: 1, 2017: 2, 2018: 5})
    plain = standardised_share(([3, 3, 0], [8, 4, 0]), [1, 2, 5])
    assert result.n == 12
    assert (result.share, result.covered_weight) == (plain.share, plain.covered_weight)
    assert (result.ci_low, result.ci_high) == pytest.approx((plain.ci_low, plain.ci_high))


def test_a_standardised_share_of_nobody_is_not_known():
    assert clustered_standardised_share([], [], [], {2016: 1}).share is None
    assert clustered_standardised_share([1, 0], ["a", "b"], [2015, 2015], {2016: 1}).share is None


def test_a_standardised_share_needs_a_design_effect_of_one_or_more():
    with pytest.raises(ValueError, match="design_effect must be 1 or more, not 0.5"):
        standardised_share(([1], [2]), [1], design_effect=0.5)
