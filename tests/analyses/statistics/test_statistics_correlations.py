"""Rank correlations, against R's ``cor.test`` and against counting every order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.statistics.correlations import rank_correlation


def test_like_r(rank_correlation_case, assert_near):
    case, expected = rank_correlation_case["input"], rank_correlation_case["value"]
    found = rank_correlation(case["a"], case["b"])
    assert found.n == len(case["a"])
    assert_near(found.spearman_rho, expected["rho"])
    assert_near(found.spearman_p_value, expected["p_value"])
    assert_near([found.spearman_ci_low, found.spearman_ci_high], expected["rho_ci"])
    assert_near(found.kendall_tau, expected["tau"])
    assert_near(found.kendall_p_value, expected["tau_p_value"])
    assert_near([found.kendall_ci_low, found.kendall_ci_high], expected["tau_ci"])


def test_three_in_order_are_no_proof():
    """By Student's t, p would be 0; two of the six orders are as far from 0."""
    assert rank_correlation([1, 2, 3], [5, 6, 9]).spearman_p_value == pytest.approx(1 / 3)


def test_ties_of_few_pairs_by_counting():
    """Pearson's correlation of the mean ranks, for each of the 120 orders."""
    ranks = np.array([1.5, 1.5, 3, 4, 5]), np.array([2, 3, 1, 4.5, 4.5])
    coefficients = [np.corrcoef(ranks[0], order)[0, 1] for order in permutations(ranks[1])]
    observed = np.corrcoef(*ranks)[0, 1]
    expected = np.mean(np.abs(coefficients) >= abs(observed) - 1e-9)
    found = rank_correlation([7, 7, 8, 9, 10], [2, 3, 1, 4, 4])
    assert found.spearman_rho == pytest.approx(observed)
    assert found.spearman_p_value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("a", "b"), [([], []), ([1, 2], [1, 2]), ([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2, 3], [5, 5, 5])]
)
def test_what_has_no_order_has_no_correlation(a, b):
    found = rank_correlation(a, b)
    assert found.n == len(a)
    assert set(list(vars(found).values())[1:]) == {None}


def test_lists_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="of one length, not 2 and 3"):
        rank_correlation([1, 2], [1, 2, 3])


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=3, max_size=12))
def test_order_alone_counts_and_turning_one_turns_the_sign(pairs):
    a, b = np.array(pairs, dtype=float).T
    found, turned = rank_correlation(a, b), rank_correlation(a**3, -b)
    if found.spearman_rho is None:
        assert turned.spearman_rho is None
        return
    assert turned.spearman_rho == pytest.approx(-found.spearman_rho, abs=1e-12)
    assert turned.kendall_tau == pytest.approx(-found.kendall_tau, abs=1e-12)
    assert turned.spearman_p_value == pytest.approx(found.spearman_p_value, abs=1e-12)
    if found.spearman_ci_low is not None:
        assert found.spearman_ci_low <= found.spearman_rho <= found.spearman_ci_high
        assert found.kendall_ci_low <= found.kendall_tau <= found.kendall_ci_high
