"""Sample sizes, baselines, topics at once, medians: the tables against R, scipy and numpy."""

import math

import numpy as np
import pyarrow as pa
import pytest
from analyses.statistics.baselines import compare_with_baseline
from analyses.statistics.study_tables import (
    BASELINE_TESTS,
    MEDIANS,
    SAMPLE_SIZES,
    TOPIC_TESTS,
    baseline_tests,
    medians,
    sample_sizes,
    topic_tests,
)
from analyses.statistics.survival_tables import survival_tests
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, chi2_contingency

from analyses.statistics.multiplicity import holm

TOPICS = pa.table(
    {
        "base_set": ["dl"] * 3,
        "question_set": ["server_cloud", "mobile", "browser"],
        "n_questions": [1325, 1533, 165],
        "n_not_accepted": [925, 1098, 114],
    }
)


def _plans(*populations, interval=0.05):
    return pa.table(
        {
            "question_set": [f"s{n}" for n in populations],
            "population": pa.array(populations, pa.int64()),
            "confidence": [0.95] * len(populations),
            "interval": [interval] * len(populations),
            "expected_share": [0.5] * len(populations),
        }
    )


def _waiting(**sets):
    rows = [(name, *row) for name, rows in sets.items() for row in rows]
    kinds = (pa.string(), pa.float64(), pa.bool_())
    return pa.table(
        {
            name: pa.array([row[i] for row in rows], kinds[i])
            for i, name in enumerate(("question_set", "minutes", "is_event"))
        }
    )


def test_sample_sizes_are_the_published_ones_rounded_down():
    table = sample_sizes(_plans(1325, 1533))
    assert table.schema == SAMPLE_SIZES
    server, mobile = table.to_pylist()
    # Chen et al. (2020) print 297 and 307.
    assert (server["sample_size_rounded_down"], mobile["sample_size_rounded_down"]) == (297, 307)
    assert (server["sample_size_rounded_up"], mobile["sample_size_rounded_up"]) == (298, 308)
    n0 = 1.959963984540054**2 * 0.25 / 0.05**2
    assert server["exact_sample_size"] == pytest.approx(n0 / (1 + (n0 - 1) / 1325))


def test_sample_sizes_of_nothing_and_of_few():
    rows = sample_sizes(_plans(0, 1, 10)).to_pylist()
    assert [row["sample_size_rounded_up"] for row in rows] == [0, 1, 10]
    assert [row["sample_size_rounded_down"] for row in rows] == [0, 1, 9]
    assert sample_sizes(_plans()).equals(SAMPLE_SIZES.empty_table())


def test_baseline_tests_are_those_of_r():
    """R: prop.test(2137, 3023, p = 0.605)$statistic and so on, in tests/golden."""
    acceptance = pa.table(
        {"question_set": ["d", "none"], "n_questions": [3023, 0], "n_not_accepted": [2137, 0]}
    )
    pairs = pa.table(
        {
            "question_set": ["d", "d", "none"],
            "baseline": ["big data", "concurrency", "big data"],
            "baseline_share": [0.605, 0.438, 0.605],
        }
    )
    table = baseline_tests(acceptance, pairs)
    assert table.schema == BASELINE_TESTS
    first, second, empty = table.to_pylist()
    for row, share in ((first, 0.605), (second, 0.438)):
        expected = compare_with_baseline(2137, 3023, share)
        assert row["chi2"] == expected.chi2
        assert (row["ci_low"], row["ci_high"]) == (expected.ci_low, expected.ci_high)
        assert row["n_questions"] == 3023
        assert row["no_accepted_share"] == 2137 / 3023
        assert row["share_difference"] == pytest.approx(2137 / 3023 - share)
    assert [row["p_value_adjusted"] for row in (first, second)] == holm(
        [first["p_value"], second["p_value"]]
    )
    assert empty["n_questions"] == 0
    for name in BASELINE_TESTS.names[5:]:
        assert empty[name] is None


