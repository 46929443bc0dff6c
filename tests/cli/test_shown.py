"""What commands print for people: no number is cut, whatever the width; hints where they help."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from rich.console import Console

from analyses.common.spreadsheets import written_whole
from analyses.warehouse import info, summary
from analyses.warehouse.shell import greeting
from analyses.warehouse.tables import Table, Tables
from loader.errors import LabellingError
from loader.manifest import Manifest
from loader.schemas import TABLES
from stackstudy import main

ROOT = Path(__file__).resolve().parents[2]
COUNTS = ("n_rows", "n_rejected_rows", "n_fabricated_rows", "n_replaced_characters")


def manifest(site: str, table: str, number: int) -> Manifest:
    """A table of a large site, with counts that are all different."""
    values = {name: number + place for place, name in enumerate(COUNTS)}
    made = Manifest.__new__(Manifest)
    for name in Manifest.__dataclass_fields__:
        object.__setattr__(made, name, None)
    for name, value in {
        **values,
        "site": site,
        "table": table,
        "state": "finished",
        "is_synthetic": True,
        "n_bytes": 123_456_700_000,
        "first_at": "2008-07-31T21:42:52.667",
        "last_at": "2024-03-31T23:59:59.999",
    }.items():
        object.__setattr__(made, name, value)
    return made


def shown(width: int, *, is_terminal: bool, has_faults: bool) -> str:
    out = Console(width=width, force_terminal=is_terminal, color_system=None, record=True)
    sites = ("stackoverflow.com", "a-very-long-name.meta.stackexchange.com")
    manifests = [
        manifest(site, table, 1_234_567 + 10 * place) for site in sites
        for place, table in enumerate(TABLES)
    ]  # fmt: skip
    if not has_faults:
        for one in manifests:
            for name in COUNTS[1:]:
                object.__setattr__(one, name, 0)
    with out.capture() as captured:
        info._show_loaded(manifests, out)
    return captured.get()


@pytest.mark.parametrize("width", [80, 90, 100, 120, 140, 200])
@pytest.mark.parametrize("has_faults", [True, False])
def test_info_cuts_no_number_at_any_width(width, has_faults) -> None:
    text = shown(width, is_terminal=True, has_faults=has_faults)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for name in TABLES:
        assert name in text
    assert text.count("123,456.7") == 2 * len(TABLES)
    for number in range(1_234_567, 1_234_567 + 10 * len(TABLES), 10):
        assert text.count(f"{number:,}") >= 2
        if has_faults:
            assert text.count(f"{number + 1:,}") == 2  # rejected
            assert text.count(f"{number + 3:,}") == 2  # replaced


def test_info_in_a_pipe_shows_every_column() -> None:
    text = shown(summary.PIPED_WIDTH, is_terminal=False, has_faults=True)
    assert "…" not in text
    assert "2024-03-31" in text
    assert "a-very-long-name.meta.stackexchange.com (synthetic)" in text
    assert len(text.splitlines()) == 2 * len(TABLES) + 6


def test_info_on_a_real_folder(sample_warehouse) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "stackstudy", "info", "--data", str(sample_warehouse)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "…" not in done.stdout
    assert "replication_checks" in done.stdout


def test_greeting_of_a_database_without_tables_says_what_to_run(tmp_path) -> None:
    """A bare `dbt build` before a load leaves one."""
    duckdb.connect(str(tmp_path / "mine.duckdb")).close()
    assert greeting(tmp_path, None).startswith("Nothing is built here yet")
    assert "`stackstudy build`" in greeting(tmp_path, None)


def test_greeting_begins_with_the_tables_to_start_from(sample_warehouse) -> None:
    first, others = greeting(sample_warehouse, None).split("Others (")
    start, sets = first.split("The questions of each set:")
    assert "questions, question_sets, question_set_members" in start
    assert "deployment_questions, non_deployment_questions" in sets.replace("\n ", "")
    assert "replication_checks" in others
    assert "stg_question_sets" not in others
    assert "mobile_questions" not in others.split("Try:")[0]


@pytest.mark.parametrize("variable", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_the_list_of_queries_is_bold_only_where_wanted(monkeypatch, variable) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variable.items():
        monkeypatch.setenv(name, value)
    shown = CliRunner().invoke(main, ["sql", "--list"], color=True).output
    assert ("\x1b" in shown) is (not variable)


@pytest.mark.parametrize(
    "command",
    [["load", ""], ["run", ""], ["report", "--data="], ["export", "mobile", "--output", ""]],
)
def test_an_empty_argument_is_misuse(command) -> None:
    """`stackstudy load "$DUMP"` where nobody has set DUMP."""
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 2
    assert "is empty" in done.output


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        (["--format", "svg", "--output", "r.html"], "--figures DIR"),
        (["--figures", "folder"], "--format svg"),
    ],
)
def test_an_option_that_would_be_ignored_is_misuse(tmp_path, options, cure) -> None:
    done = CliRunner().invoke(main, ["report", "--data", str(tmp_path), *options])
    assert done.exit_code == 2
    assert cure in done.output.replace("\n", " ")


def test_a_disk_that_is_full_while_a_file_is_written_names_its_folder(tmp_path) -> None:
    with (
        pytest.raises(LabellingError, match=f"{tmp_path}: cannot be written .* make room"),
        written_whole(tmp_path / "d.csv", force=False),
    ):
        raise OSError(28, "No space left on device")


def test_a_drawn_file_that_cannot_be_written_names_its_folder(tmp_path) -> None:
    """Not the name of the file aside, which nobody has asked for."""
    with (
        pytest.raises(LabellingError) as caught,
        written_whole(tmp_path / "d.csv", force=False) as aside,
    ):
        raise PermissionError(13, "Permission denied", str(aside))
    assert str(caught.value).startswith(f"{tmp_path}: cannot be written (Permission denied);")
    assert list(tmp_path.iterdir()) == []


def test_sites_without_a_question_of_any_set_say_what_the_study_needs(monkeypatch, capsys) -> None:
    sets = Table(
        "question_sets", ("question_set", "position", "is_candidate_set"), (("a", 1, None),)
    )

    def tables(n_questions: int) -> Tables:
        counted = Table("acceptance", ("question_set", "n_questions"), (("a", n_questions),))
        return Tables({one.name: one for one in (sets, counted)})

    monkeypatch.setattr(summary, "read_tables", lambda _data, _study, only: tables(0))
    summary.announce(Path("data"))
    said = capsys.readouterr().out
    assert "No question of the loaded sites is in a set of this study." in said
    assert "`stackstudy study new my_study --tag TAG`" in said
    monkeypatch.setattr(summary, "read_tables", lambda _data, _study, only: tables(1))
    summary.announce(Path("data"))
    assert "No question of" not in capsys.readouterr().out


def test_a_saved_query_shows_all_of_its_rows_and_round_minutes(sample_warehouse) -> None:
    asked = [sys.executable, "-m", "stackstudy", "sql", "--data", str(sample_warehouse), "--saved"]
    ran = {"cwd": ROOT, "capture_output": True, "text": True}
    hours = subprocess.run([*asked, "hours_of_the_day"], check=True, **ran)
    assert ".last" not in hours.stdout
    assert len(hours.stdout.splitlines()) > 60  # 40 is where the shell would cut
    answers = subprocess.run([*asked, "self_answers", "--format", "csv"], check=True, **ran)
    minutes = [value for line in answers.stdout.splitlines()[1:] for value in line.split(",")[-2:]]
    assert minutes
    assert all(len(value.partition(".")[2]) <= 1 for value in minutes)
