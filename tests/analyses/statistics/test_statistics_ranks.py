"""Mann-Whitney, Cliff's delta, Hodges-Lehmann: against R and against all pairs."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analyses.statistics.ranks import (
    cliffs_delta,
    hodges_lehmann,
    hodges_lehmann_ratio,
    mann_whitney,
    select_difference,
)

TIED = st.integers(0, 6).map(float)
FINE = st.floats(0, 1e6, allow_subnormal=False)
SAMPLES = st.one_of(
    st.lists(TIED, min_size=1, max_size=25), st.lists(FINE, min_size=1, max_size=25)
)

TIMES = st.lists(st.one_of(TIED, st.floats(1e-3, 1e6)), min_size=1, max_size=25)


def _dominance(a, b):
    return np.sign(np.subtract.outer(a, b))


def test_mann_whitney_is_wilcox_test_of_r(wilcox_case, assert_near):
    given_, expected = wilcox_case["input"], wilcox_case["value"]
    result = mann_whitney(given_["a"], given_["b"])
    assert result.u == expected["u"]
    assert_near(result.p_value, expected["p_value"], abs=0)


def test_mann_whitney_prints_what_the_manual_of_r_prints(wilcox_case):
    # example(wilcox.test): "W = 127.5, p-value = 0.0001208" for ozone in May and August
    if wilcox_case["input"]["name"] == "ozone":
        result = mann_whitney(wilcox_case["input"]["a"], wilcox_case["input"]["b"])
        assert f"{result.u} {result.p_value:.4g} {result.method}" == "127.5 0.0001208 asymptotic"


@given(SAMPLES, SAMPLES)
def test_mann_whitney_counts_pairs_and_is_symmetric(a, b):
    result, mirrored = mann_whitney(a, b), mann_whitney(b, a)
    signs = _dominance(a, b)
    assert result.u == (signs > 0).sum() + (signs == 0).sum() / 2
    assert result.u + mirrored.u == len(a) * len(b)
    assert result.p_value == pytest.approx(mirrored.p_value)


@given(SAMPLES, SAMPLES, st.randoms())
def test_ranks_do_not_see_the_order_of_the_rows(a, b, random):
    shuffled = random.sample(a, len(a)), random.sample(b, len(b))
    assert mann_whitney(*shuffled) == mann_whitney(a, b)
    assert cliffs_delta(*shuffled) == cliffs_delta(a, b)
    assert hodges_lehmann(*shuffled) == hodges_lehmann(a, b)


@pytest.mark.parametrize(("a", "b"), [([], [1, 2]), ([1, 2], []), ([], [])])
def test_an_empty_group_is_not_known(a, b):
    test, delta, shift = mann_whitney(a, b), cliffs_delta(a, b), hodges_lehmann(a, b)
    assert (test.u, test.p_value, test.method) == (None, None, None)
    assert (delta.delta, delta.ci_low, delta.ci_high) == (None, None, None)
    assert (shift.shift, shift.ci_low, shift.ci_high) == (None, None, None)
    assert (test.n_a, delta.n_a, shift.n_a) == (len(a),) * 3


def test_all_tied_is_no_difference():
    a, b = [4.0] * 12, [4.0] * 9
    test, delta, shift = mann_whitney(a, b), cliffs_delta(a, b), hodges_lehmann(a, b)
    assert (test.u, test.p_value) == (54, None)
    assert delta.delta == 0
    assert delta.ci_low == pytest.approx(-delta.ci_high)
    assert 0 < delta.ci_high < 0.3  # the least variance Cliff allows: no point
    assert (shift.shift, shift.ci_low, shift.ci_high) == (0, 0, 0)


def test_cliffs_delta_is_that_of_r(delta_case):
    given_ = delta_case["input"]
    result = cliffs_delta(given_["a"], given_["b"])
    assert result.delta == pytest.approx(delta_case["value"]["delta"], rel=1e-12, abs=1e-15)


def test_cliffs_delta_has_the_interval_of_feng_and_cliff(cliff_case):
    given_, expected = cliff_case["input"], cliff_case["value"]
    result = cliffs_delta(given_["a"], given_["b"])
    assert (result.variance, result.ci_low, result.ci_high) == pytest.approx(
        (expected["variance"], expected["low"], expected["high"]), rel=1e-9
    )


def test_cliffs_delta_prints_what_effsize_prints():
    # The saved output of R's effsize for the data of Hogarty and Kromrey (1999) and the call
    # cliff.delta(treatment, control, use.unbiased = F, use.normal = T) says: delta estimate -0.25,
    # 95 percent confidence interval -0.7125351 to 0.3639999.
    result = cliffs_delta([10, 10, 20, 20, 20, 30, 30, 30, 40, 50], [10, 20, 30, 40, 40, 50])
    printed = f"{result.delta} {result.ci_low:.7f} {result.ci_high:.7f}"
    assert printed == "-0.25 -0.7125351 0.3639999"


@given(SAMPLES, SAMPLES)
def test_cliffs_delta_agrees_with_all_pairs_and_is_antisymmetric(a, b):
    result, mirrored = cliffs_delta(a, b), cliffs_delta(b, a)
    signs = _dominance(a, b)
    assert result.delta == pytest.approx(signs.mean(), abs=1e-12)
    assert mirrored.delta == pytest.approx(-result.delta, abs=1e-12)
    if min(len(a), len(b)) < 2:
        assert result.ci_low is None
        return
    m, n, delta = len(a), len(b), signs.mean()
    variance = (
        (n - 1) * np.var(signs.mean(axis=1), ddof=1)
        + (m - 1) * np.var(signs.mean(axis=0), ddof=1)
        + ((signs - delta) ** 2).sum() / ((m - 1) * (n - 1))
    ) / (m * n)
    least = (1 - delta**2) / (m * n - 1)
    assert result.variance == pytest.approx(max(variance, least), rel=1e-9, abs=1e-12)
    assert -1 <= result.ci_low <= result.delta + 1e-12
    assert result.delta - 1e-12 <= result.ci_high <= 1
    assert mirrored.ci_low == pytest.approx(-result.ci_high, abs=1e-9)


def test_cliffs_delta_of_groups_apart_has_the_limit_of_feng_and_cliff():
    # Feng and Cliff (2004): (n - z^2) / (n + z^2) with the smaller n.
    result = cliffs_delta(range(100, 130), range(20))
    z2 = 1.959964**2
    assert (result.delta, result.ci_high) == (1, 1)
    assert result.ci_low == pytest.approx((20 - z2) / (20 + z2), abs=1e-6)
    assert cliffs_delta(range(20), range(100, 130)).ci_high == pytest.approx(-result.ci_low)


def test_hodges_lehmann_is_the_median_of_all_differences_in_r(shift_case):
    given_ = shift_case["input"]
    result = hodges_lehmann(given_["a"], given_["b"])
    assert result.shift == pytest.approx(shift_case["value"]["shift"], rel=1e-12, abs=1e-15)


def test_hodges_lehmann_has_the_exact_interval_of_r(shift_interval_case):
    given_, expected = shift_interval_case["input"], shift_interval_case["value"]
    result = hodges_lehmann(given_["a"], given_["b"])
    assert (result.ci_low, result.ci_high) == pytest.approx((expected["low"], expected["high"]))


def test_hodges_lehmann_is_near_the_interval_of_r_with_ties(shift_near_case):
    # R solves for the shift instead of counting order statistics: near, to the unit of the data.
    given_, expected = shift_near_case["input"], shift_near_case["value"]
    result = hodges_lehmann(given_["a"], given_["b"])
    assert (result.ci_low, result.ci_high) == pytest.approx(
        (expected["low"], expected["high"]), abs=1
    )


def test_hodges_lehmann_of_tiny_groups_has_no_interval():
    result = hodges_lehmann([1.0, 2.0, 3.0], [7.0, 9.0])
    assert (result.shift, result.ci_low, result.ci_high) == (-6, None, None)


@given(SAMPLES, SAMPLES)
def test_hodges_lehmann_is_antisymmetric_and_within_its_interval(a, b):
    result, mirrored = hodges_lehmann(a, b), hodges_lehmann(b, a)
    rounding = 1e-14 * max(*a, *b) + 1e-300
    assert result.shift == pytest.approx(np.median(np.subtract.outer(a, b)), rel=0, abs=rounding)
    assert mirrored.shift == pytest.approx(-result.shift, rel=0, abs=rounding)
    if result.ci_low is not None:
        assert result.ci_low - rounding <= result.shift <= result.ci_high + rounding
        assert (mirrored.ci_low, mirrored.ci_high) == pytest.approx(
            (-result.ci_high, -result.ci_low), rel=0, abs=rounding
        )


def test_ratio_is_the_shift_of_the_logarithms_in_r(ratio_case):
    given_, expected = ratio_case["input"], ratio_case["value"]
    result = hodges_lehmann_ratio(given_["a"], given_["b"])
    assert result.ratio == pytest.approx(expected["ratio"])
    if expected["is_exact"]:
        assert (result.ci_low, result.ci_high) == pytest.approx((expected["low"], expected["high"]))
    else:  # R solves for the shift instead of counting order statistics: near
        assert (result.ci_low, result.ci_high) == pytest.approx(
            (expected["low"], expected["high"]), rel=0.02
        )


@given(TIMES, TIMES, st.floats(0.1, 10))
@example([0.0, 2.0], [0.5], 1.0)  # its two middle pairs: infinitely below, and 4 times as long
def test_ratio_agrees_with_all_pairs_and_scales(a, b, factor):
    result, mirrored = hodges_lehmann_ratio(a, b), hodges_lehmann_ratio(b, a)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.subtract.outer(np.log(a), np.log(b))
    logs[np.isnan(logs)] = 0  # 0 by 0
    expected = np.median(logs)
    if np.isfinite(expected):
        assert result.ratio == pytest.approx(np.exp(expected), rel=1e-9)
        scaled = hodges_lehmann_ratio([factor * x for x in a], b)
        if all(a) and all(b):
            assert scaled.ratio == pytest.approx(factor * result.ratio, rel=1e-9)
    else:
        assert result.ratio is None
    if result.ratio and mirrored.ratio:
        assert mirrored.ratio == pytest.approx(1 / result.ratio)
    if result.ci_low and mirrored.ci_high:
        assert result.ci_low == pytest.approx(1 / mirrored.ci_high)
        assert result.ratio is None or result.ci_low <= result.ratio * (1 + 1e-12)


def test_ratio_of_times_beyond_all_others_is_not_known():
    result = hodges_lehmann_ratio([0.0] * 20, [5.0] * 20)
    assert (result.ratio, result.ci_low, result.ci_high) == (None, None, None)
    with pytest.raises(ValueError, match="0 or more"):
        hodges_lehmann_ratio([-1.0], [1.0])


def test_ratio_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(12)
    hits = 0
    for _ in range(300):
        result = hodges_lehmann_ratio(
            generator.lognormal(np.log(4.4), 2, 30), generator.lognormal(0, 2, 40)
        )
        hits += result.ci_low <= 4.4 <= result.ci_high
    assert hits >= 273  # 285 expected; fewer than 273 once in a thousand


@given(
    arrays(float, st.integers(1, 40), elements=st.one_of(TIED, FINE)),
    arrays(float, st.integers(1, 40), elements=st.one_of(TIED, FINE)),
    st.data(),
)
def test_select_difference_is_the_sorted_matrix_of_all_pairs(a, b, data):
    k = data.draw(st.integers(0, a.size * b.size - 1))
    chosen = select_difference(np.sort(a), np.sort(b), k)
    differences = np.sort(np.subtract.outer(a, b), axis=None)
    assert chosen in differences
    assert abs(chosen - differences[k]) <= 1e-14 * max(a.max(), b.max()) + 1e-300


@pytest.mark.parametrize("k", [-1, 6])
def test_select_difference_refuses_a_rank_there_is_not(k):
    with pytest.raises(ValueError, match="k must be"):
        select_difference(np.arange(2.0), np.arange(3.0), k)


@pytest.mark.parametrize("bad", [[1.0, float("nan")], [float("inf")], [[1.0, 2.0]]])
def test_values_that_are_no_numbers_are_refused(bad):
    for function in (mann_whitney, cliffs_delta, hodges_lehmann):
        with pytest.raises(ValueError, match="a must"):
            function(bad, [1.0])


@pytest.mark.parametrize("is_tied", [False, True])
def test_a_hundred_thousand_in_each_group_take_seconds_and_little_memory(is_tied):
    generator = np.random.default_rng(20)
    a, b = generator.lognormal(6, 2, 100_000), generator.lognormal(5.5, 2, 100_000)
    if is_tied:
        a, b = np.round(a / 60), np.round(b / 60)
    started = time.perf_counter()
    test, delta = mann_whitney(a, b), cliffs_delta(a, b)
    assert test.u == pytest.approx((1 + delta.delta) / 2 * 1e10)
    tracemalloc.start()
    try:
        shift = hodges_lehmann(a, b)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - started < 20
    assert peak < 100 * 2**20  # all pairs would be 80 GB
    differences = np.sort(b)
    for limit, rank in ((shift.shift, 5e9), (shift.ci_low, None), (shift.ci_high, None)):
        below = int(np.searchsorted(-differences[::-1], limit - a, side="left").sum())
        up_to = int(np.searchsorted(-differences[::-1], limit - a + 1e-9, side="right").sum())
        if rank is not None:
            assert below <= rank + 1
            assert up_to >= rank - 1
        else:
            assert abs((below + up_to) / 2 - 5e9) < (2e8 if is_tied else 3e7)
