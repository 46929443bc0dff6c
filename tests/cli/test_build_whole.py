"""A build ends whole, or the database stays as it was; whatever ends it, in one line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from analyses.warehouse import build as build_module
from analyses.warehouse.build import build
from analyses.warehouse.database import connect, people_of
from analyses.warehouse.dbt_results import outcome
from analyses.warehouse.progress import follow
from loader.errors import BuildError, WarehouseError
from stackstudy import main

ROOT = Path(__file__).resolve().parents[2]

# Stands for dbt: builds one table where the profile says, then does what the test says.
DBT = """
import json, os, pathlib, sys, time
import duckdb
data = pathlib.Path(os.environ["STACKSTUDY_DATA"])
where = data / os.environ["STACKSTUDY_ASIDE"]
with duckdb.connect(str(where / "stackstudy.duckdb")) as connection:
    connection.execute("create table questions as select 'new' as word")
    connection.execute("create view stg_posts as from stackstudy.main.questions")
print(json.dumps({"info": {"name": "text", "level": "info", "msg": ""}}), flush=True)
{then}
status, message = "success", None
{result}
(data / "dbt" / "run_results.json").write_text(json.dumps({"results": [
    {"unique_id": "model.stackstudy.questions", "status": status, "message": message}]}))
"""


def dbt(then: str = "", result: str = "") -> tuple[str, ...]:
    return sys.executable, "-c", DBT.replace("{then}", then).replace("{result}", result)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a dump, and the whole database of an earlier build."""
    folder = tmp_path / "data"
    (folder / "posts" / "site=a.b").mkdir(parents=True)
    (folder / "posts" / "site=a.b" / "part-00000.parquet").write_bytes(b"")
    with duckdb.connect(str(folder / "stackstudy.duckdb")) as connection:
        connection.execute("create table questions as select 'old' as word")
    return folder


def word(data: Path) -> str:
    with connect(data) as connection:
        return connection.execute("select word from questions").fetchall()[0][0]


def test_a_build_that_ends_whole_takes_the_place(data, monkeypatch) -> None:
    monkeypatch.setattr(build_module, "DBT", dbt())
    assert build(data).n_models == 1
    assert word(data) == "new"
    assert not (data / "dbt" / "building").exists()
    with connect(data) as connection:  # the views say the name of the file
        assert connection.execute("from stg_posts").fetchall() == [("new",)]


@pytest.mark.parametrize(
    ("then", "result", "said"),
    [
        ("", "status, message = 'fail', 'Got 3 results'", "model questions: Got 3 results"),
        ("sys.exit('no room in the inn')", "", "no room in the inn"),
        ("os.kill(os.getpid(), 9)", "", "dbt ended with code -9"),
    ],
)
def test_a_build_that_fails_leaves_the_database(data, monkeypatch, then, result, said) -> None:
    monkeypatch.setattr(build_module, "DBT", dbt(then, result))
    before = (data / "stackstudy.duckdb").read_bytes()
    with pytest.raises(BuildError, match=said) as caught:
        build(data)
    assert "the database stays as it was" in str(caught.value)
    assert (data / "stackstudy.duckdb").read_bytes() == before
    assert not (data / "dbt" / "building").exists()


def test_a_first_build_that_fails_leaves_no_database(data, monkeypatch) -> None:
    (data / "stackstudy.duckdb").unlink()
    monkeypatch.setattr(build_module, "DBT", dbt("sys.exit(2)"))
    with pytest.raises(BuildError):
        build(data)
    assert not (data / "stackstudy.duckdb").exists()


def test_dbt_itself_leaves_the_database_when_a_table_cannot_be_built(
    sample_warehouse, tmp_path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample_warehouse, data, ignore=shutil.ignore_patterns("dbt"))
    before = (data / "stackstudy.duckdb").read_bytes()
    for path in (data / "users").glob("*/*.parquet"):
        path.write_bytes(b"PAR1 no more")
    with pytest.raises(BuildError, match=r"stg_users: .*the database stays as it was"):
        build(data)
    assert (data / "stackstudy.duckdb").read_bytes() == before


