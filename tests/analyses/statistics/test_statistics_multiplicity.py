"""Holm's correction, against R's p.adjust and statsmodels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from analyses.statistics.multiplicity import holm

P_VALUES = st.floats(0, 1)


def test_holm_is_p_adjust_of_r(holm_case, assert_near):
    assert_near(holm(holm_case["input"]["p"]), holm_case["value"], rel=1e-12, abs=0)


def test_holm_of_no_family_is_empty():
    assert holm([]) == []


def test_holm_refuses_what_is_no_p_value():
    with pytest.raises(ValueError, match="p-values"):
        holm([0.5, 1.5])


@given(st.lists(P_VALUES, min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


@given(st.lists(st.none() | P_VALUES, max_size=12), st.randoms())
def test_holm_does_not_see_order_nor_missing_values(p_values, random):
    order = random.sample(range(len(p_values)), len(p_values))
    adjusted, shuffled = holm(p_values), holm([p_values[index] for index in order])
    assert [adjusted[index] for index in order] == shuffled
    known = [p for p in p_values if p is not None]
    assert [p for p in adjusted if p is not None] == holm(known)
    assert all(after >= before for before, after in zip(known, holm(known), strict=True))
