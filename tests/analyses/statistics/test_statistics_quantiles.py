"""Quantiles and their order-statistic intervals, against R, a published table, DuckDB, by hand."""

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from analyses.statistics.quantiles import median, quantile

VALUES = st.lists(st.integers(-1000, 1000).map(lambda x: x / 7), min_size=1, max_size=60)
PROBABILITIES = st.sampled_from([0.05, 0.25, 0.5, 0.75, 0.9])


def test_quantile_is_that_of_r(quantile_case, assert_near):
    given_, expected = quantile_case["input"], quantile_case["value"]
    result = quantile(given_["x"], given_["p"], given_["level"])
    assert_near(result.value, expected["value"])
    assert (result.ci_low, result.ci_high) == (expected["low"], expected["high"])


# Ranks and attained confidence (percent) of the median's 95% interval: Nair (1940), Sankhya 4, 551,
# as printed in textbooks since.
NAIR = [
    (6, 1, 6, 96.9),
    (7, 1, 7, 98.4),
    (8, 1, 8, 99.2),
    (9, 2, 8, 96.1),
    (10, 2, 9, 97.9),
    (11, 2, 10, 98.8),
    (12, 3, 10, 96.1),
    (15, 4, 12, 96.5),
    (20, 6, 15, 95.9),
    (25, 8, 18, 95.7),
]


@pytest.mark.parametrize("row", NAIR)
def test_median_has_the_ranks_of_nairs_table(row):
    n, low, high, percent = row
    result = median(range(1, n + 1))
    assert (result.ci_low, result.ci_high) == (low, high)
    assert round(100 * (binom.cdf(high - 1, n, 0.5) - binom.cdf(low - 1, n, 0.5)), 1) == percent


def test_median_of_nothing_is_not_known():
    result = median([])
    assert (result.value, result.ci_low, result.ci_high) == (None,) * 3


def test_an_outer_quantile_of_few_values_has_one_limit_only():
    result = quantile(range(20), 0.9)
    assert result.ci_low is not None
    assert result.ci_high is None


@given(VALUES, PROBABILITIES)
def test_quantile_agrees_with_duckdb(values, probability):
    (expected,) = duckdb.execute(
        "select quantile_cont(x, ?::double) from unnest(?::double[]) as t (x)",
        [probability, values],
    ).fetchone()
    assert quantile(values, probability).value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(VALUES, PROBABILITIES, st.sampled_from([0.81, 0.95]))
def test_each_limit_is_the_innermost_that_the_tail_allows(values, probability, level):
    result = quantile(values, probability, level)
    n, tail = len(values), (1 - level) / 2
    # The value of rank r is above the quantile with the probability that fewer than r are below it.
    low = [r for r in range(1, n + 1) if binom.cdf(r - 1, n, probability) <= tail]
    high = [r for r in range(1, n + 1) if binom.sf(r - 1, n, probability) <= tail]
    ascending = sorted(values)
    assert result.ci_low == (ascending[low[-1] - 1] if low else None)
    assert result.ci_high == (ascending[high[0] - 1] if high else None)


@given(VALUES, PROBABILITIES, st.randoms())
def test_quantile_does_not_see_order_and_mirrors(assert_near, values, probability, random):
    result = quantile(values, probability)
    assert quantile(random.sample(values, len(values)), probability) == result
    mirrored = quantile([-x for x in values], 1 - probability)
    assert mirrored.value == pytest.approx(-result.value, abs=1e-9)
    assert_near(mirrored.ci_low, None if result.ci_high is None else -result.ci_high)


def test_median_covers_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(8)
    samples = generator.exponential(size=(400, 25))
    results = [median(sample) for sample in samples]
    hits = sum(result.ci_low <= np.log(2) <= result.ci_high for result in results)
    assert hits >= 370  # 383 expected; fewer than 370 once in a thousand


@pytest.mark.parametrize("probability", [0.0, 1.0, 50])
def test_a_probability_outside_is_refused(probability):
    with pytest.raises(ValueError, match="probability"):
        quantile([1.0, 2.0], probability)
