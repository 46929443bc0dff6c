"""`stackstudy sql`: what a script of somebody may do, and what a terminal gets to see."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from analyses.warehouse.database import connect, database_path
from analyses.warehouse.shell import greeting

ROOT = Path(__file__).resolve().parents[2]
SQL = [sys.executable, "-m", "stackstudy", "sql"]
STEERING = "a\x9b31mb\x1b[7mc\x07d"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("of the author")
    folder = tmp_path / "data"
    folder.mkdir()
    with duckdb.connect(str(database_path(folder, "s"))) as connection:
        connection.execute("create table t as select ? as v", [STEERING])
    return folder


SCRIPTS = {
    "copy (select 1) to '{}/out';": True,
    ".shell touch {}/out": True,
    "select content from read_text('{}/secret');": True,
    "set enable_external_access = true;\ncopy (select 1) to '{}/out';": False,
    "attach '{}/out' as o;\ncreate table o.t as select 1;": False,
    ".safe_mode off\n.shell touch {}/out": False,
    ".output {}/out": False,
    ".read {}/secret": True,
}
"""Scripts, and whether each does what it tries to do without --safe."""


def run_script(data: Path, script: str, *options: str) -> tuple[bool, bool]:
    """Run a script; return whether it wrote, or read, the files beside the data folder."""
    done = subprocess.run(
        [*SQL, "-", "--data", str(data), *options],
        input=script.format(data.parent), cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return (data.parent / "out").exists(), "author" in said


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_reads_and_writes_no_file_in_safe_mode(data, script):
    assert run_script(data, script, "--safe") == (False, False)
    if SCRIPTS[script]:  # or the line above would hold without --safe, too
        assert any(run_script(data, script))


def test_tables_can_be_asked_in_safe_mode(data):
    done = subprocess.run(
        [*SQL, "select count(*) as n from t", "--safe", "--format", "csv", "--data", str(data)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["n", "1"]


@pytest.mark.parametrize("form", ["duckbox", "box", "csv", "json", "line", "markdown"])
def test_what_a_dump_holds_does_not_steer_the_terminal(data, form):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*SQL, "select v, repeat('long ', 99) from t", "--format", form, "--data", str(data)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
        env=os.environ | {"COLUMNS": "100"},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:  # so a terminal says on Linux that nobody writes to it any more
        pass
    os.close(master)
    assert process.wait() == 0
    text = shown.decode().replace("\r\n", "\n")
    assert {c for c in text if not c.isprintable()} <= {"\n"}
    assert "a\\x9b31mb" in text
    if form == "duckbox":
        assert len(text.splitlines()[0]) == 100


def test_a_file_gets_what_the_dump_holds(data):
    done = subprocess.run(
        [*SQL, "from t", "--format", "csv", "--data", str(data)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert STEERING in done.stdout


NATURAL = "select title from questions where question_set = 'mobile'"


def ask(data: Path, *arguments: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SQL, *arguments, "--data", str(data)],
        cwd=ROOT, input=said, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("piped", [False, True])
def test_the_first_query_of_many_is_answered_with_queries_that_work(sample_warehouse, piped):
    asked = {"said": f"{NATURAL};\n"} if piped else {}
    done = ask(sample_warehouse, *([] if piped else [NATURAL]), **asked)
    assert done.returncode == 1
    assert 'Referenced column "question_set" not found' in done.stderr
    view, join = re.search(r"Ask\n(.*)\nor (.*)", done.stderr, re.DOTALL).groups()
    counts = [
        ask(sample_warehouse, f"select count(*) {one}", "--format", "csv") for one in (view, join)
    ]
    assert counts[0].stdout == counts[1].stdout != "count_star()\n0\n"
    assert "mobile" in view


def test_a_saved_query_needs_tables(data):
    done = subprocess.run(
        [*SQL, "--saved", "rule_yield", "--data", str(data)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = f"Error: {database_path(data, 's')}: the tables are not built yet; run"
    assert (done.returncode, done.stderr) == (1, f"{said} `stackstudy build`\n")


@pytest.mark.parametrize("query", ["from acceptance where nothing = 1", "selec 1", "from nowhere"])
def test_another_error_gets_no_hint(sample_warehouse, query):
    done = ask(sample_warehouse, query)
    assert done.returncode == 1
    assert "Error" in done.stderr
    assert "Hint" not in done.stderr


def test_the_greeting_shows_queries_that_work(sample_warehouse):
    said = greeting(sample_warehouse, None)
    assert all(len(line) <= 80 for line in said.splitlines())
    queries = said.split("Try:\n")[1].split("Leave with")[0].split(";\n")[:-1]
    assert any("join question_set_members" in query for query in queries)
    with connect(sample_warehouse) as connection:
        for query in queries:
            assert connection.execute(query).fetchall()


def test_an_error_does_not_steer_the_terminal(data):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*SQL, "select v::integer from t", "--data", str(data)],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:
        pass
    os.close(master)
    assert process.wait() == 1
    text = shown.decode().replace("\r\n", "\n")
    assert "Conversion Error" in text
    assert {c for c in text if not c.isprintable()} <= {"\n"}
