"""Published baselines, all topics at once, sample sizes: on the published sets."""

from __future__ import annotations

import json
import math

import duckdb
import pytest
from authors_package import published_ids
from dbt_runs import ROOT
from hypothesis import given
from hypothesis import strategies as st
from macros import Macros
from scipy.stats import chi2, chi2_contingency
from statsmodels.stats.proportion import proportion_confint

# Questions, and those without an accepted answer, of the published sets (JSON of the package).
COUNTS = {"server_cloud": (1325, 925), "mobile": (1533, 1098), "browser": (165, 114)}
BASELINES = {"big_data": 0.605, "concurrency": 0.438, "mobile_development": 0.55}


class TestBaselines:
    @pytest.mark.parametrize("name", COUNTS)
    def test_shares_against_published_ones(self, decided, name):
        """One-sample chi-squared with Yates' correction, written out."""
        n, x = COUNTS[name]
        rows = decided.records("from baseline_tests where question_set = ?", name)
        assert {row["baseline"]: row["baseline_share"] for row in rows} == pytest.approx(BASELINES)
        low, high = proportion_confint(x, n, method="wilson")
        for row in rows:
            p = row["baseline_share"]
            assert row["share_difference"] == pytest.approx(x / n - p)
            assert row["ci_low"] == pytest.approx(low - p)
            assert row["ci_high"] == pytest.approx(high - p)
            assert row["cohens_h"] == pytest.approx(
                2 * math.asin(math.sqrt(x / n)) - 2 * math.asin(math.sqrt(p))
            )

    def test_only_questions_of_the_same_years_are_tested(self, decided):
        """105 of 179 until 2016; R: prop.test(105, 179, p = 0.605), p-value 0.66912775."""
        rows = {
            row["baseline"]: row
            for row in decided.records("from baseline_tests where question_set = 'deployment'")
        }
        row = rows["big_data"]
        years = [
            row[f"{whose}{end}_year"] for whose in ("", "baseline_") for end in ("first", "last")
        ]
        assert years == [2015, 2019, 2008, 2016]
        n, x, p = 179, 105, 0.605
        low, high = proportion_confint(x, n, method="wilson")
        statistic = (abs(x - n * p) - 0.5) ** 2 / (n * p * (1 - p))
        assert (row["n_overlap_questions"], row["overlap_share"]) == (n, x / n)
        assert row["overlap_difference"] == pytest.approx(x / n - p)
        assert (row["overlap_ci_low"], row["overlap_ci_high"]) == pytest.approx((low - p, high - p))
        assert row["chi2"] == pytest.approx(statistic)
        assert row["p_value"] == pytest.approx(0.66912775)
        assert row["p_value_adjusted"] >= row["p_value"]
        for name in set(rows) - {"big_data"}:
            assert rows[name]["share_difference"] > 0.1
            assert rows[name]["n_overlap_questions"] == 0
            assert rows[name]["p_value"] is rows[name]["overlap_difference"] is None

    def test_the_printed_medians_stand_beside_the_own_ones(self, decided):
        rows = decided.records("from baseline_tests where question_set = 'mobile'")
        assert {row["baseline"]: row["baseline_median_response_minutes"] for row in rows} == {
            "big_data": 198,
            "concurrency": 42,
            "mobile_development": 55,
        }
        for row in rows:
            assert round(row["median_response_minutes"], 2) == 1024.44
            assert row["median_ci_low"] < 1024 < row["median_ci_high"]
            assert "Chen et al." in row["source"]

    def test_topics_union_and_baseline_are_compared(self, decided):
        pairs = decided.rows("select question_set, baseline from baseline_tests")
        names = (*COUNTS, "deployment", "non_deployment")
        assert sorted(pairs) == sorted((name, one) for name in names for one in BASELINES)
        empty = decided.records("from baseline_tests where question_set = 'non_deployment'")
        assert {row["n_questions"] for row in empty} == {0}
        assert {row["p_value"] for row in empty} == {None}

    def test_they_are_what_the_paper_quotes(self, decided, shared_facts):
        facts = (shared_facts / "published_figures.csv").read_text("utf-8")
        others = decided.rows(
            "select baseline, no_accepted_percent, median_response_minutes from stg_other_studies"
        )
        assert len(others) == len(BASELINES)
        for baseline, percent, minutes in others:
            assert f"4,no_accepted_share,{baseline},,{percent},percent" in facts
            assert f"4,response_minutes_median,{baseline},,{minutes:.0f},minutes" in facts


