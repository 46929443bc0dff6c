"""Times on two sites made by hand: a constant series, equal response times, odd answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dbt_runs import build, once
from small_dumps import answer, question, write_posts

FIRST = datetime(2010, 1, 1, 12, tzinfo=UTC)
ENDS = {
    "early.com": datetime(2016, 6, 30, tzinfo=UTC),
    "late.com": datetime(2020, 1, 1, tzinfo=UTC),
}
EQUAL = timedelta(milliseconds=43_653_930)  # 727.5655 minutes
STUDY = """\
study: garden
title: Gardens
base:
  garden: {tags: [garden]}
topics:
  pond: {tags: [pond]}
  soil: {tags: [soil]}
  lawn: {tags: [lawn], among: all}
union: {some: Some of it}
baseline: {rest: The rest}
"""


def posts(end):
    """A question of each topic every five days, as long as the site goes on.

    Those of `pond` are answered after 727.5655 minutes; those of `soil` name an answer of the
    question before; of `lawn` three in four are not about gardens.
    """
    rows, at, n = [], FIRST, 0
    while at < end:
        n += 10
        turn = n // 10
        rows += [
            question(n, at, "garden", "pond", accepted=n + 1),
            question(n + 2, at, "garden", "soil", accepted=n + 3),
            answer(n + 3, n - 8 if n > 10 else n + 2, at + timedelta(hours=10)),
            question(n + 4, at, *(["lawn", "garden"] if turn % 4 == 0 else ["lawn"])),
            question(n + 5, at, "garden"),
            question(n + 6, at, "pond"),
        ]
        if at + EQUAL < end:
            rows.append(answer(n + 1, n, at + EQUAL))
        at += timedelta(days=5)
    return rows


@pytest.fixture(scope="module")
def garden(warehouses):
    def make(folder):
        study = folder / "garden"
        study.mkdir()
        (study / "study.yml").write_text(STUDY, "utf-8")
        dumps = {site: write_posts(folder / site, posts(end)) for site, end in ENDS.items()}
        return build(folder, dumps, study=study)

    return once(warehouses / "garden", make)


class TestConstantSeries:
    """One site ends in the middle of 2016, the other goes on: there is no trend."""

    def test_the_years_that_both_cover_are_looked_at(self, garden):
        rows = garden.records("from popularity_trends where question_set = 'garden'")
        assert {(row["first_year"], row["last_year"], row["n_years"]) for row in rows} == {
            (2010, 2016, 7)
        }
        covered = dict(
            garden.rows(
                "select year, covered_share from yearly_popularity where question_set = 'garden'"
            )
        )
        assert covered[2015] == 1
        assert covered[2016] == pytest.approx(0.5, abs=0.01)
        assert covered[2017] == covered[2019] == 0

    def test_it_has_no_trend(self, garden):
        rows = garden.records("from popularity_trends")
        assert len(rows) == 1 + 2 + 3 * 5  # all questions, the base set, what is compared
        for row in rows:
            for name in ("mann_kendall_p_value", "rate_p_value"):  # null where nothing scatters
                assert row[name] is None or row[name] > 0.2, row
            assert row["rate_ratio"] == pytest.approx(1, abs=0.02), row


class TestEqualResponseTimes:
    def test_quantiles_are_that_time(self, garden):
        """727.5655 minutes: interpolated between two of them it was 727.5655000000002 at p10."""
        [row] = garden.records("from response_time_summary where question_set = 'pond'")
        assert row["n_response_times"] > 1000
        for name in ("p10", "q1", "median_response_minutes", "q3", "p90", "median_ci_low"):
            assert row[name] == 727.5655, name
        assert row["min_response_minutes"] == row["max_response_minutes"] == 727.5655
        assert row["lower_whisker"] == row["upper_whisker"] == 727.5655


class TestAnswersOfOtherQuestions:
    def test_they_are_counted_and_not_timed(self, garden):
        [row] = garden.records("from response_time_summary where question_set = 'soil'")
        n_first = 2  # the first question of either site names an answer of its own
        assert row["n_answers_of_other_questions"] == row["n_accepted"] - n_first > 1000
        assert row["n_response_times"] == n_first
        assert row["max_response_minutes"] == 600

    def test_they_leave_the_curve_and_say_why(self, garden):
        [row] = garden.records("from survival_summary where question_set = 'soil'")
        assert row["n_observed"] == row["n_events"] == 2
        assert row["n_answers_of_other_questions"] == row["n_questions"] - 2
        [accepted] = garden.column("select n_accepted from acceptance where question_set = 'soil'")
        assert accepted == row["n_questions"]  # its asker accepted an answer all the same

    def test_the_question_has_no_time(self, garden):
        assert garden.rows(
            "select distinct is_accepted, response_minutes from soil_questions"
            " where question_id > 12"
        ) == [(True, None)]


class TestTopicsAndTheirBase:
    def test_a_topic_is_within_its_base(self, garden):
        """Half of the questions about ponds are not about gardens."""
        [tagged] = garden.column("select count(*) from stg_posts where list_contains(tags, 'pond')")
        [n] = garden.column("select n_questions from acceptance where question_set = 'pond'")
        assert tagged == 2 * n
        shares = garden.column(
            "select max(base_question_share) from yearly_popularity"
            " where question_set in ('pond', 'soil', 'rest')"
        )
        assert shares[0] <= 1
        assert not garden.rows(
            "select site, question_id from question_set_members where question_set = 'pond'"
            " except select site, question_id from question_set_members"
            " where question_set = 'garden'"
        )

    def test_a_topic_may_ask_among_all(self, garden):
        [(inside, n)] = garden.rows(
            "select count(*) filter (where list_contains(tags, 'garden')), count(*)"
            " from lawn_questions"
        )
        assert n > 3 * inside > 0
