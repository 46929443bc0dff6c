"""The tables of survival that dbt's models return, against statsmodels and plain counting."""

import time

import numpy as np
import pyarrow as pa
import pytest
from analyses.statistics.survival_tables import (
    HORIZONS,
    SURVIVAL_CURVES,
    SURVIVAL_SUMMARY,
    SURVIVAL_TESTS,
    survival_curves,
    survival_summary,
    survival_tests,
)
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analyses.statistics.multiplicity import holm

ROWS = st.lists(st.tuples(st.integers(0, 50).map(float), st.booleans()), min_size=1, max_size=60)


def _times(**sets):
    rows = [(name, *row) for name, rows in sets.items() for row in rows]
    return pa.table(
        {
            "question_set": pa.array([row[0] for row in rows], pa.string()),
            "minutes": pa.array([row[1] for row in rows], pa.float64()),
            "is_event": pa.array([row[2] for row in rows], pa.bool_()),
        }
    )


def _pairs(*pairs):
    return pa.table(
        {
            name: pa.array([pair[i] for pair in pairs], pa.string())
            for i, name in enumerate(("set_a", "set_b"))
        }
    )


def _height(rows, minutes):
    """Kaplan-Meier by its definition, in exact counts, one time after the other."""
    height = 1.0
    for at in sorted({waited for waited, event in rows if event and waited <= minutes}):
        n_at_risk = sum(waited >= at for waited, _ in rows)
        n_events = sum(waited == at and event for waited, event in rows)
        height *= 1 - n_events / n_at_risk
    return height


@given(ROWS)
def test_every_row_of_a_curve_is_on_the_whole_curve(rows):
    table = survival_curves(_times(one=rows)).to_pylist()
    assert table[0]["minutes"] == 0
    assert table[-1]["minutes"] == max(waited for waited, _ in rows)
    for row in table:
        assert row["not_accepted_yet"] == pytest.approx(_height(rows, row["minutes"]))
        assert row["n_at_risk"] == sum(waited >= row["minutes"] for waited, _ in rows)
    assert sum(row["n_events"] for row in table) == sum(event for _, event in rows)


@given(ROWS, st.integers(1, 6))
def test_between_the_rows_the_curve_falls_by_less_than_a_level(rows, levels):
    table = survival_curves(_times(one=rows), levels).to_pylist()
    assert len(table) <= levels + 3
    fall = 1 - _height(rows, 100)
    for waited, _ in rows:
        shown = [row for row in table if row["minutes"] <= waited][-1]["not_accepted_yet"]
        assert -1e-12 <= shown - _height(rows, waited) < fall / levels + 1e-12


def test_limits_of_a_curve_are_log_log_greenwood():
    rng = np.random.default_rng(1)
    rows = list(zip(rng.integers(1, 400, 200).astype(float), rng.random(200) < 0.6, strict=True))
    table = survival_curves(_times(one=rows)).to_pylist()
    whole = SurvfuncRight([waited for waited, _ in rows], [event for _, event in rows])
    for row in table:
        if row["minutes"] in whole.surv_times and 0 < row["not_accepted_yet"] < 1:
            at = int(np.flatnonzero(whole.surv_times == row["minutes"])[0])
            height = whole.surv_prob[at]
            reach = 1.959963984540054 * whole.surv_prob_se[at] / (height * np.log(height))
            assert row["ci_low"] == pytest.approx(height ** np.exp(-reach))
            assert row["ci_high"] == pytest.approx(height ** np.exp(reach))


def test_a_curve_without_events_stays_at_one():
    table = survival_curves(_times(one=[(5, False), (9, False)])).to_pylist()
    assert [(row["minutes"], row["not_accepted_yet"], row["n_events"]) for row in table] == [
        (0, 1, 0),
        (5, 1, 0),
        (9, 1, 0),
    ]
    assert {row["ci_low"] for row in table} == {row["ci_high"] for row in table} == {None}


def test_events_at_once_are_in_the_row_at_zero():
    [first, second] = survival_curves(_times(one=[(0, True), (0, False), (3, True)])).to_pylist()
    assert (first["minutes"], first["n_at_risk"], first["n_events"]) == (0, 3, 1)
    assert first["not_accepted_yet"] == pytest.approx(2 / 3)
    assert (second["n_at_risk"], second["not_accepted_yet"], second["ci_low"]) == (1, 0, None)


