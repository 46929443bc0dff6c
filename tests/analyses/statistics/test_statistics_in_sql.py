"""The statistics as the models call them: SQL functions, against R, scipy and plain counting."""

import subprocess
import sys
import time
from dataclasses import fields

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from analyses.statistics.adjusted import Outcomes, adjusted_comparisons, cluster_effects
from analyses.warehouse.functions import HORIZONS, register

ROWS = st.lists(st.tuples(st.integers(0, 50).map(float), st.booleans()), min_size=1, max_size=60)
MINUTES = st.floats(0, 1e6)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        register(connection)
        yield connection


@pytest.fixture(scope="module")
def call(connection):
    """Call a function of SQL by its name; a struct comes back as a dict."""

    def run(name, *values):
        places = ", ".join("?" * len(values))
        return connection.execute(f"select {name}({places})", values).fetchone()[0]

    return run


def split(rows):
    """Minutes, and whether each ends with an event, as numbers: SQL has lists of one type."""
    return [waited for waited, _ in rows], [float(event) for _, event in rows]


def two_groups(case):
    """Minutes and events of each of two groups of a case of R's."""
    one, other = sorted(set(case["group"]))
    rows = list(zip(case["time"], case["event"], case["group"], strict=True))
    return [
        column
        for group in (one, other)
        for column in split([(float(t), e) for t, e, g in rows if g == group])
    ]


def height(rows, minutes):
    """Kaplan-Meier by its definition, in exact counts, one time after the other."""
    left = 1.0
    for at in sorted({waited for waited, event in rows if event and waited <= minutes}):
        n_at_risk = sum(waited >= at for waited, _ in rows)
        left *= 1 - sum(waited == at and event for waited, event in rows) / n_at_risk
    return left


class TestShares:
    def test_several_are_prop_test_of_r(self, call, prop_test_case, assert_near):
        given, expected = prop_test_case["input"], prop_test_case["value"]
        found = call("compare_many_shares", given["x"], given["n"])
        for name in ("chi2", "df", "p_value"):
            assert_near(found[name], expected[name])
        if len(given["x"]) == 2:
            (k_a, k_b), (n_a, n_b) = given["x"], given["n"]
            two = call("compare_shares", k_a, n_a, k_b, n_b)
            assert [two[name] for name in ("chi2", "df", "p_value")] == [
                found[name] for name in ("chi2", "df", "p_value")
            ]
            assert two["share_difference"] == pytest.approx(k_a / n_a - k_b / n_b)
            assert two["ci_low"] <= two["share_difference"] <= two["ci_high"]

    def test_one_against_a_printed_share_is_prop_test_of_r(
        self, call, one_sample_case, assert_near
    ):
        given, expected = one_sample_case["input"], one_sample_case["value"]
        found = call("compare_with_printed_share", given["x"], given["n"], given["p"])
        for name in ("chi2", "df", "p_value"):
            assert_near(found[name], expected[name])

    def test_empty_groups_are_left_out(self, call):
        found = call("compare_many_shares", [925, 1098, 0], [1325, 1533, 0])
        expected = chi2_contingency([[925, 1098], [400, 435]])  # two groups: Yates' correction
        assert (found["chi2"], found["df"]) == (pytest.approx(expected.statistic), 1)
        for shares in (([925, 0], [1325, 0]), ([5], [9]), ([], [])):
            assert call("compare_many_shares", *shares) is None
        for shares in ((0, 0, 5, 9), (None, None, 5, 9)):
            found = call("compare_shares", *shares)
            assert (found["n_a"], found["n_b"]) == (0, 9)
            assert found["chi2"] is found["p_value"] is found["ci_low"] is None


class TestRanks:
    def test_they_are_those_of_r(self, call, wilcox_case, assert_near):
        given, expected = wilcox_case["input"], wilcox_case["value"]
        found = call("compare_ranks", given["a"], given["b"])
        assert_near(found["u"], expected["u"])
        assert_near(found["p_value"], expected["p_value"], rel=1e-6)
        assert (found["n_a"], found["n_b"]) == (len(given["a"]), len(given["b"]))

    def test_the_effect_is_that_of_r(self, call, delta_case, assert_near):
        found = call("compare_ranks", delta_case["input"]["a"], delta_case["input"]["b"])
        assert_near(found["cliffs_delta"], delta_case["value"]["delta"])

    def test_the_shift_is_that_of_r(self, call, shift_case, assert_near):
        found = call("compare_ranks", shift_case["input"]["a"], shift_case["input"]["b"])
        assert_near(found["hodges_lehmann_minutes"], shift_case["value"]["shift"])

    def test_an_empty_sample_has_no_numbers(self, call):
        for b in ([], None):
            found = call("compare_ranks", [1.0, 2.0, 3.0, 4.0], b)
            assert (found.pop("n_a"), found.pop("n_b")) == (4, 0)
            assert set(found.values()) == {None}


