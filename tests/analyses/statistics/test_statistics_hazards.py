"""Hazard ratios, against R's survdiff, a printed example, Cox's model, and at the edges."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.hazard_regression import PHReg

from analyses.statistics.hazards import hazard_ratio
from analyses.statistics.survival import LogRank, log_rank

ROWS = st.lists(st.tuples(st.integers(0, 12).map(float), st.booleans()), min_size=1, max_size=30)


def _test(n_events, n_expected):
    return LogRank((50, 50), n_events, n_expected, 1.0, 1, 0.3)


def _groups(rows_a, rows_b):
    return [([t for t, _ in rows], [event for _, event in rows]) for rows in (rows_a, rows_b)]


def test_ratio_is_that_of_survdiff_in_r(hazard_case, assert_near):
    given_, expected = hazard_case["input"], hazard_case["value"]
    groups = [
        [
            [
                value
                for value, group in zip(given_[name], given_["group"], strict=True)
                if group == g
            ]
            for name in ("time", "event")
        ]
        for g in (1, 2)
    ]
    result = hazard_ratio(log_rank(groups), given_["level"])
    assert_near(
        [result.hazard_ratio, result.ci_low, result.ci_high],
        [expected["ratio"], expected["low"], expected["high"]],
    )


def test_ratio_of_the_glioma_patients():
    # Bland and Altman (2004), https://doi.org/10.1136/bmj.328.7447.1073: 14 deaths of 22.48
    # expected among patients with astrocytoma, 28 of 19.52 with glioblastoma.
    result = hazard_ratio(_test((14, 28), (22.48, 19.52)))
    assert result.hazard_ratio == pytest.approx(0.43, abs=0.005)


def test_ratio_is_near_that_of_coxs_model():
    rng = np.random.default_rng(5)
    waited = np.concatenate((rng.exponential(1.5, 4000), rng.exponential(1.0, 4000)))
    seen = rng.exponential(2.0, 8000)
    time, event, in_a = np.minimum(waited, seen), waited <= seen, np.arange(8000) < 4000
    result = hazard_ratio(log_rank([(time[in_a], event[in_a]), (time[~in_a], event[~in_a])]))
    cox = PHReg(time, in_a[:, None].astype(float), status=event).fit()
    assert result.hazard_ratio == pytest.approx(np.exp(cox.params[0]), rel=0.03)
    assert result.ci_low < np.exp(cox.params[0]) < result.ci_high


def test_nothing_to_compare():
    for n_events, n_expected in (((3, 0), (3.0, 0.0)), ((0, 0), (0.0, 0.0)), ((3, 0), (2.0, 1.0))):
        result = hazard_ratio(_test(n_events, n_expected))
        assert (result.hazard_ratio, result.ci_low, result.ci_high) == (None, None, None)


def test_no_event_in_the_first_group():
    result = hazard_ratio(_test((0, 5), (2.0, 3.0)))
    assert (result.hazard_ratio, result.ci_low, result.ci_high) == (0.0, None, None)


def test_three_groups_have_no_ratio():
    with pytest.raises(ValueError, match="two groups, not 3"):
        hazard_ratio(LogRank((1, 1, 1), (1, 1, 1), (1.0, 1.0, 1.0), 1.0, 2, 0.5))


@given(ROWS, ROWS)
def test_the_other_way_round_it_is_the_reciprocal(rows_a, rows_b):
    one = hazard_ratio(log_rank(_groups(rows_a, rows_b)))
    other = hazard_ratio(log_rank(_groups(rows_b, rows_a)))
    if one.hazard_ratio and other.hazard_ratio:
        assert one.hazard_ratio * other.hazard_ratio == pytest.approx(1)
        assert one.ci_low * other.ci_high == pytest.approx(1)
        assert one.ci_low <= one.hazard_ratio <= one.ci_high
