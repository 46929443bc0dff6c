"""The command line as a person meets it: help, and what happens when something is wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
import duckdb
import pytest
from click.testing import CliRunner
from small_dumps import question, write_posts

from analyses.study import find_study
from analyses.warehouse.database import database_path
from loader import load
from stackstudy import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
STUDY = "deep_learning_deployment"


def run(
    *arguments: str | Path, output: IO[str] | int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `stackstudy` as a process of its own, away from any data folder of the tester."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("STACKSTUDY_")}
    return subprocess.run(
        [sys.executable, "-m", "stackstudy", *map(str, arguments)],
        cwd=ROOT,
        env=inherited | environment,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def assert_one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Error: ")
    for part in parts:
        assert part in lines[0]


def every_command(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    """Names of all commands, those of groups too: (label, sheet)."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *above, name)


@pytest.mark.parametrize("names", list(every_command(main)), ids=" ".join)
def test_every_command_has_help_with_an_example_of_itself(names: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*names, "--help"])
    assert shown.exit_code == 0
    below_usage = shown.output.split("\n\n", 1)[1]
    assert f"stackstudy {' '.join(names)}" in below_usage


def test_the_front_page_lists_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"]).output
    listed = [line.split()[0] for line in shown.split("Commands:")[1].splitlines() if line.strip()]
    assert set(main.commands) <= set(listed)
    for name in ("sample", "load", "build", "report", "run", "sql", "info"):
        assert name in listed


def test_misuse_is_exit_code_2() -> None:
    assert CliRunner().invoke(main, ["lode"]).exit_code == 2
    assert CliRunner().invoke(main, ["load"]).exit_code == 2


@pytest.mark.parametrize(
    "command",
    [
        ["sample-size", "--population", "10", "--confidence"],
        ["sample-size", "--population", "10", "--interval"],
        ["sample-size", "--population", "10", "--proportion"],
        ["draw", "mobile", "--pilot"],
        ["study", "tags", STUDY, "--min-significance"],
        ["study", "tags", STUDY, "--min-relevance"],
    ],
)
def test_a_share_that_is_no_number_is_misuse(command: list[str]) -> None:
    done = CliRunner().invoke(main, [*command, "nan"])
    assert done.exit_code == 2
    assert "'nan' is no number; write one such as 0.05" in done.output


@pytest.mark.parametrize(
    ("command", "cure"),
    [
        (["info"], "stackstudy load"),
        (["build"], "stackstudy load"),
        (["report"], "stackstudy build"),
        (["sql", "select 1"], "stackstudy build"),
    ],
)
def test_a_wrong_order_of_commands_names_the_right_one(
    tmp_path: Path, command: list[str], cure: str
) -> None:
    assert_one_line(run(*command, "--data", tmp_path / "nothing"), str(tmp_path), cure)


def test_the_data_folder_comes_from_the_environment(tmp_path: Path) -> None:
    assert_one_line(run("info", STACKSTUDY_DATA=str(tmp_path)), str(tmp_path))


def test_a_missing_dump_is_named(tmp_path: Path) -> None:
    done = run("run", tmp_path / "absent.7z", "--data", tmp_path / "data")
    assert_one_line(done, "absent.7z")