def test_a_reader_does_not_keep_a_build_waiting(data, monkeypatch) -> None:
    """It goes on with what it has opened."""
    monkeypatch.setattr(build_module, "DBT", dbt())
    code = """if True:
        import duckdb, sys
        c = duckdb.connect(sys.argv[1], read_only=True)
        print('open', flush=True)
        input()
        print(c.execute('select word from questions').fetchone()[0])
    """
    reader = subprocess.Popen(
        [sys.executable, "-c", code, str(data / "stackstudy.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "open\n"
    build(data)
    assert reader.communicate("\n")[0] == "old\n"
    assert word(data) == "new"


def test_what_a_killed_writer_left_is_not_played_into_the_new_database(data, monkeypatch) -> None:
    (data / "stackstudy.duckdb.wal").write_bytes(b"")
    monkeypatch.setattr(build_module, "DBT", dbt())
    build(data)
    assert not (data / "stackstudy.duckdb.wal").exists()
    assert word(data) == "new"


def started(data: Path, then: str) -> subprocess.Popen[str]:
    """Run `stackstudy build` as a process of its own, with something in the place of dbt."""
    code = (
        "import analyses.warehouse.build as b, stackstudy;"
        f" b.DBT = {dbt(then)!r}; stackstudy.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "build", "--data", str(data)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(300):
        if (data / "pid").exists() and (data / "pid").read_text():
            return process
        time.sleep(0.1)
    raise AssertionError(process.communicate())


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]


WAITING = "(data / 'pid').write_text(str(os.getpid())); time.sleep(60)"


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 1, "Aborted!"), (signal.SIGTERM, 143, "Stopped: ended by SIGTERM.")],
)
def test_a_build_that_is_stopped_ends_dbt_too(data, number, code, said) -> None:
    process = started(data, WAITING)
    child = int((data / "pid").read_text())
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert [line for line in errors.splitlines() if line] == ["Building the tables ...", said]
    assert not alive(child)
    assert word(data) == "old"
    assert not (data / "dbt" / "building").exists()


def test_one_build_at_a_time_also_when_the_first_was_killed(data, monkeypatch) -> None:
    """Its dbt lives on for a while, and holds the folder."""
    process = started(data, WAITING)
    child = int((data / "pid").read_text())
    try:
        process.kill()
        process.communicate()
        with pytest.raises(WarehouseError, match="another build is running here"):
            build(data)
    finally:
        os.kill(child, signal.SIGKILL)
    monkeypatch.setattr(build_module, "DBT", dbt())
    for _ in range(100):
        if not alive(child):
            break
        time.sleep(0.1)
    build(data)
    assert word(data) == "new"


def test_a_full_disk_is_named(data, tmp_path, monkeypatch) -> None:
    """As dbt says it: its own log cannot be written, or DuckDB's file."""
    said = ["--- Logging error ---", "OSError: [Errno 28] No space left on device"]
    with pytest.raises(BuildError, match="no space left on this disk") as caught:
        outcome(data / "dbt", 1, said)
    assert str(data) in str(caught.value)
    message = "IO Error: Could not write file: No space left on device"
    monkeypatch.setattr(build_module, "DBT", dbt(result=f"status, message = 'error', {message!r}"))
    with pytest.raises(BuildError, match="no space left on this disk"):
        build(data)


def test_results_that_were_cut_off_are_none(data) -> None:
    (data / "dbt").mkdir()
    (data / "dbt" / "run_results.json").write_text('{"results": [')
    with pytest.raises(BuildError, match="could not be built: it stopped"):
        outcome(data / "dbt", 1, ["", "it stopped"])


