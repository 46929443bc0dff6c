"""Which questions a study looks at, step by step, by plain Python over the XML of real sites."""

from __future__ import annotations

from dataclasses import fields
from xml.etree import ElementTree as ET

import pytest
from rules_in_python import rule_matches

from analyses.study import read_study
from analyses.study.models import Models
from analyses.study.sets import Rule
from loader import load

SITE = "bicycles.meta.stackexchange.com"
OTHER = "conlang.meta.stackexchange.com"
BASE = "study: own\ntitle: Own\nbase:\n  own: {tags: [discussion]}\n"


@pytest.fixture(scope="module")
def sites(shared_data):
    return {SITE: f"{SITE}-2023-09", OTHER: f"{OTHER}-2020-09"}


@pytest.fixture(scope="module")
def data(shared_data, sites, tmp_path_factory):
    folder = tmp_path_factory.mktemp("questions") / "data"
    for site, name in sites.items():
        load([shared_data / "sites" / name], folder, site=site)
    return folder


def rows_of(path):
    return [dict(row.attrib) for _, row in ET.iterparse(path) if row.tag == "row"]


@pytest.fixture(scope="module")
def posts(shared_data, sites):
    """Every question with its site, and whether it is a duplicate."""
    found = []
    for site, name in sites.items():
        folder = shared_data / "sites" / name
        links = rows_of(folder / "PostLinks.xml")
        duplicates = {row["PostId"] for row in links if row["LinkTypeId"] == "3"}
        found += [
            {**row, "site": site, "duplicate": row["Id"] in duplicates}
            for row in rows_of(folder / "Posts.xml")
            if row["PostTypeId"] == "1"
        ]
    return found


LEAVES_OUT = {
    "sites": lambda post: post["site"] != SITE,
    "asked_from": lambda post: post["CreationDate"] < "2011-01-01",
    "asked_until": lambda post: post["CreationDate"] >= "2020-01-01",
    "min_score": lambda post: int(post["Score"]) < 1,
    "deleted": lambda post: "DeletionDate" in post,
    "closed": lambda post: "ClosedDate" in post,
    "duplicate": lambda post: post["duplicate"],
    "wiki": lambda post: "CommunityOwnedDate" in post,
}
SAID = {
    "sites": f"sites: [{SITE}]\n",
    "questions": (
        "questions: {asked_from: 2011-01-01, asked_until: 2020-01-01, min_score: 1,"
        " leave_out: [deleted, closed, duplicate, wiki]}\n"
    ),
}


@pytest.mark.parametrize(
    ("yml", "steps"),
    [
        ("", ["deleted"]),
        (SAID["sites"] + SAID["questions"], list(LEAVES_OUT)),
        (
            "questions: {min_score: 1, leave_out: [wiki, duplicate]}\n",
            ["min_score", "duplicate", "wiki"],
        ),
        ("questions: {leave_out: []}\n", []),
    ],
)
def test_each_step_leaves_out_what_it_says(data, posts, tmp_path, yml, steps):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "study.yml").write_text(BASE + yml, "utf-8")
    remaining = posts
    expected = [("loaded", True, 0, len(posts))]
    for step, leaves_out in LEAVES_OUT.items():
        kept = [post for post in remaining if not (step in steps and leaves_out(post))]
        expected.append((step, step in steps, len(remaining) - len(kept), len(kept)))
        remaining = kept
    with Models(data, read_study(folder)) as models:
        found = models.rows(
            "select step, is_asked_for, n_left_out, n_questions from {question_funnel}"
            " order by position"
        )
        looked_at = set(models.rows("select site, question_id from {int_questions}"))
    assert found == expected
    assert looked_at == {(post["site"], int(post["Id"])) for post in remaining}
    if len(steps) == len(LEAVES_OUT):
        # public dumps hold nothing deleted, and a duplicate is closed before it is counted here
        assert [step for step, _, n, _ in found[1:] if n == 0] == ["deleted", "duplicate"]
    if steps == ["min_score", "duplicate", "wiki"]:
        assert all(n > 0 for step, is_said, n, _ in found[1:] if is_said)


SEARCHED = """\
study: own
title: Own
base:
  own: {tags: [discussion]}
searched:
  supported: {tags: [support, bug]}
  wished: {tags: [feature-request]}
topics:
  by_default: {terms: [tag, tags]}
  among_one: {terms: [tag, tags], among: supported}
  among_other: {terms: [tag, tags], among: wished}
  among_all: {terms: [tag, tags], among: all}
  in_turn:
    rules:
      - {terms: [question], in: title, among: supported}
      - {terms: [answer], in: title, match: substring, among: wished}
      - {tags: [support], must_contain: bicycle, among: all}
"""


def test_rules_run_over_the_set_that_among_names(data, tmp_path):
    """Several sets are searched side by side; each rule looks at its own alone."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "study.yml").write_text(SEARCHED, "utf-8")
    with Models(data, read_study(folder)) as models:
        columns = ["site", "post_id", "post_type_id", "title", "body", "tags"]
        rows = models.rows(f"select {', '.join(columns)} from {{stg_posts}} where post_type_id = 1")
        posts = [dict(zip(columns, row, strict=True)) for row in rows]
        names = [one.name for one in fields(Rule)]
        rules = [
            dict(zip(names, row, strict=True))
            for row in models.rows(f"select {', '.join(names)} from {{stg_rules}}")
        ]
        found = models.rows(
            "select question_set, rule, site, question_id from {question_set_matches}"
        )
    expected = rule_matches(posts, rules)
    assert set(found) == expected
    n = {name: len({key[2:] for key in expected if key[0] == name}) for name, *_ in expected}
    assert 0 < n["among_one"] < n["among_all"]
    assert 0 < n["among_other"] < n["among_all"]
    assert 0 < n["by_default"] < n["among_all"]
    assert n["in_turn"] > 3
