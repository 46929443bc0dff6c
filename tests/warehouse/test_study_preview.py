"""A preview gives the numbers of a build, question for question, without one."""

from __future__ import annotations

from collections import Counter

import pyarrow.dataset as ds
import pytest

from analyses.study.preview import N_TAGS, N_TITLES, preview
from analyses.study.study import find_study, read_study


@pytest.fixture(scope="module")
def previewed(rules_only):
    study = read_study(find_study("deep_learning_deployment"))
    return {one.question_set.question_set: one for one in preview(rules_only.data, study)}


@pytest.fixture(scope="module")
def questions(rules_only):
    """Title and tags of every question by its id, straight from the Parquet files."""
    columns = ["Id", "PostTypeId", "Title", "Tags"]
    table = ds.dataset(sorted((rules_only.data / "posts").rglob("*.parquet"))).to_table(columns)
    return {
        row["Id"]: (row["Title"], row["Tags"] or [])
        for row in table.to_pylist()
        if row["PostTypeId"] == 1
    }


def test_sets_have_as_many_questions_as_in_a_build(previewed, rules_only):
    built = rules_only.rows(
        "select question_set, count(*) from question_set_members group by question_set"
    )
    assert {name: one.n_questions for name, one in previewed.items() if one.n_questions} == dict(
        built
    )
    assert previewed["dl"].n_questions == 2095
    assert previewed["mobile"].n_questions == 1533
    assert previewed["non_deployment"].n_questions == 0


def test_rules_match_as_often_as_in_a_build(previewed, rules_only):
    built = Counter(
        dict(
            rules_only.rows(
                "select question_set || ' ' || split_part(rule, question_set || '_', 2), count(*)"
                " from question_set_matches where question_set != 'framework_tagged' group by rule,"
                " question_set"
            )
        )
    )
    found = {
        f"{name} {rule.rule.removeprefix(f'{name}_')}": n
        for name, one in previewed.items()
        for rule, n in one.rules
        if name != "framework_tagged"
    }
    assert found == dict(built)
    assert (
        sum(n for _, n in previewed["framework_tagged"].rules)
        == rules_only.column(
            "select count(*) from question_set_matches where question_set = 'framework_tagged'"
        ).pop()
    )


def test_titles_are_ten_of_the_set_and_the_same_each_time(previewed, rules_only, questions):
    for name, one in previewed.items():
        titles = Counter(questions[member][0] for member in rules_only.members(name))
        assert len(one.titles) == min(N_TITLES, one.n_questions)
        assert not Counter(one.titles) - titles
    study = read_study(find_study("deep_learning_deployment"))
    again = {one.question_set.question_set: one for one in preview(rules_only.data, study)}
    assert again == previewed


def test_tags_beside_a_set_are_counted_and_are_none_of_its_rules(previewed, rules_only, questions):
    all_tags = Counter(tag for _, tags in questions.values() for tag in tags)
    for name, one in previewed.items():
        own = {rule.value for rule, _ in one.rules if rule.kind == "tag"}
        members = rules_only.members(name)
        tags = Counter(tag for member in members for tag in questions[member][1] if tag not in own)
        most = sorted(tags.items(), key=lambda pair: (-pair[1], pair[0]))[:N_TAGS]
        assert [(tag.tag, tag.n_in_set) for tag in one.tags] == most
        assert [tag.n_with_tag for tag in one.tags] == [all_tags[tag] for tag, _ in most]


def test_decisions_of_the_folder_count(previewed, rules_only, tmp_path):
    study = read_study(find_study("deep_learning_deployment"))
    folder = tmp_path / study.name
    folder.mkdir()
    for name in study.files:
        (folder / name).write_bytes((study.folder / name).read_bytes())
    out, gone, *_ = sorted(rules_only.members("mobile") - rules_only.members("browser"))
    new = min(rules_only.members("server_cloud") - rules_only.members("mobile"))
    lines = [
        "question_set;site;question_id;decision",
        *(f"mobile;Stack Overflow;{question};exclude" for question in (out, gone)),
        f"mobile;stackoverflow.com;{new};include",
    ]
    (folder / "decisions.csv").write_text("\r\n".join(lines), "utf-16")
    found = {
        one.question_set.question_set: one for one in preview(rules_only.data, read_study(folder))
    }
    assert found["mobile"].n_questions == previewed["mobile"].n_questions - 1
    # what yields to mobile keeps what mobile lost, and loses what it got
    assert found["server_cloud"].n_questions in {
        previewed["server_cloud"].n_questions + more for more in (-1, 0, 1)
    }
    assert found["dl"] == previewed["dl"]