@given(ROWS)
def test_median_and_shares_are_those_of_statsmodels(rows):
    [row] = survival_summary(_times(one=rows)).to_pylist()
    waited = np.array([waited for waited, _ in rows])
    event = np.array([event for _, event in rows])
    whole = SurvfuncRight(waited, event)
    assert (row["n_observed"], row["n_events"]) == (len(rows), event.sum())
    reached = whole.surv_times[whole.surv_prob <= 0.5 + 1e-9]
    if row["median_minutes"] is None:
        assert not reached.size
    else:
        assert row["median_minutes"] >= reached[0]
    last = waited.max()
    if last >= HORIZONS["1h"] or _height(rows, 60) == 0:
        assert row["accepted_within_1h"] == pytest.approx(1 - _height(rows, 60))
    else:
        assert row["accepted_within_1h"] is None
    assert row["n_at_risk_1h"] == (waited >= 60).sum()


def test_shares_count_the_young_for_as_long_as_they_were_seen():
    # Six questions, accepted after 30 and 90 minutes; one was asked 45 minutes before the end.
    rows = [(30, True), (90, True), (45, False), (5000, False), (5000, False), (5000, False)]
    [row] = survival_summary(_times(one=rows)).to_pylist()
    assert row["accepted_within_1h"] == pytest.approx(1 / 6)
    assert row["accepted_within_1d"] == pytest.approx(1 - 5 / 6 * 3 / 4)
    assert row["n_at_risk_1d"] == 3
    assert row["accepted_within_7d"] is None  # nobody was watched that long
    assert row["median_minutes"] is None


@given(ROWS, ROWS)
def test_tests_are_those_of_statsmodels(rows_a, rows_b):
    times = _times(a=rows_a, b=rows_b)
    [row] = survival_tests(times, _pairs(("a", "b"))).to_pylist()
    assert (row["n_a"], row["n_b"]) == (len(rows_a), len(rows_b))
    if row["chi2"] is not None:
        both = [*rows_a, *rows_b]
        chi2, p_value = survdiff(
            [waited for waited, _ in both],
            [int(event) for _, event in both],
            [0] * len(rows_a) + [1] * len(rows_b),
        )
        assert row["chi2"] == pytest.approx(chi2)
        assert row["p_value"] == pytest.approx(p_value, abs=1e-9)
        [other] = survival_tests(times, _pairs(("b", "a"))).to_pylist()
        assert other["chi2"] == pytest.approx(row["chi2"])
        assert other["n_expected_a"] == pytest.approx(row["n_expected_b"])


def test_p_values_are_adjusted_over_the_pairs_that_have_one():
    rng = np.random.default_rng(2)
    sets = {
        name: list(zip(rng.exponential(scale, 60), rng.random(60) < 0.8, strict=True))
        for name, scale in (("a", 1), ("b", 2), ("c", 4))
    }
    table = survival_tests(_times(**sets), _pairs(("a", "b"), ("a", "none"), ("b", "c")))
    rows = table.to_pylist()
    assert table.schema == SURVIVAL_TESTS
    assert [row["p_value_adjusted"] for row in rows] == holm([row["p_value"] for row in rows])
    empty = rows[1]
    assert (empty["n_b"], empty["n_events_b"], empty["n_expected_b"]) == (0, 0, 0)
    assert empty["p_value"] is empty["hazard_ratio"] is empty["df"] is None


def test_nothing_in_nothing_out():
    nothing = _times()
    assert survival_curves(nothing).equals(SURVIVAL_CURVES.empty_table())
    assert survival_summary(nothing).equals(SURVIVAL_SUMMARY.empty_table())
    assert survival_tests(nothing, _pairs()).equals(SURVIVAL_TESTS.empty_table())


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(3)
    rows = list(zip(rng.integers(0, 90, 80).astype(float), rng.random(80) < 0.5, strict=True))
    table = _times(one=rows, two=rows[:40])
    shuffled = table.take(pa.array(rng.permutation(table.num_rows)))
    assert survival_curves(table).equals(survival_curves(shuffled))
    assert survival_summary(table).equals(survival_summary(shuffled))


def test_a_set_of_a_hundred_thousand_takes_seconds():
    rng = np.random.default_rng(4)
    waited, seen = rng.lognormal(6, 3, 100_000), rng.uniform(0, 5e6, 100_000)
    times = pa.table(
        {
            "question_set": ["big"] * 100_000,
            "minutes": np.minimum(waited, seen),
            "is_event": waited <= seen,
        }
    )
    start = time.process_time()
    assert survival_curves(times).num_rows <= 253
    survival_summary(times)
    survival_tests(times, _pairs(("big", "big")))
    assert time.process_time() - start < 10
