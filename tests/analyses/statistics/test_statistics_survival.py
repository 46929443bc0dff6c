"""Kaplan-Meier and log-rank, against R's survival package, statsmodels, and by hand."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, logrank
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analyses.statistics.survival import LEVELS, kept_steps, log_rank, survival_curve

ROWS = st.lists(st.tuples(st.integers(0, 12).map(float), st.booleans()), min_size=1, max_size=40)


def _columns(rows):
    return [waited for waited, _ in rows], [event for _, event in rows]


def test_curve_is_survfit_of_r(curve_case, assert_near):
    given_, expected = curve_case["input"], curve_case["value"]
    result = survival_curve(given_["time"], given_["event"]).to_dict()
    assert result["n"] == len(given_["time"])
    for name in ("time", "n_at_risk", "n_events"):
        assert result[name] == expected[name]
    for name, of_r in (("survival", "survival"), ("ci_low", "low"), ("ci_high", "high")):
        assert_near(result[name], expected[of_r])
    # R says NaN for survival 0, and so do we.
    assert_near(result["standard_error"], expected["standard_error"])


def test_median_is_that_of_r(survival_median_case, assert_near):
    given_, expected = survival_median_case["input"], survival_median_case["value"]
    result = survival_curve(given_["time"], given_["event"]).median()
    assert_near(
        [result.median, result.ci_low, result.ci_high],
        [expected["median"], expected["low"], expected["high"]],
    )


def test_share_by_is_summary_of_survfit_in_r(share_by_case, assert_near):
    given_, expected = share_by_case["input"], share_by_case["value"]
    curve = survival_curve(given_["time"], given_["event"])
    for index, at in enumerate(given_["at"]):
        result = curve.share_by(at)
        assert_near(
            [result.n_at_risk, result.share, result.ci_low, result.ci_high],
            [expected[name][index] for name in ("n_at_risk", "share", "low", "high")],
        )


def test_curve_has_the_printed_values_of_the_leukemia_study():
    # Miller (1997), Survival Analysis, and print(survfit(Surv(time, status) ~ x, aml)) in R:
    # maintained group, median 31, survival 0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184.
    curve = survival_curve(
        [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161], [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]
    )
    at_events = curve.survival[curve.n_events > 0].round(3).tolist()
    assert at_events == [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]
    assert curve.median().median == 31


def test_nothing_gives_an_empty_curve():
    curve = survival_curve([], [])
    assert curve.time.size == curve.survival.size == curve.ci_low.size == 0
    assert (curve.median().median, curve.median().ci_low) == (None, None)
    assert (curve.share_by(60).share, curve.share_by(60).n_at_risk) == (None, 0)


def test_all_censored_never_gets_there():
    curve = survival_curve([1, 5, 9], [False] * 3)
    assert curve.survival.tolist() == [1, 1, 1]
    assert np.isnan(curve.ci_low).all()
    assert curve.median().median is None
    by_five, beyond = curve.share_by(5), curve.share_by(10)
    assert (by_five.share, by_five.ci_low, by_five.n_at_risk) == (0, None, 2)
    assert (beyond.share, beyond.n_at_risk) == (None, 0)


def test_all_with_the_event_end_at_everyone():
    curve = survival_curve([1, 2, 3], [True] * 3)
    assert curve.survival[-1] == 0
    assert (curve.share_by(3).share, curve.share_by(99).share) == (1, 1)
    assert curve.share_by(0.5).share == 0


def test_all_tied_is_one_step():
    curve = survival_curve([4] * 10, [True] * 6 + [False] * 4)
    assert (curve.time.tolist(), curve.n_at_risk.tolist()) == ([4], [10])
    assert curve.n_events.tolist() == [6]
    assert curve.survival.tolist() == pytest.approx([0.4])


@given(ROWS, st.randoms())
def test_curve_agrees_with_statsmodels_and_does_not_see_order(rows, random):
    curve = survival_curve(*_columns(rows))
    again = survival_curve(*_columns(random.sample(rows, len(rows))))
    assert curve.to_dict() == again.to_dict()
    assert (np.diff(curve.survival, prepend=1) <= 0).all()
    assert int(curve.n_events.sum()) == sum(event for _, event in rows)
    with np.errstate(all="ignore"):
        other = SurvfuncRight(*map(np.array, _columns(rows)))
    steps = curve.n_events > 0
    assert curve.time[steps].tolist() == other.surv_times.tolist()
    assert curve.n_at_risk[steps].tolist() == other.n_risk.tolist()
    assert curve.survival[steps] == pytest.approx(other.surv_prob, abs=1e-12)
    is_known = np.isfinite(other.surv_prob_se) & (other.surv_prob > 0)
    assert curve.standard_error[steps][is_known] == pytest.approx(
        other.surv_prob_se[is_known], abs=1e-9
    )


@given(ROWS)
def test_curve_agrees_with_the_product_by_hand(rows):
    curve = survival_curve(*_columns(rows))
    left = 1.0
    for index, moment in enumerate(sorted({waited for waited, _ in rows})):
        at_risk = sum(waited >= moment for waited, _ in rows)
        events = sum(waited == moment and event for waited, event in rows)
        left *= 1 - events / at_risk
        assert curve.survival[index] == pytest.approx(left, abs=1e-12)
        if 0 < left < 1:
            assert curve.ci_low[index] <= left <= curve.ci_high[index]


@given(st.lists(st.integers(0, 50).map(float), min_size=1, max_size=60), st.integers(0, 50))
def test_without_censoring_the_share_is_the_plain_share(times, at):
    curve = survival_curve(times, [True] * len(times))
    share = sum(waited <= at for waited in times) / len(times)
    assert curve.share_by(at).share == pytest.approx(share, abs=1e-12)
    if 0 < share < 1:  # Greenwood's variance is the binomial one then
        last = np.flatnonzero(curve.time <= at)[-1]
        binomial = np.sqrt(share * (1 - share) / len(times))
        assert curve.standard_error[last] == pytest.approx(binomial)


def test_difference_of_shares_by_a_time_is_that_of_r(difference_by_case, assert_near):
    given_, expected = difference_by_case["input"], difference_by_case["value"]
    columns = np.array([given_["time"], given_["event"], given_["group"]])
    a, b = (survival_curve(*columns[:2, columns[2] == group], given_["level"]) for group in (1, 2))
    result = a.share_difference_by(b, given_["at"])
    assert_near(
        [result.share_difference, result.ci_low, result.ci_high, result.p_value],
        [expected[name] for name in ("difference", "low", "high", "p_value")],
    )


@given(ROWS, ROWS, st.integers(0, 12))
def test_difference_of_shares_is_antisymmetric_and_within_its_interval(first, second, at):
    a, b = survival_curve(*_columns(first)), survival_curve(*_columns(second))
    result, mirrored = a.share_difference_by(b, at), b.share_difference_by(a, at)
    shares = a.share_by(at).share, b.share_by(at).share
    assert (result.share_a, result.share_b) == shares
    if None in shares:
        assert (result.share_difference, result.ci_low, result.p_value) == (None, None, None)
        return
    assert result.share_difference == shares[0] - shares[1]
    if min(shares) > 0 and max(shares) < 1:
        assert -1 <= result.ci_low <= result.share_difference <= result.ci_high <= 1
        assert (mirrored.ci_low, mirrored.ci_high) == pytest.approx(
            (-result.ci_high, -result.ci_low), abs=1e-12
        )
        assert mirrored.p_value == pytest.approx(result.p_value)
    else:
        assert (result.ci_low, result.ci_high, result.p_value) == (None, None, None)


def test_difference_of_shares_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(9)
    truth = np.exp(-1 / 2) - np.exp(-1)  # shares by 1 with hazards 1 and a half
    hits = 0
    for _ in range(400):
        curves = []
        for mean in (1.0, 2.0):
            waited, watched = generator.exponential(mean, 60), generator.uniform(0.5, 3, 60)
            curves.append(survival_curve(np.minimum(waited, watched), waited <= watched))
        result = curves[0].share_difference_by(curves[1], 1.0)
        hits += result.ci_low <= truth <= result.ci_high
    assert 366 <= hits <= 394  # 380 expected; outside once in a thousand


def test_curves_of_two_confidences_are_not_compared():
    with pytest.raises(ValueError, match="same confidence"):
        survival_curve([1], [1]).share_difference_by(survival_curve([1], [1], 0.9), 1)


def test_log_rank_is_survdiff_of_r(log_rank_case, assert_near):
    given_, expected = log_rank_case["input"], log_rank_case["value"]
    columns = np.array([given_["time"], given_["event"], given_["group"]])
    groups = [columns[:2, columns[2] == group] for group in np.unique(columns[2])]
    result = log_rank([tuple(group) for group in groups])
    assert (list(result.n), list(result.n_events)) == (expected["n"], expected["observed"])
    assert_near(list(result.n_expected), expected["expected"])
    assert_near([result.chi2, result.df], [expected["chi2"], expected["df"]])
    assert_near(result.p_value, expected["p_value"], abs=0)


def test_log_rank_keeps_a_p_value_that_one_minus_cdf_loses():
    early, late = np.arange(1, 301), np.arange(301, 601)
    events = np.ones(300, dtype=int)
    result = log_rank([(early, events), (late, events)])
    assert 0 < result.p_value < 1e-40
    _, lost = survdiff(np.concatenate((early, late)), np.ones(600, int), [0] * 300 + [1] * 300)
    assert lost == 0


NEVER = ([3.0, 4.0], [0, 0])
SOME = ([1.0, 2.0], [1, 0])
AT_ONCE = ([2.0, 2.0], [1, 1])


@pytest.mark.parametrize(
    "groups", [[NEVER, NEVER], [([], []), SOME], [([], []), ([], [])], [AT_ONCE, AT_ONCE]]
)
def test_log_rank_of_what_cannot_be_compared_is_not_known(groups):
    result = log_rank(groups)
    assert (result.chi2, result.df, result.p_value) == (None, None, None)


def test_log_rank_counts_an_empty_group_out():
    pair = [([1.0, 3.0, 5.0], [1, 1, 0]), ([2.0, 4.0, 6.0], [1, 0, 1])]
    assert log_rank([*pair, ([], [])]).chi2 == log_rank(pair).chi2
    assert log_rank([*pair, ([], [])]).df == 1


@given(ROWS, ROWS)
def test_log_rank_is_symmetric_and_agrees_with_scipy(first, second):
    a, b = _columns(first), _columns(second)
    result, mirrored = log_rank([a, b]), log_rank([b, a])
    assert sum(result.n_expected) == pytest.approx(sum(result.n_events))
    if result.chi2 is None:
        assert mirrored.chi2 is None
        return
    assert mirrored.chi2 == pytest.approx(result.chi2, abs=1e-9)
    censored = (
        CensoredData.right_censored(times, [not event for event in events])
        for times, events in (a, b)
    )
    with np.errstate(all="ignore"):
        other = logrank(*censored)
    if np.isfinite(other.statistic):
        assert result.chi2 == pytest.approx(other.statistic**2, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([-1.0], [True]), "0 or more"),
        (([float("nan")], [True]), "finite"),
        (([1.0, 2.0], [True]), "same length"),
        (([1.0], [2]), "true or false"),
    ],
)
def test_what_is_no_waiting_time_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        survival_curve(*arguments)


def test_a_hundred_thousand_questions_take_seconds():
    generator = np.random.default_rng(4)
    waited, watched = generator.lognormal(7, 3, 100_000), generator.uniform(0, 2e6, 100_000)
    times, events = np.minimum(waited, watched), waited <= watched
    started = time.perf_counter()
    curve = survival_curve(times, events)
    median = curve.median()
    test = log_rank([(times, events), (times * 1.02, events), (times * 1.5, events)])
    assert time.perf_counter() - started < 10
    assert median.ci_low < np.exp(7) < median.ci_high
    assert curve.share_by(np.exp(7)).share == pytest.approx(0.5, abs=0.01)
    assert (test.df, test.p_value < 1e-6) == (2, True)


# --- a curve thinned: near the whole one at every time, and small

FALLS = st.lists(st.integers(0, 40), max_size=120)


def _heights(falls, floor=0.1):
    total = max(1, sum(falls))
    return 1 - (1 - floor) * np.cumsum(falls) / total


def _worst(heights, kept):
    """Most by which the thinned step function is above the whole one, step by step."""
    shown = heights[kept[np.searchsorted(kept, np.arange(heights.size), side="right") - 1]]
    return (shown - heights).max()


@given(FALLS, st.integers(1, 30))
def test_never_off_by_a_level(falls, levels):
    heights = _heights(falls)
    kept = kept_steps(heights, levels)
    assert len(kept) <= levels + 2
    assert (np.diff(kept) > 0).all()
    if heights.size:
        assert kept[0] == 0
        assert kept[-1] == heights.size - 1
        fall = 1 - heights[-1]
        assert _worst(heights, kept) < fall / levels + 1e-12 or fall == 0


@given(FALLS)
def test_more_levels_than_steps_keep_every_fall(falls):
    heights = _heights(falls)
    kept = kept_steps(heights, 10**6)
    fallen = np.flatnonzero(np.diff(heights, prepend=1.0) < 0)
    assert set(fallen) <= set(kept.tolist())


def test_one_great_fall_among_small_ones_keeps_its_time():
    heights = np.array([0.999, 0.998, 0.3, 0.299, 0.298, 0.2])
    assert kept_steps(heights, 10).tolist() == [0, 2, 5]


def test_edges():
    assert kept_steps([]).tolist() == []
    assert kept_steps([1.0]).tolist() == [0]
    assert kept_steps([1.0, 1.0, 1.0]).tolist() == [0, 2]
    assert kept_steps([0.0]).tolist() == [0]


@pytest.mark.parametrize("heights", [[0.5, 0.6], [1.1], [0.5, float("nan")]])
def test_what_rises_is_refused(heights):
    with pytest.raises(ValueError, match="never rise"):
        kept_steps(heights)


def test_no_level_is_refused():
    with pytest.raises(ValueError, match="levels must be 1 or more"):
        kept_steps([0.5], 0)


def test_a_million_steps_take_no_time():
    heights = np.exp(-np.linspace(0, 3, 1_000_000))
    start = time.process_time()
    kept = kept_steps(heights)
    assert time.process_time() - start < 2
    assert LEVELS / 2 < len(kept) <= LEVELS + 2
