"""`stackstudy report`: where the file goes, and what is said when there is nothing to report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from click.testing import CliRunner, Result

from stackstudy import main

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"STACKSTUDY_DATA": None}).invoke(main, ["report", *map(str, arguments)])


def assert_one_line(result: Result, *parts: str) -> None:
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), result.exception
    lines = result.output.strip().splitlines()
    assert len(lines) == 1, result.output
    for part in ("Error: ", *parts):
        assert part in lines[0]


def test_it_writes_into_the_data_folder_and_says_where(published_data: Path) -> None:
    result = run("--data", published_data)
    assert result.exit_code == 0, result.output
    target = published_data / "phones_and_servers.html"
    assert result.output == f"Report: {target}\n"
    assert target.read_text("utf-8").rstrip().endswith("</html>")


def test_it_writes_where_it_is_told(published_data: Path, tmp_path: Path) -> None:
    target = tmp_path / "talk" / "figures.html"
    result = run("--data", published_data, "--output", target)
    assert result.output == f"Report: {target}\n"
    assert target.is_file()


def test_anyone_may_read_the_file_that_the_umask_lets(published_data: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    target = tmp_path / "report.html"
    assert run("--data", published_data, "--output", target).exit_code == 0
    assert target.stat().st_mode == plain.stat().st_mode


def test_raters_are_compared_by_the_categories_of_their_study(
    published_data: Path, tmp_path: Path
) -> None:
    study = tmp_path / "deep_learning_deployment"
    study.mkdir()
    (study / "study.yml").write_text(
        "study: deep_learning_deployment\ntitle: Phones\nbase: {dl: {tags: [keras]}}\n"
        "topics: {phones: {tags: [android]}}\n"
    )
    (study / "taxonomy.csv").write_text("question_set,inner_category\nphones,battery\n")
    key = "phones,stackoverflow.com,7"
    (tmp_path / "draw.csv").write_text(f"question_set,site,question_id\n{key}\n")
    for name in ("ann", "ben"):
        text = f"question_set,site,question_id,label_1\n{key},battery\n"
        (tmp_path / f"{name}.csv").write_text(text)
    output, sheets = tmp_path / "report.html", [tmp_path / "ann.csv", tmp_path / "ben.csv"]
    drawn = ("--draw", tmp_path / "draw.csv", "--sheet", sheets[0], "--sheet", sheets[1])
    result = run("--data", published_data, "--study", study, "--output", output, *drawn)
    assert result.exit_code == 0, result.output
    assert "ann, ben" in output.read_text("utf-8")
    without = run("--data", published_data, "--output", output, *drawn)
    assert_one_line(without, "'phones' is no question set of the study", "--study DIR")


def test_no_database(tmp_path: Path) -> None:
    assert_one_line(run("--data", tmp_path), "no database yet", "stackstudy build")


def test_tables_not_built(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "deep_learning_deployment.duckdb")) as connection:
        connection.execute("create table something_else (id integer)")
    assert_one_line(run("--data", tmp_path), "not built yet", "stackstudy build")


def test_not_a_database(tmp_path: Path) -> None:
    (tmp_path / "deep_learning_deployment.duckdb").write_text("this is no database")
    assert_one_line(run("--data", tmp_path), "deep_learning_deployment.duckdb")


def test_tables_of_another_version(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "deep_learning_deployment.duckdb")) as connection:
        connection.execute(
            "create table acceptance as select 'mobile' as question_set, 0.5 as share"
        )
    assert_one_line(run("--data", tmp_path), "table acceptance", "n_questions", "stackstudy build")


def test_a_target_that_cannot_be_written(published_data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "report.html"
    assert_one_line(run("--data", published_data, "--output", target), "--output", str(target))


@pytest.mark.parametrize("arguments", [["--nonsense"], ["extra"]])
def test_misuse(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2
