"""A study of one's own is a few rows in the seeds; a slip in them fails a check that says why."""

from __future__ import annotations

import csv
import json
import shutil

import pytest
from dbt_runs import ROOT, build, run_dbt

from loader.loading import load

SEEDS = "dbt_project/seeds"
SITE = "stackoverflow.com"


def copy_project(folder):
    """The dbt project without the repository around it."""
    folder.mkdir()
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("models", "dbt_project", "analyses"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    return folder


def append(project, seed, rows):
    path = project / SEEDS / f"{seed}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        names = csv.DictReader(file).fieldnames
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, names, lineterminator="\n").writerows(rows)


@pytest.fixture(scope="module")
def second_study(tmp_path_factory, shared_data):
    """A study of iOS questions beside the shipped one, made of seed rows alone."""
    folder = tmp_path_factory.mktemp("second")
    project = copy_project(folder / "project")
    names = ["ios", "swift_topic", "error_topic", "ios_topics", "ios_rest"]
    kinds = ["base", "topic", "topic", "union", "baseline"]
    append(
        project,
        "question_set_definitions",
        [
            {
                "question_set": name,
                "label": name,
                "kind": kind,
                "base_set": "" if kind == "base" else "ios",
                "position": 10 + place,
                "needs_decisions": "false",
                "description": "",
            }
            for place, (name, kind) in enumerate(zip(names, kinds, strict=True))
        ],
    )
    text = {"scope": "title_body", "match": "word", "code": "all_dropped"}
    append(
        project,
        "question_set_rules",
        [
            {"rule": "ios_tag", "question_set": "ios", "kind": "tag", "value": "ios"},
            {"rule": "swift_tag", "question_set": "swift_topic", "kind": "tag", "value": "swift"}
            | {"runs_over": "ios"},
            {"rule": "error", "question_set": "error_topic", "kind": "term", "value": "error"}
            | {"runs_over": "ios"}
            | text,
            {"rule": "crash", "question_set": "error_topic", "kind": "term", "value": "crash"}
            | {"runs_over": "ios"}
            | text,
        ],
    )
    append(
        project,
        "question_set_precedence",
        [{"question_set": "error_topic", "yields_to": "swift_topic"}],
    )
    return build(
        folder,
        {SITE: shared_data / "fse2020" / "Posts.xml"},
        "--exclude-resource-type",
        "unit_test",
        project=project,
    )


def test_second_study_has_its_own_sets(second_study):
    members = second_study.members
    posts = second_study.records(
        "select question_id, tags, list_contains(tags, 'swift') as is_swift from"
        " (select post_id as question_id, tags from stg_posts where post_type_id = 1)"
        " where list_contains(tags, 'ios')"
    )
    base = {post["question_id"] for post in posts}
    assert members("ios") == base
    assert members("swift_topic") == {post["question_id"] for post in posts if post["is_swift"]}
    assert members("error_topic")
    assert not members("error_topic") & members("swift_topic")
    assert members("ios_topics") == members("swift_topic") | members("error_topic")
    assert members("ios_rest") == base - members("ios_topics")


def test_second_study_is_in_every_table_and_leaves_the_first_alone(second_study, rules_only):
    for name in ("mobile", "server_cloud", "browser", "deployment"):
        assert second_study.members(name) == rules_only.members(name)
    pairs = second_study.rows("select set_a, set_b from proportion_tests where set_b like '%ios%'")
    assert set(pairs) == {
        (name, "ios_rest") for name in ("swift_topic", "error_topic", "ios_topics")
    }
    mixed = "select count(*) from proportion_tests where set_a in (?) and set_b = ?"
    assert second_study.column(mixed, "mobile", "ios_rest") == [0]
    for table in ("acceptance", "response_time_summary", "yearly_popularity"):
        assert "ios_rest" in second_study.column(f"select question_set from {table}")


