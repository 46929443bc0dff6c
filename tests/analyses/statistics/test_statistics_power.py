"""What a comparison would have found: R's formulas, and planted effects found 8 times in 10."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from analyses.statistics.hazards import hazard_ratio
from analyses.statistics.power import smallest_cramers_v, smallest_effect, smallest_ratio
from analyses.statistics.proportions import compare_proportions
from analyses.statistics.ranks import cliffs_delta, mann_whitney

N_RUNS = 400
ABOUT_80_PERCENT = pytest.approx(0.8, abs=0.06)
"""Three standard errors of so many runs."""


def test_the_smallest_v_that_is_found_is_that_of_r(detectable_v_case):
    given_ = detectable_v_case["input"]
    found = smallest_cramers_v(given_["n"], given_["df"], power=given_["power"])
    assert found == pytest.approx(detectable_v_case["value"]["v"], rel=1e-6)
    assert smallest_cramers_v(3, 2) == 1


def test_the_smallest_difference_is_near_that_of_power_prop_test_of_r(power_prop_test_case):
    """Five tests at 5% are, where Holm's correction begins, one at 1%."""
    given_ = power_prop_test_case["input"]
    k = round(given_["p1"] * given_["n"])
    same = compare_proportions(k, given_["n"], k, given_["n"])
    found = smallest_effect(same.ci_low, same.ci_high, round(0.05 / given_["level"]))
    assert found == pytest.approx(power_prop_test_case["value"]["difference"], rel=0.05)


def test_an_effect_of_that_size_has_a_power_of_80_percent_by_the_normal_distribution():
    """Of an estimate whose standard error is 1, at the level of one test of five."""
    effect = smallest_effect(-norm.ppf(0.975), norm.ppf(0.975), 5, largest=9)
    assert norm.sf(norm.ppf(0.995) - effect) == pytest.approx(0.8)


def test_a_planted_difference_of_shares_is_found_8_times_in_10():
    generator = np.random.default_rng(1)
    n_a, n_b, share = 300, 3000, 0.63
    null = compare_proportions(round(n_a * share), n_a, round(n_b * share), n_b)
    planted = share - smallest_effect(null.ci_low, null.ci_high)
    found = [
        compare_proportions(int(a), n_a, int(b), n_b).p_value < 0.05
        for a, b in zip(
            generator.binomial(n_a, planted, N_RUNS),
            generator.binomial(n_b, share, N_RUNS),
            strict=True,
        )
    ]
    assert np.mean(found) == ABOUT_80_PERCENT


def test_a_planted_delta_is_found_8_times_in_10():
    generator = np.random.default_rng(2)
    n_a, n_b = 120, 400
    null = cliffs_delta(generator.normal(size=n_a), generator.normal(size=n_b))
    delta = smallest_effect(null.ci_low, null.ci_high)
    shift = math.sqrt(2) * norm.ppf((1 + delta) / 2)  # delta of normal times: 2 P(a > b) - 1
    found = [
        mann_whitney(generator.normal(shift, size=n_a), generator.normal(size=n_b)).p_value < 0.05
        for _ in range(N_RUNS)
    ]
    assert np.mean(found) == ABOUT_80_PERCENT


def test_a_planted_hazard_ratio_is_found_8_times_in_10():
    generator = np.random.default_rng(3)
    n_a, n_b = 150, 450

    def drawn(ratio):
        times = [generator.exponential(1 / rate, n) for rate, n in ((ratio, n_a), (1, n_b))]
        a, b = ((np.minimum(t, 4.0), t < 4.0) for t in times)
        return hazard_ratio(a, b)

    null = drawn(1)
    ratio = smallest_ratio(null.ci_low, null.ci_high)
    assert np.mean([drawn(ratio).p_value < 0.05 for _ in range(N_RUNS)]) == ABOUT_80_PERCENT


@given(st.floats(-0.5, 0.5), st.floats(0.01, 0.3), st.integers(1, 50))
def test_it_depends_on_the_width_alone_and_grows_with_the_family(middle, half, n_tests):
    effect = smallest_effect(middle - half, middle + half, largest=9)
    assert effect == pytest.approx(smallest_effect(-half, half, largest=9))
    assert effect > half, "an interval that just leaves 0 out is found every other time"
    assert smallest_effect(-half, half, n_tests, largest=9) >= effect * (1 - 1e-9)


def test_what_no_test_of_that_size_finds_is_not_known():
    assert smallest_effect(None, 0.2) is smallest_effect(-0.1, None) is None
    assert smallest_effect(-0.9, 0.9) is None
    assert smallest_ratio(None, 2) is smallest_ratio(0, 2) is None
    assert smallest_ratio(1 / 1.2, 1.2) == pytest.approx(
        math.exp(smallest_effect(-0.1, 0.1) / 0.1 * math.log(1.2))
    )
    assert smallest_effect(-0.1, 0.1, 0) == smallest_effect(-0.1, 0.1, 1)
