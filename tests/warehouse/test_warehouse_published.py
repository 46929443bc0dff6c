"""The numbers of the study on the authors' own posts, by rules alone and with their decisions."""

from __future__ import annotations

import csv
from datetime import datetime

import numpy as np
import pytest
from authors_package import FILES, published_ids, published_posts
from scipy.stats import chi2_contingency

from analyses.warehouse.database import connect
from analyses.warehouse.human_input import SetInput, read_human_input


def figures(shared_facts):
    with (shared_facts / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def response_times(posts):
    """Response times of published posts, by the standard library alone."""
    times = []
    for post in posts:
        answers = {answer["Id"]: answer for answer in post["answers"]}
        if "AcceptedAnswerId" in post:
            answered_at = datetime.fromisoformat(answers[post["AcceptedAnswerId"]]["CreationDate"])
            times.append(answered_at - datetime.fromisoformat(post["CreationDate"]))
    return times


class TestRulesAlone:
    def test_posts_are_all_there(self, rules_only):
        assert dict(
            rules_only.rows("select post_type_id, count(*) from stg_posts group by all")
        ) == {1: 3018, 2: 2676}

    def test_base_set(self, rules_only):
        assert len(rules_only.members("dl")) == 2095

    def test_terms_alone_give_the_printed_numbers(self, rules_only):
        found = dict(
            rules_only.rows("select question_set, n_term_matched from question_set_funnel")
        )
        assert found["mobile"] == 486
        assert found["server_cloud"] == 279

    def test_mobile_is_the_published_set(self, rules_only, fse2020):
        published = published_ids(fse2020, "mobile")
        assert len(published) == 1533
        assert rules_only.members("mobile") == published

    def test_every_published_server_question_matches_a_rule(self, rules_only, fse2020):
        matched = set(
            rules_only.column(
                "select question_id from question_set_matches where question_set = 'server_cloud'"
            )
        )
        assert len(matched) == 1347
        assert published_ids(fse2020, "server_cloud") <= matched

    def test_every_published_browser_question_is_a_candidate(self, rules_only, fse2020):
        assert published_ids(fse2020, "browser") <= rules_only.members("browser")

    def test_every_published_question_is_in_the_union_once(self, rules_only, fse2020):
        union = set().union(*(published_ids(fse2020, name) for name in FILES))
        assert len(union) == 3018
        assert rules_only.members("deployment") == union
        assert rules_only.members("non_deployment") == set()

    def test_mobile_by_year(self, rules_only):
        assert rules_only.rows(
            "select year, n_users, n_questions from yearly_popularity"
            " where question_set = 'mobile' order by year"
        ) == [(2015, 8, 8), (2016, 54, 62), (2017, 221, 257), (2018, 404, 484), (2019, 592, 722)]

    def test_mobile_acceptance_and_response_time(self, rules_only):
        [share] = rules_only.column(
            "select no_accepted_share from acceptance where question_set = 'mobile'"
        )
        assert round(100 * share, 1) == 71.6
        [(median, days_dropped)] = rules_only.rows(
            "select median_response_minutes, median_response_minutes_days_dropped"
            " from response_time_summary where question_set = 'mobile'"
        )
        assert round(median, 2) == 1024.44
        assert round(days_dropped, 2) == 405.23

    def test_sets_without_decisions_are_marked(self, rules_only):
        marked = rules_only.rows(
            "select question_set, is_candidate_set, depends_on_candidates from question_sets"
        )
        assert {name for name, marks, _ in marked if marks} == {"browser", "deployment"}
        assert {name for name, _, depends in marked if depends} == {
            "browser",
            "deployment",
            "server_cloud",
            "non_deployment",
        }
        for table in (
            "acceptance",
            "response_time_summary",
            "yearly_popularity",
            "monthly_popularity",
            "question_set_funnel",
        ):
            assert set(
                rules_only.column(f"select question_set from {table} where is_candidate_set")
            ) == {"browser", "deployment"}


class TestAuthorsDecisions:
    @pytest.mark.parametrize(
        ("question_set", "size"), [("server_cloud", 1325), ("mobile", 1533), ("browser", 165)]
    )
    def test_sets_are_the_published_ones(self, decided, fse2020, question_set, size):
        published = published_ids(fse2020, question_set)
        assert len(published) == size
        assert decided.members(question_set) == published

    def test_nothing_is_left_to_decide(self, decided):
        assert decided.column("select n_undecided from question_sets where needs_decisions") == [0]
        assert not any(decided.column("select depends_on_candidates from question_sets"))

    def test_what_they_changed_is_said_per_set(self, decided, rules_only):
        """An include of what the rules find anyway changes nothing; an exclude of it does."""
        candidates = rules_only.members("browser")
        with connect(decided.data) as connection:
            browser, server = sorted(read_human_input(connection), key=lambda one: one.question_set)
        n_changed = len(candidates) - 165
        assert browser == SetInput("decisions", "browser", len(candidates), 0, n_changed)
        assert server == SetInput("decisions", "server_cloud", 1, 0, 1)

    def test_question_in_two_sets_by_decision(self, decided):
        assert decided.rows(
            "select question_set, is_decided from question_set_members where"
            " question_id = 39682394 and question_set in ('mobile', 'server_cloud') order by all"
        ) == [("mobile", False), ("server_cloud", True)]

    def test_funnel_of_the_server_set(self, decided):
        assert decided.rows(
            "select n_matched, n_left_to_others, n_excluded, n_included, n_questions"
            " from question_set_funnel where question_set = 'server_cloud'"
        ) == [(1347, 23, 0, 1, 1325)]

    def test_yearly_figures(self, decided, shared_facts):
        published = {
            (row["figure"], row["question_set"], int(row["year"])): int(row["published"])
            for row in figures(shared_facts)
            if row["year"] and row["derivable_from_package"] == "yes"
        }
        assert len(published) == 20
        found = {}
        for name, year, questions, users in decided.rows(
            "select question_set, year, n_questions, n_users from yearly_popularity"
        ):
            found["questions", name, year] = questions
            found["users", name, year] = users
        assert {key: found[key] for key in published} == published

    def test_shares(self, decided, shared_facts):
        published = {
            row["question_set"]: float(row["published"])
            for row in figures(shared_facts)
            if row["figure"] == "no_accepted_share" and row["derivable_from_package"] == "yes"
        }
        assert set(published) == {"deployment", "server_cloud", "mobile", "browser"}
        found = dict(
            decided.rows("select question_set, round(100 * no_accepted_share, 1) from acceptance")
        )
        assert {name: found[name] for name in published} == published

    @pytest.mark.parametrize("question_set", [*FILES, "deployment"])
    def test_medians_both_ways(self, decided, fse2020, shared_facts, question_set):
        posts = published_posts(fse2020)
        chosen = posts.get(question_set) or list(
            {post["Id"]: post for kept in posts.values() for post in kept}.values()
        )
        times = response_times(chosen)
        [row] = decided.records(
            "select * from response_time_summary where question_set = ?", question_set
        )
        minutes = [time.total_seconds() / 60 for time in times]
        dropped = [time.seconds / 60 for time in times]
        assert row["n_response_times"] == len(times)
        for column, share in (("p10", 0.1), ("q1", 0.25), ("q3", 0.75), ("p90", 0.9)):
            assert row[column] == pytest.approx(np.quantile(minutes, share))
        assert row["median_response_minutes"] == pytest.approx(np.median(minutes))
        assert row["median_response_minutes_days_dropped"] == pytest.approx(np.median(dropped))
        assert row["q1_days_dropped"] == pytest.approx(np.quantile(dropped, 0.25))
        assert row["q3_days_dropped"] == pytest.approx(np.quantile(dropped, 0.75))
        [printed] = [
            float(figure["published"])
            for figure in figures(shared_facts)
            if figure["figure"] == "response_minutes_median"
            and figure["question_set"] == question_set
        ]
        assert round(row["median_response_minutes_days_dropped"], 1) == printed

    def test_response_times_one_by_one(self, decided, fse2020):
        posts = {post["Id"]: post for kept in published_posts(fse2020).values() for post in kept}
        found = {
            str(question_id): (minutes, dropped)
            for question_id, minutes, dropped in decided.rows(
                "select question_id, response_minutes, response_minutes_days_dropped"
                " from questions where is_accepted"
            )
        }
        accepted = {key: post for key, post in posts.items() if "AcceptedAnswerId" in post}
        assert set(found) == set(accepted)
        for key, post in accepted.items():
            [time] = response_times([post])
            minutes, dropped = found[key]
            assert minutes == pytest.approx(time.total_seconds() / 60, abs=1e-9)
            assert dropped == pytest.approx(time.seconds / 60, abs=1e-9)

    def test_questions_hold_what_was_published(self, decided, fse2020):
        posts = {post["Id"]: post for kept in published_posts(fse2020).values() for post in kept}
        rows = decided.records("select * from deployment_questions")
        assert len(rows) == len(posts)
        for row in rows:
            post = posts[str(row["question_id"])]
            assert row["site"] == "stackoverflow.com"
            assert row["title"] == post["Title"]
            assert row["tags"] == post["Tags"].strip("<>").split("><")
            assert row["asked_at"] == datetime.fromisoformat(post["CreationDate"])
            assert row["owner_user_id"] == (
                int(post["OwnerUserId"]) if "OwnerUserId" in post else None
            )
            assert row["score"] == int(post["Score"])
            assert row["view_count"] == int(post["ViewCount"])
            assert row["answer_count"] == int(post["AnswerCount"])
            assert row["is_accepted"] == ("AcceptedAnswerId" in post)
            assert row["url"] == f"https://stackoverflow.com/questions/{post['Id']}"


class TestReplicationChecks:
    def test_verdicts_with_decisions(self, decided):
        verdicts = decided.records("select * from replication_checks")
        found = {}
        for row in verdicts:
            found.setdefault(row["verdict"], set()).add(
                (row["figure"], row["question_set"], row["year"])
            )
        assert "differs" not in found
        assert found["print is wrong"] == {
            ("questions", "deployment", None),
            ("proportion_test_chi2", "deployment vs non_deployment", None),
            *(
                ("response_minutes_median", name, None)
                for name in ("deployment", "server_cloud", "mobile", "browser")
            ),
        }
        assert found["equal after rounding"] == {
            ("no_accepted_share", name, None)
            for name in ("deployment", "server_cloud", "mobile", "browser")
        }
        assert len(found["equal"]) == 29
        assert {
            (row["figure"], row["question_set"])
            for row in verdicts
            if row["derivable_from_package"] == "yes" and row["verdict"] == "not derivable"
        } == {
            ("response_minutes_median", "non_deployment"),
            *(("labelled_questions", name) for name in ("server_cloud", "mobile")),
            *((f"{level}_categories", "deployment") for level in ("root", "inner", "leaf")),
        }

    def test_reasons(self, decided):
        reasons = {
            (figure, name): reason
            for figure, name, reason in decided.rows(
                "select figure, question_set, reason from replication_checks where year is null"
            )
        }
        assert reasons["response_minutes_median", "server_cloud"] == (
            "Whole days were dropped from the response times: that way the median is 428.48,"
            " as elapsed time it is 1,802.37."
        )
        assert reasons["questions", "deployment"].startswith("3,023 is a sum over the topics")
        assert "category.xlsx" in reasons["leaf_categories", "deployment"]
        assert "Quoted" in reasons["no_accepted_share", "big_data"]

    def test_rules_alone_differ_where_people_decided(self, rules_only):
        differs = rules_only.records("select * from replication_checks where verdict = 'differs'")
        assert {row["question_set"] for row in differs} <= {"server_cloud", "browser", "deployment"}
        assert {(row["figure"], row["question_set"], row["computed"]) for row in differs} >= {
            ("questions", "server_cloud", 1317),
            ("questions", "browser", 180),
        }
        for row in differs:
            assert "posts of 2015-01-10 to 2019-11-30" in row["reason"]
            assert "candidates that nobody inspected" in row["reason"]

    def test_printed_statistic_lies_between_those_of_the_published_counts(self, decided):
        """Yates' correction by scipy, from the counts of the seed; the share they must round to."""
        statistics = []
        counts = {}
        for name, bound, n, accepted in decided.rows(
            "select question_set, bound, n_questions, n_accepted from stg_published_counts"
        ):
            counts[name, bound] = (accepted, n - accepted)
        assert sum(counts["non_deployment", "print"]) == 70669 - 3023
        for bound in ("least", "print", "most"):
            accepted, rest = counts["non_deployment", bound]
            assert round(100 * rest / (accepted + rest), 1) == 62.7
            statistics.append(
                chi2_contingency(
                    [counts["deployment", bound], counts["non_deployment", bound]]
                ).statistic
            )
        for bound, step in (("least", -1), ("most", 1)):
            accepted, rest = counts["non_deployment", bound]
            rest += step
            assert round(100 * rest / (accepted + rest), 1) != 62.7
        assert min(statistics) < 78.153 < max(statistics)
        computed = dict(
            decided.rows(
                "select measure, value from replication_measures where measure like 'chi2%'"
            )
        )
        assert sorted(computed.values()) == pytest.approx(sorted(statistics))