def test_topics_at_once_are_prop_test_of_r():
    # prop.test(c(925, 1098, 114), c(1325, 1533, 165)): X-squared = 1.3817, df = 2, p = 0.5011
    table = topic_tests(TOPICS, _waiting())
    assert table.schema == TOPIC_TESTS
    shares, waiting = table.to_pylist()
    expected = chi2_contingency(
        [[925, 1098, 114], [1325 - 925, 1533 - 1098, 165 - 114]], correction=False
    )
    assert (shares["measure"], shares["n_sets"], shares["df"]) == ("no_accepted_share", 3, 2)
    assert shares["n_questions"] == 3023
    assert shares["chi2"] == pytest.approx(expected.statistic)
    assert shares["p_value"] == pytest.approx(expected.pvalue)
    assert shares["cramers_v"] == pytest.approx(math.sqrt(expected.statistic / 3023))
    assert waiting["chi2"] is None


def test_topics_at_once_wait_as_in_the_log_rank_test():
    rng = np.random.default_rng(6)
    sets = {
        name: list(zip(rng.exponential(scale, 50), rng.random(50) < 0.7, strict=True))
        for name, scale in (("server_cloud", 1), ("mobile", 3))
    }
    times = _waiting(**sets, other=[(1.0, True)])
    two = TOPICS.filter(pa.array([True, True, False]))
    _, waiting = topic_tests(two, times).to_pylist()
    pairs = pa.table({"set_a": ["server_cloud"], "set_b": ["mobile"]})
    [pair] = survival_tests(times, pairs).to_pylist()
    assert waiting["chi2"] == pytest.approx(pair["chi2"])
    assert (waiting["n_sets"], waiting["n_questions"], waiting["df"]) == (2, 100, 1)


def test_empty_topics_are_left_out():
    empty = TOPICS.set_column(2, "n_questions", pa.array([1325, 1533, 0])).set_column(
        3, "n_not_accepted", pa.array([925, 1098, 0])
    )
    shares, _ = topic_tests(empty, _waiting()).to_pylist()
    assert (shares["n_sets"], shares["df"]) == (2, 1)
    expected = chi2_contingency([[925, 1098], [400, 435]])  # two groups: with Yates' correction
    assert shares["chi2"] == pytest.approx(expected.statistic)


def test_one_topic_cannot_be_compared():
    rows = topic_tests(TOPICS.slice(0, 1), _waiting()).to_pylist()
    assert [row["measure"] for row in rows] == ["no_accepted_share", "waiting_time"]
    for row in rows:
        assert row["n_sets"] == 1
        assert row["chi2"] is row["df"] is row["p_value"] is row["cramers_v"] is None


def test_no_study_no_rows():
    assert topic_tests(TOPICS.slice(0, 0), _waiting()).equals(TOPIC_TESTS.empty_table())


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=80))
def test_medians_have_two_of_the_values_as_limits(values):
    table = medians(
        pa.table(
            {"question_set": ["s"] * len(values), "measure": ["m"] * len(values), "value": values}
        )
    )
    assert table.schema == MEDIANS
    [row] = table.to_pylist()
    assert row["median"] == pytest.approx(np.median(values))
    n, ordered = len(values), sorted(values)
    ranks = [k for k in range(1, n // 2 + 1) if binom.cdf(k - 1, n, 0.5) <= 0.025]
    if ranks:
        assert row["ci_low"] == ordered[ranks[-1] - 1]
        assert row["ci_high"] == ordered[n - ranks[-1]]
    else:
        assert row["ci_low"] is row["ci_high"] is None


def test_medians_go_by_set_and_measure():
    table = medians(
        pa.table(
            {
                "question_set": ["b", "a", "a", "a", "b"],
                "measure": ["x", "y", "x", "x", "x"],
                "value": [5.0, 7.0, 1.0, 3.0, 9.0],
            }
        )
    )
    assert [
        (row["question_set"], row["measure"], row["n"], row["median"]) for row in table.to_pylist()
    ] == [
        ("a", "x", 2, 2.0),
        ("a", "y", 1, 7.0),
        ("b", "x", 2, 7.0),
    ]
    assert (
        medians(
            table.select(["question_set", "measure"])
            .slice(0, 0)
            .append_column("value", pa.array([], pa.float64()))
        ).num_rows
        == 0
    )
