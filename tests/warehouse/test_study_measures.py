"""Popularity and difficulty of sets and categories: by pandas, by R, and by counting in the XML."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from statistics import fmean, median
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from dbt_runs import ROOT

ARTIFACT = {
    "mean_views": ("view", "mean"),
    "median_views": ("view", "median"),
    "mean_score": ("score", "mean"),
    "mean_favorites": ("favorite", "mean"),
    "n_favorites_known": ("favorite", "count"),
    "mean_answers": ("ans_count", "mean"),
    "answered_share": ("is_answer", "mean"),
    "accepted_share": ("is_acceptAnswer", "mean"),
    "n_answered": ("is_answer", "sum"),
    "n_accepted": ("is_acceptAnswer", "sum"),
    "median_first_answer_minutes": ("interval_fir_ans(hour)", "median"),
    "median_response_minutes": ("interval_acc_ans(hour)", "median"),
    "mean_body_characters": ("body_len", "mean"),
    "median_body_characters": ("body_len", "median"),
}
MINUTES = {"median_first_answer_minutes": 60, "median_response_minutes": 60}


@pytest.fixture(scope="module")
def artifact(shared_data) -> pd.DataFrame:
    """Measures of each question with its phase and category, without the 11 that lack them."""
    tables = [
        pd.read_csv(shared_data / "gha2023" / name, encoding="utf-8-sig")
        for name in (
            "all_post_issue_category.csv",
            "so_post_popularity.csv",
            "so_post_difficulty.csv",
        )
    ]
    labels, popularity, difficulty = tables
    posts = labels[labels.type == "so post"].merge(popularity, on="id").merge(difficulty, on="id")
    posts["category"] = posts.category.str.strip()
    return posts[posts.view.notna()]


def expected_measures(posts: pd.DataFrame) -> dict[str, float]:
    return {
        name: getattr(posts[column], how)() * MINUTES.get(name, 1)
        for name, (column, how) in ARTIFACT.items()
    }


class TestAgainstTheArtifact:
    def test_every_measure_of_every_category_by_pandas(self, github_actions, artifact):
        rows = github_actions.records("from category_measures")
        assert len(rows) == 4 + 16
        for row in rows:
            posts = artifact[artifact.phase == row["inner_category"]]
            if row["leaf_category"]:
                posts = posts[posts.category == row["leaf_category"]]
            assert row["n_questions"] == len(posts) > 0
            for name, value in expected_measures(posts).items():
                assert row[name] == pytest.approx(value, rel=1e-9), (row["leaf_category"], name)

    def test_every_measure_of_the_set_by_pandas(self, github_actions, artifact):
        [row] = github_actions.records("from set_measures")
        assert row["n_questions"] == len(artifact) == 6579
        for name, value in expected_measures(artifact).items():
            assert row[name] == pytest.approx(value, rel=1e-9), name

    def test_correlations_are_those_of_r(self, github_actions):
        """R reads the artifact itself: tests/warehouse/measures.R."""
        golden = json.loads((ROOT / "tests/golden/gha2023_r.json").read_text("utf-8"))
        found = {
            (row["level"], row["measure_a"], row["measure_b"]): row
            for row in github_actions.records("from measure_correlations")
        }
        assert len(found) == len(golden["correlations"]) == 60
        for expected in golden["correlations"]:
            row = found[expected["level"], expected["measure_a"], expected["measure_b"]]
            ends = {
                "ci": (row["ci_low"], row["ci_high"]),
                "kendall_ci": (row["kendall_ci_low"], row["kendall_ci_high"]),
            }
            for name, pair in ends.items():
                if expected[name] == [None, None]:
                    assert pair == (None, None)
                else:
                    assert pair == pytest.approx(tuple(expected[name]), abs=1e-9)
            for name in (
                "n_categories",
                "spearman_rho",
                "spearman_p_value",
                "p_value_adjusted",
                "kendall_tau",
            ):
                assert row[name] == pytest.approx(expected[name], abs=1e-9), (row, name)
            # with ties R and scipy correct the variance alike
            assert row["kendall_p_value"] == pytest.approx(expected["kendall_p_value"], abs=1e-9)

    def test_the_sixteen_alone_lose_three(self, github_actions):
        """Below 0.05 with the phases counted beside their categories, and not without."""
        lost = github_actions.rows(
            "select a.measure_a, a.measure_b from measure_correlations as a"
            " inner join measure_correlations as b using (question_set, measure_a, measure_b)"
            " where a.level = 'both' and b.level = 'leaf' and a.spearman_p_value < 0.05"
            " and b.spearman_p_value >= 0.05 order by all"
        )
        assert lost == [
            ("mean_favorites", "median_first_answer_minutes"),
            ("mean_score", "median_response_minutes"),
            ("mean_views", "median_response_minutes"),
        ]

    def test_two_hundred_of_two_hundred(self, github_actions, shared_facts):
        printed = pd.read_csv(shared_facts / "gha2023_published.csv")
        rows = github_actions.records("from replication_checks")
        assert len(rows) == len(printed) == 200
        assert sorted(row["published"] for row in rows) == sorted(printed.published)
        assert {row["verdict"] for row in rows} == {"equal", "equal after rounding"}
        for row in rows:
            assert abs(row["computed"] - row["published"]) <= 0.0005 + 1e-9
            assert (row["reason"] is None) == (row["step"] != 3)
        remarks = [row["reason"] for row in rows if row["step"] == 3]
        assert len(remarks) == 20
        assert all("4 phases beside their own 16 categories" in text for text in remarks)
        assert sum("no longer below 0.05" in text for text in remarks) == 3

    def test_years_of_a_category(self, github_actions, shared_data, tmp_path):
        """By the dates of the dump and the labels beside it."""
        import py7zr  # noqa: PLC0415

        with py7zr.SevenZipFile(shared_data / "gha2023" / "stackoverflow.com-Posts.7z") as archive:
            archive.extractall(tmp_path)
        years = {
            int(post["Id"]): int(post["CreationDate"][:4])
            for post in read_posts(tmp_path / "Posts.xml")
            if post["PostTypeId"] == "1"
        }
        labels = pd.read_csv(shared_data / "gha2023" / "labels.csv", encoding="utf-8-sig")
        expected = Counter()
        totals = Counter()
        for label in labels.itertuples():
            year = years.get(label.question_id)
            if year:
                expected[label.phase, None, year] += 1
                expected[label.phase, label.category, year] += 1
                totals[year] += 1
        rows = github_actions.records("from category_popularity")
        found = {
            (row["inner_category"], row["leaf_category"], row["year"]): row["n_questions"]
            for row in rows
        }
        assert {key: n for key, n in found.items() if n} == expected
        for row in rows:
            assert row["n_labelled"] == totals[row["year"]]
            assert row["share"] == pytest.approx(row["n_questions"] / totals[row["year"]])
            assert row["absolute_impact"] == row["n_questions"]  # no question has two categories


def read_posts(path):
    return [dict(row.attrib) for _, row in ET.iterparse(path) if row.tag == "row"]


def minutes_between(first: str, second: str) -> float:
    span = datetime.fromisoformat(second) - datetime.fromisoformat(first)
    return span.total_seconds() / 60


def brute_force(questions, answers):
    """Measure questions of a dump by plain loops over its rows."""
    first, accepted, by_asker, by_others, n_answered, n_self = [], [], [], [], 0, 0
    for post in questions:
        own = answers[post["Id"]]
        n_answered += bool(own) or int(post.get("AnswerCount", 0)) > 0
        waits = [minutes_between(post["CreationDate"], one["CreationDate"]) for one in own]
        if [wait for wait in waits if wait >= 0]:
            first.append(min(wait for wait in waits if wait >= 0))
        for one, wait in zip(own, waits, strict=True):
            if one["Id"] != post.get("AcceptedAnswerId"):
                continue
            is_self = "OwnerUserId" in one and one["OwnerUserId"] == post.get("OwnerUserId")
            n_self += is_self
            if wait >= 0:
                accepted.append(wait)
                (by_asker if is_self else by_others).append(wait)
    n_accepted = sum("AcceptedAnswerId" in post for post in questions)
    favorites = [int(post["FavoriteCount"]) for post in questions if "FavoriteCount" in post]
    n = len(questions)
    return {
        "n_questions": n,
        "mean_views": fmean(int(post["ViewCount"]) for post in questions),
        "median_views": median(int(post["ViewCount"]) for post in questions),
        "mean_score": fmean(int(post["Score"]) for post in questions),
        "mean_favorites": fmean(favorites) if favorites else None,
        "n_favorites_known": len(favorites),
        "mean_answers": fmean(int(post["AnswerCount"]) for post in questions),
        "n_answered": n_answered,
        "n_no_answer": n - n_answered,
        "n_accepted": n_accepted,
        "n_answered_not_accepted": n_answered - n_accepted,
        "n_self_answered": n_self,
        "self_answered_share": n_self / n_accepted,
        "no_answer_share": 1 - n_answered / n,
        "median_first_answer_minutes": median(first),
        "n_first_answers": len(first),
        "median_response_minutes": median(accepted),
        "n_response_times": len(accepted),
        "median_response_minutes_self_answered": median(by_asker) if by_asker else None,
        "median_response_minutes_of_others": median(by_others),
        "mean_body_characters": fmean(len(post["Body"]) for post in questions),
        "median_body_characters": median(len(post["Body"]) for post in questions),
    }


def test_sets_of_the_authors_posts_by_plain_loops(decided, fse2020):
    """Every measure of every set, from the XML alone."""
    posts = read_posts(fse2020 / "Posts.xml")
    answers = defaultdict(list)
    for post in posts:
        if post["PostTypeId"] == "2":
            answers[post["ParentId"]].append(post)
    by_id = {int(post["Id"]): post for post in posts if post["PostTypeId"] == "1"}
    rows = decided.records("from set_measures where n_questions > 0")
    assert len(rows) > 4
    for row in rows:
        questions = [by_id[key] for key in decided.members(row["question_set"])]
        for name, value in brute_force(questions, answers).items():
            assert row[name] == pytest.approx(value, rel=1e-9), (row["question_set"], name)


def test_three_states_of_the_authors_posts(decided):
    """29.3% accepted, 39.6% answered and not accepted, 31.1% without an answer."""
    [row] = decided.records("from set_measures where question_set = 'deployment'")
    assert row["n_questions"] == 3018
    shares = [row[f"{name}_share"] for name in ("accepted", "answered_not_accepted", "no_answer")]
    assert [round(100 * share, 1) for share in shares] == [29.3, 39.6, 31.1]
    assert sum(shares) == pytest.approx(1)
    # a self-answer takes days, another's answer half a day
    assert row["n_self_answered"] == 218
    assert row["median_response_minutes_self_answered"] > 5000
    assert row["median_response_minutes_of_others"] == pytest.approx(798.12, abs=0.01)


def test_two_labels_count_in_both_categories(several_sites, given_labels):
    """And in every level; labels of questions outside of all sets measure nothing."""
    loaded = set(several_sites.column("select question_id from questions"))
    expected = defaultdict(set)
    for name, question_id, inner, leaf in given_labels:
        if inner not in {"false positive", "unclear", "pending"} and question_id in loaded:
            expected[name, inner, None].add(question_id)
            if leaf:
                expected[name, inner, leaf].add(question_id)
    found = {
        (row["question_set"], row["inner_category"], row["leaf_category"]): row["n_questions"]
        for row in several_sites.records("from category_measures where n_questions > 0")
    }
    assert found == {key: len(ids) for key, ids in expected.items()}
    impacts = several_sites.rows(
        "select question_set, sum(absolute_impact) from category_popularity as popularity"
        " where leaf_category is not null or not exists (select 1 from category_measures as c"
        " where c.question_set = popularity.question_set and c.is_divided"
        " and c.inner_category = popularity.inner_category) group by all"
    )
    labelled = defaultdict(set)
    for (name, _, _), ids in expected.items():
        labelled[name] |= ids
    # a question with a category and its own leaf apart has half of its impact on the inner level
    assert {name: n for name, n in impacts if name in {"server_cloud", "mobile"}} == {
        name: pytest.approx(len(labelled[name])) for name in ("server_cloud", "mobile")
    }


def test_without_labels_there_are_no_categories_to_compare(rules_only):
    assert rules_only.column("select sum(n_questions) from category_measures") == [0]
    assert rules_only.column("select count(*) from measure_correlations") == [0]
    assert rules_only.column("select sum(n_questions) from category_popularity") == [0]