class TestTopicsAtOnce:
    def test_shares(self, decided):
        [row] = decided.records("from topic_tests where measure = 'no_accepted_share'")
        table = [[x, n - x] for n, x in COUNTS.values()]
        expected = chi2_contingency(table, correction=False)
        assert (row["base_set"], row["n_sets"], row["df"]) == ("dl", 3, 2)
        assert row["n_questions"] == 3023
        assert row["chi2"] == pytest.approx(expected.statistic)
        assert row["p_value"] == pytest.approx(expected.pvalue)
        assert row["cramers_v"] == pytest.approx(math.sqrt(expected.statistic / 3023))

    def test_waiting(self, decided):
        [row] = decided.records("from topic_tests where measure = 'waiting_time'")
        assert (row["n_sets"], row["n_questions"], row["df"]) == (3, 3023, 2)
        assert row["p_value"] == pytest.approx(chi2.sf(row["chi2"], 2))
        assert row["cramers_v"] is None

    def test_questions_in_two_sets_are_counted(self, decided, fse2020):
        """3,023 questions are in the published sets, 3,018 are distinct: 5 are in two of them."""
        ids = {name: published_ids(fse2020, name) for name in COUNTS}
        pairs = {
            (row["set_a"], row["set_b"]): row["n_shared"]
            for row in decided.records("from proportion_tests")
        }
        topics = {pair: n for pair, n in pairs.items() if set(pair) <= set(ids)}
        assert topics == {(a, b): len(ids[a] & ids[b]) for a, b in topics}
        assert sum(topics.values()) == 5
        assert {n for pair, n in pairs.items() if pair not in topics} == {0}
        assert decided.column("select distinct n_shared from topic_tests") == [5]
        for table in ("response_time_tests", "survival_tests"):
            found = decided.rows(f"select set_a, set_b, n_shared from {table}")
            assert {(a, b): n for a, b, n in found} == pairs

    def test_decisions_that_are_missing_are_told(self, decided, rules_only):
        sql = "select distinct depends_on_candidates from topic_tests"
        assert decided.column(sql) == [False]
        assert rules_only.column(sql) == [True]

    def test_nothing_to_compare(self, no_deep_learning):
        rows = no_deep_learning.records("from topic_tests")
        assert len(rows) == 2
        assert {(row["n_sets"], row["chi2"], row["df"]) for row in rows} == {(0, None, None)}


class TestSampleSizes:
    def test_published_sizes_and_both_roundings(self, decided):
        rows = {row["question_set"]: row for row in decided.records("from sample_sizes")}
        # Chen et al. (2020) print 297 and 307, and label all 165 browser questions.
        assert {name: row["sample_size"] for name, row in rows.items()} == {
            "server_cloud": 297,
            "mobile": 307,
            "browser": 165,
        }
        for name, row in rows.items():
            n0 = 1.959963984540054**2 * 0.25 / 0.05**2
            exact = n0 / (1 + (n0 - 1) / COUNTS[name][0])
            assert row["population"] == COUNTS[name][0]
            assert row["exact_sample_size"] == pytest.approx(exact)
            assert row["sample_size_rounded_down"] == math.floor(exact)
            assert row["sample_size_rounded_up"] == math.ceil(exact)
            assert (row["confidence"], row["interval"], row["rounding"]) == (0.95, 0.05, "down")

    def test_the_union_takes_what_its_topics_take(self, decided):
        assert decided.column(
            "select value from replication_measures"
            " where measure = 'sample_size' and question_set = 'deployment'"
        ) == [769]

    def test_an_empty_topic_needs_none(self, no_deep_learning):
        rows = no_deep_learning.records("from sample_sizes")
        assert len(rows) == 3
        for row in rows:
            assert row["sample_size"] == row["exact_sample_size"] == row["population"] == 0


class TestPublishedCounts:
    def test_the_printed_statistic_fits_one_size_of_the_baseline(self, decided):
        """67,806 questions, as the reasons say, and no other number; their share is as printed."""
        accepted = 25262
        fits = [
            n
            for n in range(67_000, 69_000)
            if round(chi2_contingency([[886, 3023 - 886], [accepted, n - accepted]]).statistic, 3)
            == 78.153
        ]
        assert fits == [67_806]
        assert round(100 * (1 - accepted / 67_806), 1) == 62.7
        reasons = decided.column(
            "select reason from stg_published_needs where reason like '%67,806%'"
        )
        misprints = decided.column(
            "select misprint from stg_published_figures where misprint like '%67,806%'"
        )
        assert len(reasons) == len(misprints) == 1


@pytest.fixture(scope="module")
def wilson():
    macros = Macros(ROOT / "dbt_project" / "macros" / "shares.sql")
    columns = macros.wilson_interval("x", "n")
    connection = duckdb.connect()

    def interval(x, n):
        sql = f"select {columns} from (select ?::bigint as x, ?::bigint as n)"
        return connection.execute(sql, [x, n]).fetchone()

    return interval


class TestWilsonsInterval:
    @given(st.data())
    def test_it_is_that_of_statsmodels(self, wilson, data):
        n = data.draw(st.integers(1, 10**6))
        x = data.draw(st.integers(0, n))
        assert wilson(x, n) == pytest.approx(proportion_confint(x, n, method="wilson"), abs=1e-12)

    def test_it_is_that_of_r(self, wilson):
        """R: prop.test(x, n, correct = FALSE)$conf.int, as kept for the statistics."""
        golden = json.loads((ROOT / "tests/golden/statistics_r.json").read_text("utf-8"))
        cases = [one for one in golden["cases"]["wilson"] if one["input"]["level"] == 0.95]
        assert len(cases) >= 5
        for case in cases:
            given, expected = case["input"], case["value"]
            limits = (expected["low"], expected["high"])
            assert wilson(given["x"], given["n"]) == pytest.approx(limits, abs=1e-12)

    def test_edges(self, wilson):
        assert wilson(0, 0) == (None, None)
        assert wilson(0, 10)[0] == 0
        assert wilson(10, 10)[1] == 1