class TestQuantiles:
    def test_median_and_interval_are_those_of_r(self, call, quantile_case, assert_near):
        given, expected = quantile_case["input"], quantile_case["value"]
        if (given["p"], given["level"]) == (0.5, 0.95):
            found = call("median_interval", given["x"])
            for name, of_r in (("value", "value"), ("ci_low", "low"), ("ci_high", "high")):
                assert_near(found[name], expected[of_r])

    @given(values=st.lists(MINUTES, min_size=1, max_size=5), data=st.data())
    def test_they_are_in_order_and_between_neighbours(self, call, values, data):
        """Of equal neighbours, too: no check of a build fails for the last bit of a double."""
        values += data.draw(st.lists(st.sampled_from(values), max_size=5))
        found = call("quantiles", values, [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
        assert found == sorted(found)
        assert (found[0], found[-1]) == (min(values), max(values))
        if len(set(values)) == 1:
            assert set(found) == set(values)

    def test_equal_response_times(self, call):
        """DuckDB's own quantile_cont is 727.5655000000002 at 0.1 and less at 0.25."""
        for n in (2, 3, 4, 7):
            found = call("quantiles", [727.5655] * n, [0.1, 0.25, 0.5, 0.75, 0.9])
            assert set(found) == {727.5655}
            assert call("median_interval", [727.5655] * n)["value"] == 727.5655

    def test_of_nothing(self, call):
        assert call("quantiles", None, [0.5]) is None
        assert call("median_interval", None)["value"] is None


def test_holm_goes_over_the_family_without_its_nulls(connection, holm_case, assert_near):
    given, expected = holm_case["input"]["p"], holm_case["value"]
    connection.execute(
        "create or replace temp table family as"
        " select unnest(?::double[]) as p, unnest(generate_series(1, ?)) as place",
        [given, len(given)],
    )
    found = connection.execute(
        "select holm_adjusted(p, list(p) over ()) from family order by place"
    ).fetchall()
    assert_near([p for (p,) in found], expected)


def test_sample_sizes_are_the_published_ones(call):
    """Chen et al. (2020) print 297 and 307, rounded down."""
    for population, down, up in ((1325, 297, 298), (1533, 307, 308), (0, 0, 0), (1, 1, 1)):
        found = call("sample_sizes", population, 0.95, 0.05, 0.5)
        assert found["sample_size_rounded_down"] == down
        assert found["sample_size_rounded_up"] == up
        n0 = 1.959963984540054**2 * 0.25 / 0.05**2
        if population:
            expected = n0 / (1 + (n0 - 1) / population)
            assert found["exact_sample_size"] == pytest.approx(expected)


def are_counts(values):
    return all(value >= 0 and value == int(value) for value in values)


class TestTrend:
    def test_a_rate_is_that_of_r(self, call, poisson_case, assert_near):
        given, expected = poisson_case["input"], poisson_case["value"]
        found = call("trend", given["time"], given["counts"], given["exposure"])
        for name, of_r in (
            ("rate_ratio", "rate_ratio"),
            ("rate_ratio_ci_low", "quasi_low"),
            ("rate_ratio_ci_high", "quasi_high"),
            ("dispersion", "dispersion"),
            ("rate_p_value", "quasi_p_value"),
        ):
            assert_near(found[name], expected[of_r], rel=1e-6)

    def test_ranks_are_those_of_r(self, call, kendall_case, assert_near):
        x, y = kendall_case["input"]["x"], kendall_case["input"]["y"]
        if are_counts(y):
            found = call("trend", x, y, [1.0] * len(x))
            assert_near(found["tau"], kendall_case["value"]["tau"])
            assert_near(found["mann_kendall_p_value"], kendall_case["value"]["p_value"], rel=1e-6)

    def test_slopes_are_those_of_r(self, call, sen_case, assert_near):
        x, y = sen_case["input"]["x"], sen_case["input"]["y"]
        if are_counts(y):
            assert_near(call("trend", x, y, [1.0] * len(x))["slope"], sen_case["value"]["slope"])

    def test_half_a_year_counts_as_half(self, call):
        """A rate that stays the same is no trend, whatever part of a year is covered."""
        found = call("trend", [2015, 2016, 2017, 2018], [50, 100, 100, 50], [0.5, 1, 1, 0.5])
        assert found["rate_ratio"] == pytest.approx(1)
        assert found["slope"] == 0

    def test_what_has_no_trend_is_null(self, call):
        for years in ([2015, 2016, 2017], []):
            found = call("trend", years, [0] * len(years), [1] * len(years))
            assert set(found.values()) == {None}
        found = call("trend", [2015], [7], [1])
        assert found["tau"] is found["slope"] is found["rate_ratio"] is None
        found = call("trend", [2015, 2016], [7, 14], [1, 1])
        assert found["rate_ratio"] == pytest.approx(2)
        assert found["rate_ratio_ci_low"] is found["dispersion"] is None


class TestSurvivalCurves:
    def test_their_steps_are_those_of_r(self, call, curve_case, assert_near):
        given, expected = curve_case["input"], curve_case["value"]
        by_time = {at: place for place, at in enumerate(expected["time"])}
        steps = call("survival_steps", given["time"], given["event"])
        for step in steps:
            if step["minutes"] in by_time:
                place = by_time[step["minutes"]]
                for name, of_r in (
                    ("n_at_risk", "n_at_risk"),
                    ("not_accepted_yet", "survival"),
                    ("ci_low", "low"),
                    ("ci_high", "high"),
                ):
                    assert_near(step[name], expected[of_r][place], rel=1e-6)

    @given(rows=ROWS)
    def test_every_step_is_on_the_whole_curve(self, call, rows):
        steps = call("survival_steps", *split(rows))
        assert steps[0]["minutes"] == 0
        assert steps[-1]["minutes"] == max(waited for waited, _ in rows)
        for step in steps:
            assert step["not_accepted_yet"] == pytest.approx(height(rows, step["minutes"]))
            assert step["n_at_risk"] == sum(waited >= step["minutes"] for waited, _ in rows)
        assert sum(step["n_events"] for step in steps) == sum(event for _, event in rows)

    def test_a_large_curve_is_thinned(self, call):
        rng = np.random.default_rng(1)
        rows = list(zip(rng.permutation(5000).astype(float), rng.random(5000) < 0.6, strict=True))
        steps = call("survival_steps", *split(rows))
        assert len(steps) <= 253
        heights = [step["not_accepted_yet"] for step in steps]
        assert heights == sorted(heights, reverse=True)
        assert sum(step["n_events"] for step in steps) == sum(event for _, event in rows)

    def test_without_events_and_at_once(self, call):
        steps = call("survival_steps", *split([(5.0, False), (9.0, False)]))
        assert [(one["minutes"], one["not_accepted_yet"], one["n_events"]) for one in steps] == [
            (0, 1, 0),
            (5, 1, 0),
            (9, 1, 0),
        ]
        assert {one["ci_low"] for one in steps} == {one["ci_high"] for one in steps} == {None}
        [first, second] = call("survival_steps", *split([(0.0, True), (0.0, False), (3.0, True)]))
        assert (first["minutes"], first["n_at_risk"], first["n_events"]) == (0, 3, 1)
        assert first["not_accepted_yet"] == pytest.approx(2 / 3)
        assert (second["n_at_risk"], second["not_accepted_yet"], second["ci_low"]) == (1, 0, None)
        assert call("survival_steps", None, None) == []


class TestSurvivalNumbers:
    def test_the_median_is_that_of_r(self, call, survival_median_case, assert_near):
        given, expected = survival_median_case["input"], survival_median_case["value"]
        found = call("survival_numbers", given["time"], given["event"])
        for name, of_r in (
            ("median_minutes", "median"),
            ("median_ci_low", "low"),
            ("median_ci_high", "high"),
        ):
            assert_near(found[name], expected[of_r])

    @given(rows=ROWS)
    def test_shares_by_a_time_are_one_less_the_curve(self, call, rows):
        found = call("survival_numbers", *split(rows))
        waited = np.array([waited for waited, _ in rows])
        assert found["n_observed"] == len(rows)
        assert found["n_events"] == sum(event for _, event in rows)
        assert found["n_at_risk_1h"] == (waited >= HORIZONS["1h"]).sum()
        if waited.max() >= HORIZONS["1h"] or height(rows, 60) == 0:
            assert found["accepted_within_1h"] == pytest.approx(1 - height(rows, 60))
        else:
            assert found["accepted_within_1h"] is None

    def test_the_young_count_for_as_long_as_they_were_seen(self, call):
        """Six questions, accepted after 30 and 90 minutes; one was asked 45 before the end."""
        rows = [(30, True), (90, True), (45, False), (5000, False), (5000, False), (5000, False)]
        found = call("survival_numbers", *split(rows))
        assert found["accepted_within_1h"] == pytest.approx(1 / 6)
        assert found["accepted_within_1d"] == pytest.approx(1 - 5 / 6 * 3 / 4)
        assert found["n_at_risk_1d"] == 3
        assert found["accepted_within_7d"] is None  # nobody was watched that long
        assert found["median_minutes"] is None

    def test_of_nothing(self, call):
        found = call("survival_numbers", None, None)
        assert (found.pop("n_observed"), found.pop("n_events")) == (0, 0)
        assert set(found.values()) == {None}


class TestWaiting:
    def test_the_log_rank_test_is_that_of_r(self, call, log_rank_case, assert_near):
        given, expected = log_rank_case["input"], log_rank_case["value"]
        rows = list(zip(given["time"], given["event"], given["group"], strict=True))
        groups = [
            split([(float(t), e) for t, e, g in rows if g == group])
            for group in sorted(set(given["group"]))
        ]
        found = call(
            "compare_many_waiting", [minutes for minutes, _ in groups], [e for _, e in groups]
        )
        for name in ("chi2", "df", "p_value"):
            assert_near(found[name], expected[name], rel=1e-6)
        assert (found["n_sets"], found["n_questions"]) == (len(groups), len(rows))
        if len(groups) == 2:
            two = call("compare_waiting", *two_groups(given))
            assert [two["n_a"], two["n_b"]] == expected["n"]
            assert [two["n_events_a"], two["n_events_b"]] == expected["observed"]
            assert_near([two["n_expected_a"], two["n_expected_b"]], expected["expected"], rel=1e-6)
            assert two["chi2"] == pytest.approx(found["chi2"])

    def test_the_hazard_ratio_is_that_of_r(self, call, hazard_case, assert_near):
        given, expected = hazard_case["input"], hazard_case["value"]
        if given["level"] == 0.95 and len(set(given["stratum"])) == 1 and not any_period(given):
            found = call("compare_waiting", *two_groups(given))
            assert_near(found["hazard_ratio"], expected["ratio"], rel=1e-6)
            assert_near(found["ci_low"], expected["low"], rel=1e-6)
            assert_near(found["ci_high"], expected["high"], rel=1e-6)

    def test_the_test_of_proportional_hazards_is_that_of_r(self, call, zph_case, assert_near):
        given, expected = zph_case["input"], zph_case["value"]
        if len(set(given["stratum"])) == 1:
            found = call("compare_waiting", *two_groups(given))
            assert_near(found["proportionality_chi2"], expected["chi2"], rel=1e-6)
            assert_near(found["proportionality_p_value"], expected["p_value"], rel=1e-6)

    def test_differences_at_a_day_a_week_and_a_month_are_those_of_r(
        self, call, difference_by_case, assert_near
    ):
        """A day, a week or a month after the shift is the time of the case."""
        given, expected = difference_by_case["input"], difference_by_case["value"]
        if given["level"] != 0.95:
            return
        for name in ("1d", "7d", "30d"):
            scaled = [time * HORIZONS[name] / given["at"] for time in given["time"]]
            found = call("compare_waiting", *two_groups(given | {"time": scaled}))
            assert_near(
                [found[f"difference_within_{name}{end}"] for end in ("", "_ci_low", "_ci_high")],
                [expected[of_r] for of_r in ("difference", "low", "high")],
                rel=1e-6,
            )

    def test_nothing_to_compare(self, call):
        for groups in ((None, None), ([], []), ([[1.0]], [[1.0]])):
            assert call("compare_many_waiting", *groups) is None
        found = call("compare_waiting", [1.0, 2.0], [1.0, 0.0], None, None)
        assert (found["n_a"], found["n_b"], found["n_events_b"]) == (2, 0, 0)
        assert found["p_value"] is found["hazard_ratio"] is found["df"] is None


QUESTION = (
    "struct(year double, asker varchar, answerer varchar, no_accepted double,"
    " no_answer double, accepted_within_30d double, minutes double, is_event double)[]"
)


class TestAdjusted:
    """What the statistics are given is what the lists of structs hold, nulls as not known."""

    ROWS = (
        (2018.0, "s/1", "s/9", 0.0, 0.0, 1.0, 30.0, 1.0),
        (2018.0, "s/1", None, 1.0, 1.0, None, 500.0, 0.0),
        (2019.0, None, "s/9", 0.0, 0.0, 0.0, 70_000.0, 1.0),
        (2019.0, "s/2", None, 0.0, 0.0, None, None, 0.0),
        (2019.0, "s/3", "s/8", 0.0, 0.0, 1.0, 45.0, 1.0),
    )

    @staticmethod
    def outcomes(rows):
        columns = list(zip(*rows, strict=True))
        return Outcomes(
            **{
                field.name: np.array(
                    column, dtype=object if field.name in {"asker", "answerer"} else np.float64
                )
                for field, column in zip(fields(Outcomes), columns, strict=True)
            }
        )

    def rows_of(self, connection, name, *groups):
        names = [field.name for field in fields(Outcomes)]
        given = [[dict(zip(names, row, strict=True)) for row in rows] for rows in groups]
        places = ", ".join([f"?::{QUESTION}"] * len(groups))
        [(found,)] = connection.execute(f"select {name}({places})", given).fetchall()
        return found

    def test_two_sets(self, connection):
        groups = self.ROWS, self.ROWS[1:]
        found = self.rows_of(connection, "adjust_comparisons", *groups)
        expected = adjusted_comparisons(*map(self.outcomes, groups))
        assert found == [row.to_dict() for row in expected]
        by = {(row["outcome"], row["method"]): row for row in found}
        assert by["accepted_within_30d", "crude"]["n_a"] == 3
        assert by["waiting", "crude"]["n_b"] == 3
        assert by["no_accepted", "clustered_by_asker"]["n_clusters"] == 5

    def test_one_set(self, connection):
        found = self.rows_of(connection, "allow_for_clusters", self.ROWS)
        assert found == [row.to_dict() for row in cluster_effects(self.outcomes(self.ROWS))]

    def test_of_nothing(self, connection):
        assert self.rows_of(connection, "allow_for_clusters", ()) is not None
        for name in ("allow_for_clusters(null)", "adjust_comparisons(null, null)"):
            assert connection.execute(f"select {name}").fetchall() == [([],)]


def any_period(given):
    """Whether a case looks at a part of the time alone, which the models do not."""
    first, last = given["period"]
    return first not in {None, 0} or last not in {None, "Inf"}


def test_columns_are_worked_through_row_by_row(connection):
    """More rows than DuckDB hands over at once, with nulls between."""
    found = connection.execute(
        """
        select n, quantiles(case when n % 3 > 0 then [n, n + 2.0] end, [0.5])[1] as middle
        from range(5000) as numbers(n) order by n
        """
    ).fetchall()
    assert found == [(n, n + 1.0 if n % 3 else None) for n in range(5000)]


def test_a_hundred_thousand_times_take_seconds(connection):
    started = time.process_time()
    connection.execute(
        """
        create or replace temp table big as
        select
            list(exp(6 + 2 * sin(n)) * (n % 997)) as a,
            list(exp(5.5 + 2 * cos(n)) * (n % 991)) as b,
            list((n % 3 > 0)::double) as is_event
        from range(100_000) as numbers(n)
        """
    )
    [(ranks, steps, numbers, waiting)] = connection.execute(
        "select compare_ranks(a, b), survival_steps(a, is_event), survival_numbers(a, is_event),"
        " compare_waiting(a, is_event, b, is_event) from big"
    ).fetchall()
    assert ranks["cliffs_delta"] is not None
    assert ranks["hodges_lehmann_minutes"] is not None
    assert len(steps) <= 253
    assert numbers["n_observed"] == 100_000
    assert waiting["chi2"] is not None
    assert time.process_time() - started < 30


def test_to_make_them_known_imports_no_statistics_library():
    """A second and more that `dbt docs` and a connection need not wait."""
    program = (
        "import sys, duckdb\n"
        "from analyses.warehouse.functions import register\n"
        "register(duckdb.connect())\n"
        "assert not {'scipy.stats', 'statsmodels'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
