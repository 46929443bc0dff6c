"""The report where there is little or nothing to show, and the writing of its file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from page import Page
from published import COLUMNS, page_of

from analyses.report.document import compose, read_results, render, write_report
from analyses.report.study import StudyResults
from analyses.warehouse.tables import Table, Tables
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

NAMES = sorted(COLUMNS)


def test_accepted_answers_of_another_question_are_counted(warehouse) -> None:
    data = warehouse.build()
    with duckdb.connect(str(data / "deep_learning_deployment.duckdb")) as connection:
        connection.execute("update response_time_summary set n_answers_of_other_questions = 7")
    heads, *rows = page_of(data).table("response_time_summary")
    assert {row[heads.index("Of another question")] for row in rows} == {"7"}


# --- little or nothing to show


def test_empty_tables_give_sentences(warehouse) -> None:
    warehouse.rows = {name: [] for name in warehouse.rows}
    page = page_of(warehouse.build())
    assert page.errors == []
    assert page.all("figure") == []
    assert [one.attributes["id"] for one in page.all("section")] == [
        "limits", "methods", "citing", "not-shown",
    ]  # fmt: skip
    text = page.by_id("not-shown").text
    for name in ("acceptance", "dump_manifest", "question_set_funnel", "survival_summary"):
        assert f"the table {name} is empty." in text


def test_empty_sets_give_sentences(warehouse) -> None:
    """Every set is there and holds nothing, as after loading a site without such questions."""
    zero = {"acceptance": 3, "yearly_popularity": 2}
    for name, n_counts in zero.items():
        first = 2 if name == "yearly_popularity" else 1
        warehouse.rows[name] = [
            (*row[:first], *[0] * n_counts, None, *row[first + n_counts + 1 :])
            for row in warehouse.rows[name]
        ]
    warehouse.rows["response_time_summary"] = [
        (row[0], 0, 0, 0, *[None] * (len(row) - 5), row[-1])
        for row in warehouse.rows["response_time_summary"]
    ]
    warehouse.rows["question_set_funnel"] = [
        (*row[:4], *[0] * 7) for row in warehouse.rows["question_set_funnel"]
    ]
    warehouse.rows["proportion_tests"] = [
        (a, b, 0, 0, *[None] * 10) for a, b, *_ in warehouse.rows["proportion_tests"]
    ]
    warehouse.rows["response_time_tests"] = [
        (a, b, 0, 0, *[None] * 7) for a, b, *_ in warehouse.rows["response_time_tests"]
    ]
    for name in (
        "survival_curves", "response_time_quantiles", "labels", "label_acceptance",
        "yearly_acceptance", "adjusted_comparisons", "design_effects",
    ):  # fmt: skip
        warehouse.rows[name] = []
    warehouse.rows["survival_summary"] = [
        (row[0], 0, 0, 0, *[None] * 9, row[-1]) for row in warehouse.rows["survival_summary"]
    ]
    warehouse.rows["survival_tests"] = [
        (a, b, 0, 0, *[None] * 12) for a, b, *_ in warehouse.rows["survival_tests"]
    ]
    warehouse.rows["taxonomy_distribution"] = [
        (*row[:5], 0, 0, None, None, None, row[-1])
        for row in warehouse.rows["taxonomy_distribution"]
    ]
    warehouse.rows["rule_sensitivity"] = [
        (*row[:6], 0, 0, 0, 0, 0, None, row[12], None, None, None)
        for row in warehouse.rows["rule_sensitivity"]
    ]
    page = page_of(warehouse.build())
    assert page.errors == []
    assert "No question of these data is in Deployment." in page.by_id("summary").text
    text = page.by_id("not-shown").text
    assert "Is it getting more popular? No question set has a question in any year." in text
    assert "Questions without an accepted answer: no question set has a question." in text
    assert "Time to the accepted answer: no question set has an accepted answer" in text
    assert "The wait, with the questions that still wait: no question set has a question." in text
    assert "The categories of the questions: no labels were given." in text
    assert "What depends on the rules: no reading finds a question." in text
    assert "How each topic came to its questions: no rule matches a question" in text
    assert page.all("figure") == []


@pytest.mark.parametrize("name", NAMES)
def test_any_one_table_may_be_absent(warehouse, name: str) -> None:
    del warehouse.rows[name]
    page = page_of(warehouse.build())
    assert page.errors == []
    assert len(page.all("h2")) >= 7


def test_a_second_study_needs_no_code(warehouse) -> None:
    """Other sets, other names: nothing of the paper is in the report."""
    warehouse.rows = {name: [] for name in warehouse.rows}
    warehouse.rows["question_sets"] = [
        ("rust", "Rust", "base", None, 1, "Tagged rust.", False),
        ("embedded", "Embedded Rust", "topic", "rust", 2, "Tagged embedded.", False),
    ]
    warehouse.rows["acceptance"] = [("embedded", 10, 4, 6, 0.6, False)]
    warehouse.rows["yearly_popularity"] = [("embedded", 2021, 10, 9, 0.5, 20, None, None, False)]
    page = page_of(warehouse.build())
    text = page.by_id("main").text
    assert "Embedded Rust" in text
    for word in ("deep learning", "eployment", "Mobile"):
        assert word not in text


# --- the file


def written(data: Path, target: Path) -> Path:
    return write_report(compose(read_results(data)), data, target)


def test_the_file_is_replaced_when_whole(published_data: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "report.html"
    assert written(published_data, target) == target
    first = target.read_text("utf-8")
    assert first.startswith("<!doctype html>")
    written(published_data, target)
    assert [one.name for one in target.parent.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_the_old_report(
    published_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Exception, match="No space left on device; name another file"):
        written(published_data, target)
    assert target.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_an_interrupted_write_leaves_nothing_behind(
    published_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        written(published_data, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_same_data_give_the_same_page(published_data: Path) -> None:
    moment = datetime(2026, 1, 2)  # noqa: DTZ001 - only its date is shown
    study = read_results(published_data)
    assert render(compose(study), moment) == render(compose(study), moment)
    assert "made on 2 January 2026" in Page(render(compose(study), moment)).all("header")[0].text


def test_the_database_is_closed_again(published_data: Path, tmp_path: Path) -> None:
    written(published_data, tmp_path / "report.html")
    duckdb.connect(str(published_data / "deep_learning_deployment.duckdb")).close()


def test_a_table_without_a_column_says_which() -> None:
    table = Table("acceptance", ("question_set",), (("mobile",),))
    with pytest.raises(
        WarehouseError, match=r"table acceptance: no column n_\w+; .* another version"
    ):
        compose(StudyResults(Tables({"acceptance": table})))
