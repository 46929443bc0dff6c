"""`stackstudy sql`: what a script of somebody may do, and what a terminal gets to see."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from analyses.warehouse.database import database_path

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