RULE = {"kind": "term", "value": "x", "scope": "title", "match": "word", "question_set": "mobile"}
TOPIC = {
    "label": "T",
    "kind": "topic",
    "base_set": "dl",
    "position": 20,
    "needs_decisions": "false",
}
DEFINITIONS, RULES, PRECEDENCE = (
    "question_set_definitions",
    "question_set_rules",
    "question_set_precedence",
)
SLIPS = [
    (DEFINITIONS, TOPIC | {"question_set": "all_questions"}, "set_is_complete"),
    (DEFINITIONS, TOPIC | {"question_set": "t1", "label": ""}, "set_is_complete"),
    (DEFINITIONS, TOPIC | {"question_set": "mobile"}, "unique_together_question_set_definitions"),
    (DEFINITIONS, TOPIC | {"question_set": "t2", "base_set": ""}, "only_a_base_set_stands_alone"),
    (DEFINITIONS, TOPIC | {"question_set": "t3", "base_set": "mobile"}, "belong_to_a_base_set"),
    (
        DEFINITIONS,
        TOPIC | {"question_set": "t4", "kind": "subject"},
        "accepted_values_question_set_",
    ),
    (
        DEFINITIONS,
        TOPIC | {"question_set": "t5", "kind": "union", "needs_decisions": "true"},
        "people_decide_about_sets_with_rules",
    ),
    (RULES, RULE | {"rule": "dl_tag_keras"}, "unique_together_question_set_rules"),
    (RULES, RULE | {"rule": "r1", "value": " "}, "rule_is_complete"),
    (RULES, RULE | {"rule": "r2", "scope": ""}, "rule_on_text_says_how"),
    (RULES, RULE | {"rule": "r3", "scope": "title_body"}, "rule_on_bodies_says_what_of_code"),
    (RULES, RULE | {"rule": "r4", "match": "token", "value": "ios "}, "token_and_term_agree"),
    (RULES, RULE | {"rule": "r5", "question_set": "phones"}, "relationships_question_set_rules"),
    (RULES, RULE | {"rule": "r6", "question_set": "deployment"}, "sets_that_rules_make"),
    (RULES, RULE | {"rule": "r7", "kind": "regex"}, "accepted_values_question_set_rules_kind"),
    (RULES, RULE | {"rule": "r8", "scope": "body"}, "accepted_values_question_set_rules_scope"),
    (RULES, RULE | {"rule": "r9", "match": "like"}, "accepted_values_question_set_rules_match"),
    (RULES, RULE | {"rule": "r10", "code": "hidden"}, "accepted_values_question_set_rules_code"),
    (RULES, RULE | {"rule": "r11", "runs_over": "mobile"}, "searched_sets_are_made_by_tags"),
    (PRECEDENCE, {"question_set": "mobile", "yields_to": "mobile"}, "no_set_yields_to_itself"),
    (PRECEDENCE, {"question_set": "server_cloud", "yields_to": "mobile"}, "unique_together_"),
    (PRECEDENCE, {"question_set": "mobile", "yields_to": "deployment"}, "sets_that_rules_make"),
]


def failing_seed_checks(project, data):
    """Failing rows by the name of the seed check."""
    run_dbt(data, "build", "--select", "resource_type:seed+1", project=project)
    results = json.loads((data.parent / "target" / "run_results.json").read_text())["results"]
    return {
        result["unique_id"].split(".")[2]: result["failures"]
        for result in results
        if result["unique_id"].startswith("test.") and result["failures"]
    }


@pytest.fixture(scope="module")
def broken_seeds(tmp_path_factory, shared_data):
    """One project with every slip in it, so that one run of dbt is enough."""
    folder = tmp_path_factory.mktemp("broken")
    project = copy_project(folder / "project")
    for seed, row, _ in SLIPS:
        append(project, seed, [row])
    load([shared_data / "sites" / "meta.mathoverflow.net-2013-09"], folder / "data", site=SITE)
    return failing_seed_checks(project, folder / "data")


@pytest.mark.parametrize("check", sorted({check for *_, check in SLIPS}))
def test_slip_in_a_seed_fails_its_check(broken_seeds, check):
    expected = sum(1 for *_, each in SLIPS if each == check)
    failures = [number for name, number in broken_seeds.items() if check in name]
    assert failures
    assert max(failures) >= expected
