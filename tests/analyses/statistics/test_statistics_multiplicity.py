"""Holm's correction, against R's p.adjust, statsmodels and Holm's own procedure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analyses.statistics.multiplicity import holm

P_VALUES = st.floats(0, 1)


def test_holm_is_p_adjust_of_r(holm_case, assert_near):
    assert_near(holm(holm_case["input"]["p"]), holm_case["value"], rel=1e-12, abs=0)


def test_holm_is_that_of_statsmodels():
    p_values = np.random.default_rng(1).random(40) ** 3
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


def test_holm_of_no_family_is_empty():
    assert holm([]) == []


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(ValueError, match="p-values"):
        holm([0.5, 1.5])


@given(st.lists(P_VALUES, min_size=1, max_size=20))
def test_holm_rejects_what_holms_procedure_rejects(p_values):
    # Holm (1979): the least against alpha / k, the next against alpha / (k - 1), until one fails.
    adjusted = holm(p_values)
    for alpha in (0.01, 0.05, 0.3):
        rejected = set()
        for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
            if p_values[index] * (len(p_values) - rank) > alpha:
                break
            rejected.add(index)
        assert rejected == {index for index, p in enumerate(adjusted) if p <= alpha}


@given(st.lists(st.none() | P_VALUES, max_size=12), st.randoms())
def test_holm_does_not_see_order_nor_missing_values(p_values, random):
    order = random.sample(range(len(p_values)), len(p_values))
    adjusted, shuffled = holm(p_values), holm([p_values[index] for index in order])
    assert [adjusted[index] for index in order] == shuffled
    known = [p for p in p_values if p is not None]
    assert [p for p in adjusted if p is not None] == holm(known)
    assert all(after >= before for before, after in zip(known, holm(known), strict=True))
