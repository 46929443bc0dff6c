"""Two studies of one data folder: each has its database, its sets, and its family of tests."""

from __future__ import annotations

import hashlib
import shutil

import nbformat
import pytest
from click.testing import CliRunner
from dbt_runs import ROOT, Warehouse, once, share_store
from nbclient import NotebookClient
from rules_in_python import rule_matches

from analyses.statistics.multiplicity import holm
from analyses.study import read_study
from analyses.warehouse.build import build
from analyses.warehouse.database import database_path
from loader.errors import StudyError
from stackstudy import main

STUDY = """\
study: python_topics
title: Python and its numbers
base:
  python: {tags: [python, python-3.x]}
topics:
  arrays: {tags: [numpy, arrays]}
  tables: {tags: [pandas], yields_to: [arrays]}
  faults:
    rules:
      - {terms: [error, exception, fails], in: title_body, match: word, code: all_dropped}
union: {python_some: Arrays or tables or faults}
baseline: {python_rest: Other Python}
"""
FIRST = "deep_learning_deployment"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def second(warehouses, sample_warehouse) -> Warehouse:
    """The study beside the shipped one, whose database was there before."""

    def make(folder):
        data = share_store(folder / "data", sample_warehouse)
        shutil.copy(database_path(sample_warehouse, FIRST), data)
        before = digest(database_path(data, FIRST))
        study = folder / "python_topics"
        study.mkdir()
        (study / "study.yml").write_text(STUDY, "utf-8")
        result = build(data, read_study(study))
        assert result.study == "python_topics"
        assert digest(database_path(data, FIRST)) == before
        return Warehouse(data, "python_topics")

    return once(warehouses / "second", make)


@pytest.fixture(scope="module")
def posts(second):
    return second.records("select * from stg_posts where post_type_id = 1")


def test_its_sets_are_those_of_its_rules(second, posts):
    """By plain Python; a rule without `among` runs over the base."""
    rules = second.records("from question_set_rules")
    matches = rule_matches(posts, rules)
    found = set(
        second.rows("select question_set, rule, site, question_id from question_set_matches")
    )
    assert found == matches
    by_set = {name: {key[3] for key in matches if key[0] == name} for name, *_ in matches}
    assert second.members("python") == by_set["python"]
    assert second.members("arrays") == by_set["arrays"]
    assert second.members("tables") == by_set["tables"] - by_set["arrays"]
    assert second.members("faults") == by_set["faults"]
    some = second.members("arrays") | second.members("tables") | second.members("faults")
    assert second.members("python_some") == some
    assert second.members("python_rest") == by_set["python"] - some


def test_a_topic_never_has_more_than_its_base(second, posts):
    """Arrays are asked about in other languages, too; a topic of 150% of its base came of it."""
    base = second.members("python")
    tagged = {post["post_id"] for post in posts if {"numpy", "arrays"} & set(post["tags"])}
    assert tagged - base
    for name in ("arrays", "tables", "faults", "python_some", "python_rest"):
        assert second.members(name) <= base
    assert second.column("select max(base_question_share) from yearly_popularity") == [1]


def test_every_set_has_a_view_and_no_other(second):
    sets = second.column("select question_set from question_sets")
    views = second.column(
        "select view_name from duckdb_views() where view_name like '%_questions'"
        " and comment is not null"
    )
    assert sorted(views) == sorted(f"{name}_questions" for name in sets)
    for name in sets:
        ids = second.column(f"select question_id from {name}_questions")
        assert set(ids) == second.members(name)


@pytest.mark.parametrize(
    "model", sorted(path.stem for path in (ROOT / "models").rglob("*_questions.sql"))
)
def test_no_view_of_a_set_takes_the_name_of_a_model(tmp_path, model):
    """A set named `int` would make a view `int_questions`, which is a model."""
    name = model.removesuffix("_questions")
    study = tmp_path / "python_topics"
    study.mkdir()
    (study / "study.yml").write_text(STUDY.replace("arrays", name), "utf-8")
    with pytest.raises(StudyError, match=f"no set can be named {name}: "):
        read_study(study)


def test_its_families_are_its_own(second):
    """Holm over the pairs of this study; those of the first would make each p-value larger."""
    for table, family in (
        ("proportion_tests", 7),
        ("response_time_tests", 7),
        ("survival_tests", 7),
    ):
        rows = second.records(f"from {table}")
        assert len(rows) == family
        adjusted = [row["p_value_adjusted"] for row in rows]
        assert adjusted == pytest.approx(holm([row["p_value"] for row in rows]))
    assert second.column("select distinct base_set from topic_tests") == ["python"]


def test_the_first_studys_p_values_are_what_they_were(second, sample_warehouse):
    first = Warehouse(second.data, FIRST)
    alone = Warehouse(sample_warehouse, FIRST)
    for table in ("proportion_tests", "survival_tests", "popularity_trends", "topic_tests"):
        assert first.rows(f"from {table} order by all") == alone.rows(f"from {table} order by all")


def test_nothing_of_the_first_is_in_it(second):
    [text] = second.column(
        "select string_agg(sql, ' ') from duckdb_views() where schema_name = 'main'"
    )
    assert "mobile" not in text
    assert second.column("select count(*) from replication_checks") == [0]
    assert second.column("select count(*) from baseline_tests") == [0]
    assert second.column("select title from studies") == ["Python and its numbers"]


def test_a_reader_has_to_say_which(second):
    """Where a folder holds one database, none is named."""
    for command in ("report", "export", "draw arrays"):
        done = CliRunner().invoke(main, [*command.split(), "--data", str(second.data)])
        assert done.exit_code == 1
        assert done.output.count("\n") == 1
        assert f"--study: {FIRST}, python_topics" in done.output
    done = CliRunner().invoke(main, ["info", "--data", str(second.data)])
    assert done.exit_code == 0
    for name in (FIRST, "python_topics"):
        assert f"Built: {name}" in done.output


@pytest.mark.parametrize(
    ("name", "n_figures"), [("popularity", 1), ("difficulty", 7), ("taxonomy", 2)]
)
def test_the_notebooks_show_this_study(github_actions, name, n_figures) -> None:
    """One question set with labels, without topics and baseline."""
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    place = {"metadata": {"path": str(ROOT / "notebooks")}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKSTUDY_DATA", str(github_actions.data))
        NotebookClient(book, timeout=300, kernel_name="python3", resources=place).execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    assert "How developers talk about GitHub Actions" in outputs[0].text
    drawn = [
        one["data"]["application/vnd.plotly.v1+json"]
        for one in outputs
        if "application/vnd.plotly.v1+json" in one.get("data", {})
    ]
    assert len(drawn) == n_figures
    assert all("GitHub Actions" in one["layout"]["meta"]["alternative"] for one in drawn)
