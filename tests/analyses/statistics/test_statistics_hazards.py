"""Cox's hazard ratio and the test of its proportionality: R, statsmodels, coverage, the edges."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.hazard_regression import PHReg

from analyses.statistics.hazards import (
    NOTHING_TO_COMPARE,
    SEPARATED,
    hazard_ratio,
    proportional_hazards_test,
)

ROWS = st.lists(st.tuples(st.integers(0, 12).map(float), st.booleans()), min_size=1, max_size=30)


def _columns(rows):
    return [waited for waited, _ in rows], [event for _, event in rows]


def _by_group(given_):
    """Split time, event and stratum of a case of R: ((time, event) of a, of b), (strata)."""
    columns = np.array([given_[name] for name in ("time", "event", "stratum")])
    a, b = (columns[:, np.array(given_["group"]) == group] for group in (1, 2))
    return (tuple(a[:2]), tuple(b[:2])), (a[2], b[2])


def test_ratio_is_that_of_coxph_in_r(hazard_case, assert_near):
    given_, expected = hazard_case["input"], hazard_case["value"]
    groups, strata = _by_group(given_)
    start, stop = given_["period"]
    result = hazard_ratio(
        *groups,
        given_["level"],
        strata=strata,
        period=(-np.inf if start is None else start, np.inf if stop is None else stop),
    )
    assert_near(
        [result.hazard_ratio, result.ci_low, result.ci_high, result.p_value],
        [expected[name] for name in ("ratio", "low", "high", "p_value")],
        rel=1e-6,
    )


def test_proportional_hazards_test_is_cox_zph_of_r(zph_case, assert_near):
    groups, strata = _by_group(zph_case["input"])
    result, expected = proportional_hazards_test(*groups, strata=strata), zph_case["value"]
    assert_near(
        [result.chi2, result.df, result.p_value],
        [expected["chi2"], expected["df"], expected["p_value"]],
        rel=1e-6,
    )


def test_ratio_of_the_leukemia_study_is_the_printed_one():
    # Cox (1972), section 5, as printed in textbooks since (Kleinbaum and Klein (2012), Survival
    # Analysis, p. 117, model 1, Efron's ties): remission of placebo by 6-MP 4.817, 2.147 to 10.81.
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    treated = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    result = hazard_ratio((placebo, [1] * 21), (treated, [1] * 9 + [0] * 12))
    printed = (round(result.hazard_ratio, 3), round(result.ci_low, 3), round(result.ci_high, 2))
    assert printed == (4.817, 2.147, 10.81)


@pytest.mark.parametrize("decimals", [0, 1, 6])
def test_ratio_is_that_of_phreg(decimals):
    generator = np.random.default_rng(decimals)
    for _ in range(20):
        n_a, n_b = generator.integers(10, 60, 2)
        waited = np.round(generator.exponential(10, n_a + n_b), decimals)
        events, in_a = generator.random(waited.size) < 0.7, np.arange(waited.size) < n_a
        result = hazard_ratio((waited[in_a], events[in_a]), (waited[~in_a], events[~in_a]))
        cox = PHReg(waited, in_a[:, None].astype(float), status=events, ties="efron").fit(disp=0)
        limits = [result.hazard_ratio, result.ci_low, result.ci_high]
        expected = [cox.params[0], *cox.conf_int()[0]]
        assert np.log(limits) == pytest.approx(expected, abs=1e-5)  # its search stops earlier


@given(ROWS, ROWS)
def test_the_other_way_round_it_is_the_reciprocal(rows_a, rows_b):
    a, b = _columns(rows_a), _columns(rows_b)
    one, other = hazard_ratio(a, b), hazard_ratio(b, a)
    assert one.reason == other.reason
    if one.hazard_ratio is not None:
        assert one.hazard_ratio * other.hazard_ratio == pytest.approx(1)
        assert one.ci_low * other.ci_high == pytest.approx(1)
        assert one.ci_low <= one.hazard_ratio <= one.ci_high
        first, second = proportional_hazards_test(a, b), proportional_hazards_test(b, a)
        assert first.reason == second.reason
        if first.chi2 is not None:
            assert first.chi2 == pytest.approx(second.chi2, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("ratio", [1.0, 0.72, 0.5])
def test_the_interval_covers_as_often_as_it_says(ratio):
    # A topic and a base set many times as large. With Pike's standard error, the root of
    # 1 / E_a + 1 / E_b, as many as 383, 362 and 353 intervals hold the ratio.
    generator = np.random.default_rng(2020)
    hits = 0
    for _ in range(400):
        waits = generator.exponential(1 / ratio, 80), generator.exponential(1, 1200)
        seen = generator.uniform(0.5, 4, 80), generator.uniform(0.5, 4, 1200)
        a, b = ((np.minimum(w, s), w <= s) for w, s in zip(waits, seen, strict=True))
        result = hazard_ratio(a, b)
        hits += result.ci_low <= ratio <= result.ci_high
    assert 366 <= hits <= 394  # 380 expected; outside once in a thousand


def test_the_test_of_proportionality_keeps_its_level_and_finds_a_ratio_that_turns():
    generator = np.random.default_rng(7)
    found = {"same": 0, "turned": 0}
    for _ in range(200):
        b = generator.exponential(1, 120)
        same, early = generator.exponential(0.6, 120), generator.exponential(0.4, 120)
        # In a the hazard is 2.5 until 0.4 and 0.4 from then on.
        turned = np.where(early < 0.4, early, 0.4 + generator.exponential(2.5, 120))
        for name, a in (("same", same), ("turned", turned)):
            result = proportional_hazards_test((a, a < 3), (b, b < 3))
            found[name] += result.p_value < 0.05
    assert found["same"] <= 21  # 10 expected; more than 21 once in a thousand
    assert found["turned"] >= 180


def test_a_ratio_of_a_part_of_the_wait():
    generator = np.random.default_rng(3)
    early = generator.exponential(0.5, 4000)
    a = np.where(early < 0.3, early, 0.3 + generator.exponential(2.0, 4000))
    b = generator.exponential(1, 4000)
    groups = (a, a < 9), (b, b < 9)
    first, second = (hazard_ratio(*groups, period=p) for p in pairwise((0, 0.3, np.inf)))
    assert first.ci_low < 2 < first.ci_high
    assert second.ci_low < 0.5 < second.ci_high


def test_strata_take_out_what_differs_between_them():
    # Within both years a is as fast as b; year 2 is slower, and most of a is of year 2.
    generator = np.random.default_rng(4)
    year_a, year_b = (np.repeat((1, 2), sizes) for sizes in ((300, 1700), (1700, 300)))
    a, b = ((generator.exponential(year**2), np.ones(2000)) for year in (year_a, year_b))
    crude, stratified = hazard_ratio(a, b), hazard_ratio(a, b, strata=(year_a, year_b))
    assert crude.ci_high < 0.7
    assert stratified.ci_low < 1 < stratified.ci_high


NEVER = ([3.0, 4.0], [0, 0])
EARLY = ([1.0, 2.0], [1, 1])
LATE = ([5.0, 6.0], [1, 1])


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        (NEVER, NEVER, NOTHING_TO_COMPARE),
        (([], []), EARLY, NOTHING_TO_COMPARE),
        (([], []), ([], []), NOTHING_TO_COMPARE),
        (EARLY, NEVER, SEPARATED),
        (NEVER, EARLY, SEPARATED),
        (EARLY, LATE, SEPARATED),  # what comes when one group is through compares nothing
        (([1.0, 7.0], [0, 1]), ([2.0, 3.0], [1, 1]), SEPARATED),
    ],
)
@pytest.mark.filterwarnings("error")
def test_without_a_finite_ratio_there_is_none_and_a_reason(a, b, reason):
    for strata in (None, ([1] * len(a[0]), [1] * len(b[0]))):
        result, test = hazard_ratio(a, b, strata=strata), proportional_hazards_test(a, b)
        assert (result.hazard_ratio, result.ci_low, result.ci_high, result.p_value) == (None,) * 4
        assert (test.chi2, test.p_value) == (None, None)
        assert (result.reason, test.reason) == (reason, reason)


def test_all_at_once_have_a_ratio_but_no_course():
    at_once = ([2.0, 2.0], [1, 1])
    assert hazard_ratio(at_once, at_once).hazard_ratio == pytest.approx(1)
    result = proportional_hazards_test(at_once, at_once)
    assert (result.chi2, result.reason) == (None, "all events while both groups wait are at once")


def test_strata_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="one label"):
        hazard_ratio(EARLY, LATE, strata=([1], [1, 1]))
    with pytest.raises(ValueError, match="confidence"):
        hazard_ratio(NEVER, NEVER, 1.0)
    with pytest.raises(ValueError, match="true or false"):
        hazard_ratio(([1.0], [2]), EARLY)


def test_a_million_questions_take_seconds():
    generator = np.random.default_rng(1)
    waited, watched = generator.lognormal(7, 3, 10**6), generator.uniform(0, 2e6, 10**6)
    in_a = np.arange(10**6) % 2 == 1
    times, events = np.minimum(waited * (1 + in_a), watched), waited * (1 + in_a) <= watched
    groups = (times[in_a], events[in_a]), (times[~in_a], events[~in_a])
    started = time.process_time()
    result, test = hazard_ratio(*groups), proportional_hazards_test(*groups)
    assert time.process_time() - started < 30
    assert result.ci_high < 0.9
    assert test.p_value < 1e-6
