"""Shares and their tests, against R's prop.test and published tables."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import ncx2
from statsmodels.stats.proportion import proportion_confint, proportion_effectsize

from analyses.statistics.proportions import (
    cohens_h,
    compare_proportions,
    compare_with_baseline,
    proportion,
    proportion_test,
)


@st.composite
def groups(draw):
    n = draw(st.integers(1, 500))
    return draw(st.integers(0, n)), n


def test_proportion_is_wilsons_of_r(wilson_case):
    given_, expected = wilson_case["input"], wilson_case["value"]
    result = proportion(given_["x"], given_["n"], given_["level"])
    assert result.share == given_["x"] / given_["n"]
    assert (result.ci_low, result.ci_high) == pytest.approx(
        (expected["low"], expected["high"]), rel=1e-9, abs=1e-12
    )


def test_proportion_of_nothing_is_not_known():
    result = proportion(0, 0)
    assert (result.share, result.ci_low, result.ci_high) == (None, None, None)


def test_proportion_at_the_ends_has_one_open_limit():
    none, everyone = proportion(0, 10), proportion(10, 10)
    assert none.ci_low == 0
    assert 0 < none.ci_high < 1
    assert everyone.ci_high == 1
    assert everyone.ci_low == pytest.approx(1 - none.ci_high)


@given(groups(), st.sampled_from([0.8, 0.95, 0.99]))
def test_proportion_agrees_with_statsmodels(group, level):
    x, n = group
    result = proportion(x, n, level)
    assert (result.ci_low, result.ci_high) == pytest.approx(
        proportion_confint(x, n, alpha=1 - level, method="wilson"), abs=1e-12
    )
    assert result.ci_low <= result.share + 1e-12
    assert result.share <= result.ci_high + 1e-12


def test_proportion_test_is_prop_test_of_r(prop_test_case, assert_near):
    given_, expected = prop_test_case["input"], prop_test_case["value"]
    result = proportion_test(given_["x"], given_["n"])
    assert result.df == expected["df"]
    assert_near(result.chi2, expected["chi2"])
    assert_near(result.p_value, expected["p_value"], abs=0)


def test_proportion_test_prints_what_the_manual_of_r_prints():
    # example(prop.test), four groups of lung cancer patients, Fleiss (1981), p. 139, prints
    # X-squared = 12.6, df = 3, p-value = 0.005585.
    result = proportion_test((83, 90, 129, 70), (86, 93, 136, 82))
    assert f"{result.chi2:.4g} {result.df} {result.p_value:.4g}" == "12.6 3 0.005585"


def test_proportion_test_of_the_published_counts_shows_the_lost_decimal_point():
    # Chen et al. (2020) print 78153. 70.7% of 3,023 questions against 62.7% of the others, whose
    # number they do not print: 70,669 less 3,018, or less 3,023.
    for n_others in (70_669 - 3_018, 70_669 - 3_023):
        result = proportion_test((2_137, round(0.627 * n_others)), (3_023, n_others))
        assert 78 < result.chi2 < 80


@pytest.mark.parametrize(("x", "n"), [((0, 3), (0, 10)), ((0, 0), (0, 0)), ((1, 0, 2), (5, 0, 5))])
def test_proportion_test_with_an_empty_group_is_not_known(x, n):
    result = proportion_test(x, n)
    assert (result.chi2, result.p_value) == (None, None)
    assert None in result.shares


@given(st.lists(groups(), min_size=2, max_size=5))
def test_proportion_test_agrees_with_the_sum_over_cells(drawn):
    x, n = np.array(drawn).T
    result = proportion_test(x.tolist(), n.tolist())
    share = x.sum() / n.sum()
    if share in (0, 1):
        assert result.chi2 is None
        return
    expected = np.array([n * share, n * (1 - share)])
    off = np.abs(np.array([x, n - x]) - expected)
    if len(drawn) == 2:
        off -= np.minimum(0.5, off)
    statistic = (off**2 / expected).sum()
    assert result.chi2 == pytest.approx(statistic, rel=1e-9, abs=1e-9)
    assert result.p_value == pytest.approx(
        chi2_distribution.sf(statistic, len(drawn) - 1), rel=1e-6
    )


@given(st.lists(groups(), min_size=2, max_size=5), st.randoms())
def test_proportion_test_does_not_see_the_order_of_the_groups(assert_near, drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    first, second = (
        proportion_test([x for x, _ in some], [n for _, n in some]) for some in (drawn, shuffled)
    )
    assert_near(first.chi2, second.chi2)
    assert_near(first.p_value, second.p_value, rel=1e-6)


# Newcombe (1998), Statistics in Medicine 17, table II, method 10.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize("row", NEWCOMBE)
def test_share_difference_is_newcombes_table(row):
    x_a, n_a, x_b, n_b, low, high = row
    result = compare_proportions(x_a, n_a, x_b, n_b)
    assert result.share_difference == pytest.approx(x_a / n_a - x_b / n_b)
    assert (round(result.ci_low, 4), round(result.ci_high, 4)) == (low, high)


@given(groups(), groups())
def test_share_difference_is_made_of_wilsons_limits_and_is_symmetric(a, b):
    result, mirrored = compare_proportions(*a, *b), compare_proportions(*b, *a)
    one, other = proportion(*a), proportion(*b)
    low = math.hypot(one.share - one.ci_low, other.ci_high - other.share)
    high = math.hypot(one.ci_high - one.share, other.share - other.ci_low)
    assert result.share_difference - result.ci_low == pytest.approx(low, abs=1e-9)
    assert result.ci_high - result.share_difference == pytest.approx(high, abs=1e-9)
    assert -1 <= result.ci_low <= result.ci_high <= 1
    assert (mirrored.share_difference, mirrored.ci_low, mirrored.ci_high) == pytest.approx(
        (-result.share_difference, -result.ci_high, -result.ci_low), abs=1e-12
    )


def test_cohens_h_is_that_of_r(cohens_h_case):
    given_ = cohens_h_case["input"]
    result = cohens_h(given_["a"] / given_["n"], given_["b"] / given_["n"])
    assert result == pytest.approx(cohens_h_case["value"]["h"], abs=1e-12)


# Cohen (1988), table 6.2.2: phi = 2 asin(sqrt(P)).
@pytest.mark.parametrize(
    ("share", "phi"), [(0.01, 0.200), (0.25, 1.047), (0.5, 1.571), (0.95, 2.691)]
)
def test_cohens_h_is_a_difference_of_cohens_phi(share, phi):
    assert cohens_h(share, 0) == pytest.approx(phi, abs=5e-4)
    assert cohens_h(share, 0) == pytest.approx(proportion_effectsize(share, 0))


def test_cohens_h_has_the_interval_of_r(cohens_h_interval_case, assert_near):
    result = compare_proportions(*cohens_h_interval_case["input"]["counts"])
    expected = cohens_h_interval_case["value"]
    assert_near([result.cohens_h_ci_low, result.cohens_h_ci_high], expected)


def test_cramers_v_is_that_of_r(cramers_v_case, assert_near):
    given_, expected = cramers_v_case["input"], cramers_v_case["value"]
    result = proportion_test(given_["x"], given_["n"])
    assert_near(result.cramers_v, expected["v"])
    # effectsize searches for the limits by a general optimiser.
    limits = [result.cramers_v_ci_low, result.cramers_v_ci_high]
    assert_near(limits, [expected["low"], expected["high"]], rel=1e-3, abs=1e-5)


@given(st.lists(groups(), min_size=2, max_size=5), st.sampled_from([0.8, 0.95]))
def test_cramers_v_has_its_chi_squared_at_the_tails(drawn, level):
    result = proportion_test([x for x, _ in drawn], [n for _, n in drawn], level)
    if result.chi2 is None:
        assert (result.cramers_v, result.cramers_v_ci_low, result.cramers_v_ci_high) == (None,) * 3
        return
    n, tail = sum(result.n), (1 - level) / 2
    assert result.cramers_v == pytest.approx(math.sqrt(result.chi2 / n))
    for limit, below in ((result.cramers_v_ci_low, 1 - tail), (result.cramers_v_ci_high, tail)):
        if 0 < limit < 1:
            assert ncx2.cdf(result.chi2, result.df, n * limit**2) == pytest.approx(below, abs=1e-6)
        else:
            bound = ncx2.cdf(result.chi2, result.df, n * limit**2)
            assert bound <= below + 1e-9 if limit == 0 else bound >= below - 1e-9


def test_cohens_h_ends_at_pi():
    assert cohens_h(1, 0) == pytest.approx(math.pi)
    assert cohens_h(0, 1) == pytest.approx(-math.pi)


def test_compare_proportions_says_all_of_it():
    result = compare_proportions(925, 1325, 1098, 1533).to_dict()
    test = proportion_test((925, 1098), (1325, 1533))
    assert (result["chi2"], result["df"], result["p_value"]) == (test.chi2, 1, test.p_value)
    assert result["share_difference"] == pytest.approx(925 / 1325 - 1098 / 1533)
    assert result["cohens_h"] == cohens_h(925 / 1325, 1098 / 1533)


def test_compare_proportions_with_an_empty_group_is_none_throughout():
    result = compare_proportions(0, 0, 5, 10)
    assert (result.share_a, result.share_b, result.n_a, result.n_b) == (None, 0.5, 0, 10)
    measured = (result.chi2, result.p_value, result.share_difference, result.ci_low, result.ci_high)
    limits = (result.cohens_h_ci_low, result.cohens_h_ci_high)
    assert (*measured, result.cohens_h, *limits) == (None,) * 8


def test_compare_with_baseline_is_the_one_sample_prop_test_of_r(one_sample_case):
    given_, expected = one_sample_case["input"], one_sample_case["value"]
    result = compare_with_baseline(given_["x"], given_["n"], given_["p"])
    assert result.chi2 == pytest.approx(expected["chi2"], rel=1e-9, abs=1e-12)
    assert result.p_value == pytest.approx(expected["p_value"], rel=1e-9)
    assert result.df == expected["df"]
    share = given_["x"] / given_["n"]
    assert result.share_difference == pytest.approx(share - given_["p"])
    assert result.cohens_h == cohens_h(share, given_["p"])
    interval = proportion(given_["x"], given_["n"])
    assert result.ci_high - result.ci_low == pytest.approx(interval.ci_high - interval.ci_low)


def test_compare_with_baseline_of_nothing_is_not_known():
    result = compare_with_baseline(0, 0, 0.6)
    assert (result.chi2, result.p_value, result.share_difference) == (None, None, None)


@pytest.mark.parametrize(
    "call",
    [
        lambda: proportion(11, 10),
        lambda: proportion(-1, 10),
        lambda: proportion(1.5, 10),
        lambda: proportion(1, 10, 1.0),
        lambda: proportion_test((1,), (2,)),
        lambda: proportion_test((1, 2), (2,)),
        lambda: cohens_h(1.1, 0.5),
        lambda: compare_with_baseline(1, 10, 0.0),
        lambda: compare_with_baseline(1, 10, 60.5),
    ],
)
def test_what_is_no_share_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
