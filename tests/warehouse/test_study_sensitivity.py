"""Variants of the rules: SQL against html.parser and str methods, on the authors' posts."""

from __future__ import annotations

import statistics
from functools import cache
from itertools import product

import pytest
from authors_package import published_posts
from rules_in_python import occurs, plain_text
from test_warehouse_published import response_times

MATCHES = ("token", "word", "substring")
TEXTS = (
    ("title", None),
    ("title_body", "kept"),
    ("title_body", "blocks_dropped"),
    ("title_body", "all_dropped"),
)
TOPICS = ("server_cloud", "mobile", "browser")


class Study:
    """The rules of the study on the posts of a warehouse, in plain Python."""

    def __init__(self, warehouse):
        rows = warehouse.records(
            "select post_id, title, body, tags from stg_posts where post_type_id = 1"
        )
        self.posts = {row["post_id"]: row for row in rows}
        self.rules = warehouse.records("from question_set_rules")
        self.text = cache(self._text)
        tags = {rule["value"] for rule in self.rules if rule["question_set"] == "framework_tagged"}
        self.searched = {key for key, post in self.posts.items() if tags & set(post["tags"])}

    def _text(self, question_id, scope, code):
        post = self.posts[question_id]
        if scope == "title":
            return post["title"].lower()
        return f"{post['title']} {plain_text(post['body'], code)}".lower()

    def members(self, name, variant=None):
        """Members of a topic before precedence; variant: match, scope, treatment of code."""
        found = set()
        for rule in self.rules:
            if rule["question_set"] != name:
                continue
            match, scope, code = variant or (rule["match"], rule["scope"], rule["code"])
            terms = [rule["value"]] if rule["kind"] == "term" else []
            terms += [rule["must_contain"]] if rule["must_contain"] else []
            for question_id in self.searched if rule["runs_over"] else self.posts:
                if rule["kind"] == "tag" and rule["value"] not in self.posts[question_id]["tags"]:
                    continue
                if all(occurs(self.text(question_id, scope, code), term, match) for term in terms):
                    found.add(question_id)
        return found


@pytest.fixture(scope="module")
def study(rules_only):
    return Study(rules_only)


@pytest.mark.parametrize("name", TOPICS)
def test_variants_are_those_of_plain_python(rules_only, study, name):
    precedence = rules_only.rows("select question_set, unnest(yields_to) from stg_question_sets")
    left = set().union(*(study.members(other) for own, other in precedence if own == name))
    own = study.members(name) - left
    rows = {
        (row["match"], row["scope"], row["code"]): row
        for row in rules_only.records("from rule_sensitivity where question_set = ?", name)
    }
    assert set(rows) == {(match, *form) for match, form in product(MATCHES, TEXTS)}
    sizes = set()
    for variant, row in rows.items():
        expected = study.members(name, variant) - left
        found = set(
            rules_only.column(
                "select question_id from int_variant_members where question_set = ?"
                " and variant = ?",
                name,
                row["variant"],
            )
        )
        assert found == expected, variant
        assert row["n_questions"] == len(expected)
        assert row["n_in_study_variant"] == len(expected & own)
        sizes.add(len(expected))
    assert len(sizes) > 3


def test_the_studys_own_variant_is_flagged(rules_only):
    assert dict(
        rules_only.rows("select question_set, variant from rule_sensitivity where is_study_variant")
    ) == {
        "server_cloud": "substring, title_body, blocks_dropped",
        "mobile": "token, title",
        "browser": "substring, title_body, blocks_dropped",
    }


def test_the_studys_own_variant_is_the_set_by_rules_alone(rules_only):
    found = dict(
        rules_only.rows(
            "select question_set, n_questions from rule_sensitivity where is_study_variant"
        )
    )
    for name, n in found.items():
        assert len(rules_only.members(name)) == n
    assert found["mobile"] == 1533


def test_acceptance_and_median_of_a_variant(rules_only, fse2020):
    """From the published JSON, for a variant that is not the study's."""
    posts = {int(post["Id"]): post for posts in published_posts(fse2020).values() for post in posts}
    for row in rules_only.records("from rule_sensitivity"):
        ids = rules_only.column(
            "select question_id from int_variant_members where question_set = ? and variant = ?",
            row["question_set"],
            row["variant"],
        )
        found = [posts[question_id] for question_id in ids]
        n_accepted = sum("AcceptedAnswerId" in post for post in found)
        assert (row["n_accepted"], row["n_not_accepted"]) == (n_accepted, len(ids) - n_accepted)
        assert row["no_accepted_share"] == pytest.approx(1 - n_accepted / len(ids))
        assert row["share_ci_low"] < row["no_accepted_share"] < row["share_ci_high"]
        times = [time.total_seconds() / 60 for time in response_times(found)]
        assert row["n_response_times"] == len(times)
        assert row["median_response_minutes"] == pytest.approx(statistics.median(times))


def test_decisions_change_nothing(rules_only, decided):
    sql = "select * from rule_sensitivity order by question_set, variant"
    assert rules_only.rows(sql) == decided.rows(sql)


def test_no_question_of_any_set(no_deep_learning):
    rows = no_deep_learning.records("from rule_sensitivity")
    assert len(rows) == 36
    assert {row["n_questions"] for row in rows} == {0}
    assert {row["no_accepted_share"] for row in rows} == {None}
