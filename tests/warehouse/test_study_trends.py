"""Popularity beyond counts: shares of the base set, change a year, trends."""

from __future__ import annotations

from datetime import date

import pytest

from analyses.statistics.multiplicity import holm
from analyses.statistics.trends import mann_kendall, poisson_trend

# Questions a year as published (post_trend.csv), 2015 to 2019.
PUBLISHED = {"server_cloud": [1, 109, 288, 406, 521], "mobile": [8, 62, 257, 484, 722]}
YEARS = list(range(2015, 2020))
FIRST, LAST = date(2015, 1, 10), date(2019, 11, 30)
COVERED = [(date(2015, 12, 31) - FIRST).days + 1, 366, 365, 365, (LAST - date(2019, 1, 1)).days + 1]
EXPOSURE = [
    days / (366 if year == 2016 else 365) for days, year in zip(COVERED, YEARS, strict=True)
]


def yearly(warehouse, question_set):
    return warehouse.records(
        "from yearly_popularity where question_set = ? order by year", question_set
    )


def test_covered_part_of_each_year(decided):
    first, last = decided.rows(
        "select min(created_at)::date, max(created_at)::date from stg_posts"
    )[0]
    assert (first, last) == (FIRST, LAST)
    covered = [row["covered_share"] for row in yearly(decided, "mobile")]
    assert covered == [min(1, days / 365) for days in COVERED]


@pytest.mark.parametrize("name", PUBLISHED)
def test_change_from_year_to_year(decided, name):
    counts = PUBLISHED[name]
    rows = yearly(decided, name)
    assert [row["n_questions"] for row in rows] == counts
    assert rows[0]["question_growth"] is None
    for place in range(1, 5):
        assert rows[place]["question_growth"] == pytest.approx(
            counts[place] / counts[place - 1] - 1
        )


def test_shares_of_the_base_set(decided):
    base = {row["year"]: row["n_questions"] for row in yearly(decided, "dl")}
    for name in ("dl", "mobile", "deployment", "non_deployment"):
        for row in yearly(decided, name):
            assert row["n_base_questions"] == base[row["year"]]
            assert row["base_question_share"] == row["n_questions"] / base[row["year"]]
    for row in yearly(decided, "all_questions"):
        assert row["n_base_questions"] is row["base_question_share"] is None


def test_monthly_shares_of_the_base_set_add_up(decided):
    rows = decided.rows(
        "select year(month), sum(n_base_questions) from monthly_popularity"
        " where question_set = 'mobile' group by all order by all"
    )
    assert rows == [(row["year"], row["n_questions"]) for row in yearly(decided, "dl")]


@pytest.mark.parametrize("name", PUBLISHED)
def test_trend_of_the_published_counts(decided, name):
    """The functions are tested against R; here the counts and the parts of the years are."""
    [row] = decided.records(
        "from popularity_trends where question_set = ? and measure = 'questions'", name
    )
    counts = PUBLISHED[name]
    rates = [n / part for n, part in zip(counts, EXPOSURE, strict=True)]
    trend, rate = mann_kendall(YEARS, rates), poisson_trend(YEARS, counts, EXPOSURE)
    assert (row["first_year"], row["last_year"], row["n_years"]) == (2015, 2019, 5)
    assert row["n_questions"] == sum(counts)
    for column, expected in (
        ("tau", trend.tau),
        ("mann_kendall_p_value", trend.p_value),
        ("slope", trend.slope),
        ("slope_ci_low", trend.ci_low),
        ("rate_ratio", rate.rate_ratio),
        ("rate_ratio_ci_low", rate.quasi_ci_low),
        ("rate_ratio_ci_high", rate.quasi_ci_high),
        ("rate_p_value", rate.quasi_p_value),
        ("dispersion", rate.dispersion),
    ):
        assert row[column] == pytest.approx(expected, rel=1e-6), column


def test_trend_of_the_share_of_the_base_set(decided):
    base = [row["n_questions"] for row in yearly(decided, "dl")]
    [row] = decided.records(
        "from popularity_trends where question_set = 'mobile' and measure = 'share_of_base_set'"
    )
    rate = poisson_trend(YEARS, PUBLISHED["mobile"], base)
    assert row["rate_ratio"] == pytest.approx(rate.rate_ratio, rel=1e-6)
    assert row["rate_ratio_ci_high"] == pytest.approx(rate.quasi_ci_high, rel=1e-6)


def test_each_set_has_the_measures_that_make_sense(decided):
    found = set(decided.rows("select question_set, measure from popularity_trends"))
    parts = ("server_cloud", "mobile", "browser", "deployment", "non_deployment")
    assert found == {
        ("all_questions", "questions"),
        *((name, "questions") for name in ("dl", "framework_tagged", *parts)),
        *((name, "share_of_all_questions") for name in ("dl", "framework_tagged", *parts)),
        *((name, "share_of_base_set") for name in parts),
    }


def test_holm_goes_by_measure_over_what_the_study_asks(decided):
    """Not over the base set and all questions: nobody asks whether these grow."""
    for measure in ("questions", "share_of_all_questions", "share_of_base_set"):
        rows = decided.records("from popularity_trends where measure = ?", measure)
        beside = [
            row
            for row in rows
            if row["question_set"] in {"all_questions", "dl", "framework_tagged"}
        ]
        family = [row for row in rows if row not in beside]
        assert len(family) == 5
        for column in ("mann_kendall_p_value", "rate_p_value"):
            expected = holm([row[column] for row in family])
            assert [row[f"{column}_adjusted"] for row in family] == pytest.approx(expected)
            assert [row[f"{column}_adjusted"] for row in beside] == [row[column] for row in beside]


def test_a_set_without_questions_has_no_trend(decided, no_deep_learning):
    rows = decided.records("from popularity_trends where question_set = 'non_deployment'")
    assert len(rows) == 3
    for row in rows:
        assert row["n_questions"] == 0
        assert row["tau"] is row["slope"] is row["rate_ratio"] is row["rate_p_value"] is None
    # No study ever begins there; all questions have their own trend.
    [alone] = no_deep_learning.records("from popularity_trends")
    assert (alone["question_set"], alone["measure"]) == ("all_questions", "questions")
    assert alone["n_questions"] > 50