def test_a_file_where_the_data_folder_should_be_is_misuse(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    done = run("info", "--data", tmp_path / "data")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a dump of one question."""
    asked = datetime(2019, 1, 1, tzinfo=UTC)
    dump = write_posts(tmp_path / "dump", [question(1, asked, "keras")])
    load([dump], tmp_path / "data", site="a.com")
    return tmp_path / "data"


def test_an_open_database_is_named_before_dbt_starts(data: Path) -> None:
    database = database_path(data, STUDY)
    duckdb.connect(str(database)).close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            (
                "import duckdb, sys\n"
                "c = duckdb.connect(sys.argv[1])\n"
                "print('open', flush=True)\n"
                "input()"
            ),
            str(database),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        assert_one_line(run("build", "--data", data), "another program has the database open")
        assert_one_line(run("sql", "select 1", "--data", data), "another program")
    finally:
        holder.communicate("\n")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    database_path(tmp_path, STUDY).write_bytes(b"not a database, but long enough to be read" * 99)
    assert_one_line(run("sql", "select 1", "--data", tmp_path), f"{STUDY}.duckdb")


def test_a_database_of_an_earlier_version_is_named(tmp_path: Path) -> None:
    """It held every study; now each has its own."""
    duckdb.connect(str(tmp_path / "stackstudy.duckdb")).close()
    done = run("sql", "select 1", "--data", tmp_path)
    assert_one_line(done, "stackstudy.duckdb: an earlier version made this", "stackstudy build")


def test_a_slip_in_a_study_stops_before_anything_is_built(data: Path, tmp_path: Path) -> None:
    study = Path(shutil.copytree(find_study(STUDY), tmp_path / STUDY))
    (study / "decisions.csv").write_text(
        "question_set,site,question_id,decision,note\nmobile,a.com,x,include,\n"
    )
    for command in ("build", "run"):
        dump = [tmp_path / "dump" / "Posts.xml"] if command == "run" else []
        done = run(command, *dump, "--data", data, "--study", study)
        assert_one_line(done, f"{study / 'decisions.csv'}: row 2: question_id 'x'")
    assert not database_path(data, STUDY).exists()
    assert not (data / "dbt").exists()


def test_a_study_comes_from_the_environment(data: Path, tmp_path: Path) -> None:
    done = run("build", "--data", data, STACKSTUDY_STUDY=str(tmp_path / "nowhere"))
    assert_one_line(done, f"{tmp_path / 'nowhere'}: is no folder")


def test_a_folder_where_a_database_should_be_is_named(data: Path) -> None:
    """A build noticed it when all models were built; readers said that nothing was built."""
    database_path(data, STUDY).mkdir()
    for command in (("build",), ("sql", "select 1"), ("report",)):
        assert_one_line(run(*command, "--data", data), f"{STUDY}.duckdb: is a folder", "move it")


def test_tables_of_somebody_else_are_one_line(data: Path, tmp_path: Path) -> None:
    """Queries of a table that has other columns, or of none at all, were tracebacks."""
    with duckdb.connect(str(database_path(data, STUDY))) as connection:
        for table in ("questions", "question_sets", "question_set_members"):
            connection.execute(f"create table {table} (a int)")
    told = run("export", "mobile", "--output", tmp_path / "out", "--data", data)
    assert_one_line(told, f"{data}: the database or the dump cannot be read", "stackstudy build")
    assert not (tmp_path / "out").exists()
    assert_one_line(
        run("report", "--data", data), "the database is of no study", "stackstudy build"
    )


def test_a_damaged_part_is_named_by_a_command_that_reads_the_dump(data: Path) -> None:
    (part,) = (data / "posts").glob("site=*/*.parquet")
    part.write_bytes(part.read_bytes()[:100])
    for command in ("preview", "tags"):
        told = run("study", command, STUDY, "--data", data)
        assert_one_line(told, f"{part}: has 100 bytes, not", "load it again: stackstudy load")


def test_a_folder_copied_to_another_site_is_not_counted_twice(data: Path) -> None:
    """It was read as data of the other site, and a build ended in a duplicate key."""
    (folder,) = (data / "posts").glob("site=*")
    shutil.copytree(folder, data / "posts" / "site=beer.stackexchange.com")
    for command in (("build",), ("info",), ("study", "preview", STUDY)):
        told = run(*command, "--data", data)
        assert_one_line(told, "site=beer.stackexchange.com is not its folder", "remove the folder")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("finished_at", "yesterday"),
        ("n_rows", "many"),
        ("n_bytes", None),
        ("state", "half"),
        ("is_synthetic", 1),
        ("unknown_attributes", []),
        ("parts", [{"name": 1, "n_rows": 1, "n_bytes": 1, "xxh3_128": ""}]),
    ],
)
def test_a_manifest_with_a_value_that_does_not_fit_is_named(data: Path, name, value) -> None:
    (path,) = (data / "posts").glob("site=*/_manifest.json")
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {name: value}), "utf-8")
    said = f"{path}: is not a manifest ("
    assert_one_line(run("info", "--data", data), said, "; load the table again")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("command", [("--help",), ("sql", "--list"), ("sql", "select 1")])
def test_output_that_nothing_takes_is_one_line(data: Path, command: tuple[str, ...]) -> None:
    """Help was a traceback, and a query ended as if its rows had been written."""
    duckdb.connect(str(database_path(data, STUDY))).close()
    with Path("/dev/full").open("w") as full:
        told = run(*command, output=full, STACKSTUDY_DATA=str(data), PYTHONUNBUFFERED="")
    assert_one_line(told, "No space left on device; make room")


def test_files_left_open_by_an_error_say_nothing() -> None:
    """Each sheet of an xlsx that a full disk broke off complained, in hundreds of lines."""
    code = """if True:
        import analyses.warehouse.info, loader.errors, lxml.etree, stackstudy
        class Torn:
            def __init__(self, error):
                self.error = error
            def __del__(self):
                raise self.error
        def manifests(_):
            torn = Torn(lxml.etree.LxmlSyntaxError("not in an element")), Torn(ValueError("ours"))
            full = Torn(OSError(28, "full"))
            raise OSError(28, "No space left on device")
        analyses.warehouse.info.Store.manifests = manifests
        stackstudy.main(["info"])
    """
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert told.stderr.startswith("Error: the output: No space left on device; make room")
    assert "not in an element" not in told.stderr
    assert "OSError" not in told.stderr
    assert "ValueError: ours" in told.stderr


def test_a_reader_that_has_enough_is_no_error(data: Path) -> None:
    duckdb.connect(str(database_path(data, STUDY))).close()
    read, write = os.pipe()
    os.close(read)
    told = run("sql", "from range(100000)", output=write, STACKSTUDY_DATA=str(data))
    os.close(write)
    assert told.stderr == ""


def test_a_terminal_without_utf_8_shows_what_it_can(data: Path) -> None:
    told = run("info", "--data", data, PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr) == (0, "")
    assert "posts" in told.stdout


def test_standard_output_that_is_closed_is_no_traceback(data: Path) -> None:
    duckdb.connect(str(database_path(data, STUDY))).close()
    program = [sys.executable, "-m", "stackstudy", "sql", "select 1", "--data", str(data)]
    told = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *program],
        cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("script", [b"from t\0", "from t".encode("utf-16")])
def test_a_query_that_is_no_text_is_misuse(data: Path, script: bytes) -> None:
    duckdb.connect(str(database_path(data, STUDY))).close()
    told = subprocess.run(
        [sys.executable, "-m", "stackstudy", "sql", "-", "--data", str(data)],
        cwd=ROOT, input=script, capture_output=True, check=False,
    )  # fmt: skip
    assert told.returncode == 2
    assert told.stderr.endswith(b"is not a query in UTF-8; save its file as UTF-8\n")


@pytest.mark.parametrize("name", ["is it loaded?", "study #2"])
def test_a_folder_that_dbt_would_misread_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    assert_one_line(run("build", "--data", tmp_path / name), name, "rename it")
