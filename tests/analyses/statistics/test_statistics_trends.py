"""Mann-Kendall, Sen's slope and the Poisson rate, against R and published examples."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from analyses.statistics.trends import mann_kendall, poisson_trend

SERIES = st.lists(st.integers(0, 30), min_size=2, max_size=25)


def test_mann_kendall_is_cor_test_of_r(kendall_case, assert_near):
    given_, expected = kendall_case["input"], kendall_case["value"]
    result = mann_kendall(given_["x"], given_["y"])
    assert_near([result.tau, result.p_value], [expected["tau"], expected["p_value"]])


def test_tau_has_the_interval_of_bonett_and_wright(tau_interval_case, assert_near):
    given_ = tau_interval_case["input"]
    result = mann_kendall(given_["x"], given_["y"])
    assert_near([result.tau_ci_low, result.tau_ci_high], tau_interval_case["value"])


def test_tau_covers_the_truth_as_often_as_it_says():
    # Of a binormal pair with correlation rho tau is 2 / pi asin(rho).
    generator = np.random.default_rng(6)
    for rho in (0.0, 0.6):
        hits = 0
        for _ in range(300):
            x = generator.normal(size=12)
            y = rho * x + np.sqrt(1 - rho**2) * generator.normal(size=12)
            result = mann_kendall(x, y)
            hits += result.tau_ci_low <= 2 / np.pi * np.arcsin(rho) <= result.tau_ci_high
        assert hits >= 273  # 285 expected; fewer than 273 once in a thousand


def test_tau_at_its_ends_and_of_few_has_no_interval():
    for values in ([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [1, 3, 2, 4]):
        result = mann_kendall(range(len(values)), values)
        assert result.tau is not None
        assert (result.tau_ci_low, result.tau_ci_high) == (None, None)


def test_sens_slope_is_the_median_of_all_slopes_in_r(sen_case, assert_near):
    given_ = sen_case["input"]
    assert_near(mann_kendall(given_["x"], given_["y"]).slope, sen_case["value"]["slope"])


def test_sens_slope_of_sens_own_example():
    # Sen (1968), section 6: slope 4, 93% interval from 3.71 (26/7) to 4.38 (35/8).
    result = mann_kendall([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78], 0.93)
    assert result.slope == pytest.approx(4)
    assert (result.ci_low, result.ci_high) == pytest.approx((3.71, 4.38), abs=0.01)


@given(SERIES, st.randoms())
def test_mann_kendall_counts_pairs_and_does_not_see_order(assert_near, values, random):
    years = list(range(2000, 2000 + len(values)))
    result = mann_kendall(years, values)
    pairs = list(itertools.combinations(zip(years, values, strict=True), 2))
    assert result.s == sum(int(np.sign(later - earlier)) for (_, earlier), (_, later) in pairs)
    slopes = [(later - earlier) / (y - x) for (x, earlier), (y, later) in pairs]
    assert result.slope == pytest.approx(np.median(slopes), abs=1e-12)
    mixed = random.sample(list(zip(years, values, strict=True)), len(values))
    again = mann_kendall([x for x, _ in mixed], [y for _, y in mixed])
    assert_near(list(again.to_dict().values())[:4], list(result.to_dict().values())[:4])
    falling = mann_kendall(years, [-value for value in values])
    assert (falling.s, falling.slope) == (-result.s, pytest.approx(-result.slope))
    assert_near(falling.p_value, result.p_value)


@pytest.mark.parametrize("values", [[], [5.0]])
def test_mann_kendall_of_too_few_is_not_known(values):
    result = mann_kendall(range(len(values)), values)
    assert (result.s, result.tau, result.p_value, result.slope) == (None,) * 4


def test_mann_kendall_all_tied_has_no_trend():
    result = mann_kendall(range(6), [3] * 6)
    assert (result.s, result.slope, result.tau, result.p_value) == (0, 0, None, None)


def test_mann_kendall_exact_p_values_by_enumeration():
    values = [3, 1, 4, 9, 5]
    observed = mann_kendall(range(5), values)
    every = [mann_kendall(range(5), order).s for order in itertools.permutations(values)]
    share = np.mean([abs(s) >= abs(observed.s) for s in every])
    assert observed.method == "exact"
    assert observed.p_value == pytest.approx(share)


def test_poisson_trend_is_glm_of_r(poisson_case, assert_near):
    given_, expected = poisson_case["input"], poisson_case["value"]
    result = poisson_trend(given_["time"], given_["counts"], given_["exposure"])
    names = {
        "rate_ratio": result.rate_ratio,
        "low": result.ci_low,
        "high": result.ci_high,
        "dispersion": result.dispersion,
        "quasi_low": result.quasi_ci_low,
        "quasi_high": result.quasi_ci_high,
        "quasi_p_value": result.quasi_p_value,
    }
    assert_near(list(names.values()), [expected[name] for name in names], rel=1e-6)
    assert_near(result.p_value, expected["p_value"], rel=1e-4, abs=0)


def test_server_cloud_questions_grow_and_scatter_more_than_poisson():
    # The published questions a year: 77% more each year, but not along an exponential.
    result = poisson_trend(range(2015, 2020), [1, 109, 288, 406, 521])
    assert result.rate_ratio == pytest.approx(1.773, abs=5e-4)
    assert result.dispersion > 40
    assert result.quasi_ci_low < result.ci_low < result.ci_high < result.quasi_ci_high


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 1000)), min_size=3, max_size=20),
    st.floats(0.1, 10),
)
def test_poisson_trend_solves_the_score_equation(rows, factor):
    counts, exposure = np.array(rows, dtype=float).T
    years = np.arange(len(rows), dtype=float)
    result = poisson_trend(years, counts, exposure)
    if not (counts[1:].any() and counts[:-1].any()):
        assert (result.rate_ratio, result.ci_low, result.p_value) == (None, None, None)
        return

    def score(slope):
        weights = exposure * np.exp(slope * (years - years.mean()))
        return (weights @ years) / weights.sum() - (counts @ years) / counts.sum()

    assert result.rate_ratio == pytest.approx(np.exp(brentq(score, -30, 30)), rel=1e-5)
    assert result.ci_low <= result.rate_ratio <= result.ci_high
    scaled = poisson_trend(years, counts, exposure * factor)
    assert scaled.rate_ratio == pytest.approx(result.rate_ratio, rel=1e-6)
    backwards = poisson_trend(-years, counts, exposure)
    assert backwards.rate_ratio == pytest.approx(1 / result.rate_ratio, rel=1e-6)
    assert backwards.p_value == pytest.approx(result.p_value, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("counts", [[], [4], [0, 0, 0], [0, 0, 9], [9, 0, 0], [0, 7]])
def test_poisson_trend_without_a_finite_answer_is_not_known(counts):
    result = poisson_trend(range(len(counts)), counts)
    reason = "no events but at the first or last time" if counts[1:] else "fewer than two times"
    assert set(result.to_dict().values()) == {len(counts), 0.95, reason, None}


@pytest.mark.filterwarnings("error")
def test_poisson_trend_of_two_years_says_nothing_of_the_scatter():
    result = poisson_trend([2018, 2019], [50, 144])
    assert result.rate_ratio == pytest.approx(144 / 50)
    # The log of a ratio of two Poisson counts has variance 1/50 + 1/144.
    half = 1.959964 * np.sqrt(1 / 50 + 1 / 144)
    assert result.ci_high == pytest.approx(144 / 50 * np.exp(half), rel=1e-5)
    assert (result.dispersion, result.quasi_ci_low) == (None, None)
    assert result.reason == "two times only: nothing to tell their scatter from"


def test_poisson_trend_on_the_curve_has_no_dispersion():
    result = poisson_trend(range(5), [3, 6, 12, 24, 48])
    assert result.rate_ratio == pytest.approx(2)
    assert result.dispersion == pytest.approx(0, abs=1e-9)
    assert (result.quasi_ci_low, result.quasi_p_value) == (None, None)
    assert result.reason == "all counts lie on the curve"


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (mann_kendall, ([1, 1], [2, 3]), "twice"),
        (mann_kendall, ([1, 2], [2]), "same length"),
        (mann_kendall, ([1, 2], [2, float("nan")]), "finite"),
        (poisson_trend, ([1, 2], [2, -1]), "counts"),
        (poisson_trend, ([1, 2], [2, 1.5]), "counts"),
        (poisson_trend, ([1, 2], [2, 1], [0, 1]), "exposure"),
        (poisson_trend, ([1, 2], [2, 1], [1]), "same length"),
    ],
)
def test_what_is_no_series_is_refused(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)