def test_of_a_traceback_the_last_line_is_told(data) -> None:
    said = ["Traceback (most recent call last):", '  File "x", line 1', "ValueError: why", ""]
    with pytest.raises(BuildError, match="could not be built: ValueError: why"):
        outcome(data / "dbt", 1, said)


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_cannot_be_written_is_named(data, monkeypatch) -> None:
    (data / "dbt").write_text("a file where the folder should be")
    with pytest.raises(WarehouseError) as caught:
        build(data)
    assert str(caught.value).startswith(f"{data}: cannot be written (")
    assert "--data DIR" in str(caught.value)


@pytest.mark.parametrize("name", ["blocks", "lock"])
def test_a_path_with_lock_in_it_is_not_taken_for_a_locked_database(tmp_path, name) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "stackstudy.duckdb").write_bytes(b"not a database, but long enough to be read" * 99)
    with pytest.raises(WarehouseError) as caught, connect(folder):
        pass
    assert "cannot be opened as a DuckDB database; move it away" in str(caught.value)
    assert "another program" not in str(caught.value)


def test_a_database_that_is_not_whole_is_refused_by_every_reader(data) -> None:
    with duckdb.connect(str(data / "stackstudy.duckdb")) as connection:
        connection.execute("create table unfinished_build as select 'x' as invocation_id")
    for command in ("report", "export", "info", "draw mobile"):
        done = CliRunner().invoke(main, [*command.split(), "--data", str(data)])
        assert done.exit_code == 1, done.output
    for command in (["sql", "from questions"], ["report"]):
        done = CliRunner().invoke(main, [*command, "--data", str(data)])
        assert done.output.count("\n") == 1
        assert "did not end whole" in done.output
        assert "`stackstudy build`" in done.output


def test_what_people_gave_to_the_last_build_and_not_to_this_is_said(data, monkeypatch) -> None:
    with duckdb.connect(str(data / "stackstudy.duckdb")) as connection:
        connection.execute("create table stg_decisions as from range(9)")
        connection.execute("create table stg_labels as from range(0)")
    assert people_of(data) == {"decisions": 9, "labels": 0}
    monkeypatch.setattr(build_module, "DBT", dbt())
    done = CliRunner().invoke(main, ["build", "--data", str(data)])
    assert "Note: the last build had 9 decisions (--decisions); this one has none." in done.output
    assert "labels" not in done.output
    done = CliRunner().invoke(main, ["build", "--data", str(data)])
    assert "Note" not in done.output


def test_a_long_name_does_not_crush_the_bar(monkeypatch, tmp_path) -> None:
    """On a terminal of 80 columns every line of progress fits, and the first says what is done."""
    name = "not_null_stg_decisions_" + "x" * 200
    lines = [
        {"info": {"name": "ConcurrencyLine", "level": "info"}, "data": {"node_count": 373}},
        {
            "info": {"name": "LogTestResult", "level": "info"},
            "data": {"node_info": {"node_name": name}},
        },
    ]
    code = textwrap.dedent(
        """
        import subprocess, sys
        from analyses.warehouse.progress import follow
        say = "import sys, time; time.sleep(.3); print(sys.argv[1], flush=True); time.sleep(.5)"
        follow(subprocess.Popen([sys.executable, "-c", say, sys.argv[1]],
                                stdout=subprocess.PIPE, text=True))
        """
    )
    shown = subprocess.run(
        [sys.executable, "-c", code, "\n".join(map(json.dumps, lines))],
        env=os.environ | {"FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    assert "reading the project" in shown
    assert "1/373" in shown
    assert "not_null_stg_decisions" in shown
    assert "x" * 60 not in shown
    assert "\x1b[1A" not in shown.replace("\x1b[1A\x1b[2K", "")  # one line, never two


def test_follow_keeps_what_dbt_says_beside_its_results() -> None:
    event = json.dumps({"info": {"name": "a", "level": "error", "msg": "b"}})
    said = f"print('no JSON'); print({event!r})"
    with subprocess.Popen(
        [sys.executable, "-c", said], stdout=subprocess.PIPE, text=True
    ) as process:
        assert follow(process) == ["no JSON", "b"]
