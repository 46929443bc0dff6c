"""A build ends whole, or the database stays as it was; whatever ends it, in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from click.testing import CliRunner
from small_dumps import question, write_posts

from analyses.study import read_study
from analyses.warehouse import build as build_module
from analyses.warehouse.build import build
from analyses.warehouse.database import connect, database_path
from analyses.warehouse.dbt_results import outcome
from analyses.warehouse.progress import follow
from loader import load
from loader.errors import BuildError, WarehouseError
from stackstudy import main

if TYPE_CHECKING:
    from analyses.study import Study

ROOT = Path(__file__).resolve().parents[2]
STUDY = "mine"

# Stands for dbt: builds one table where the profile says, then does what the test says.
DBT = """
import json, os, pathlib, sys, time
import duckdb
data = pathlib.Path(os.environ["STACKSTUDY_DATA"])
where = data / os.environ["STACKSTUDY_STAGING"]
with duckdb.connect(str(where / "mine.duckdb")) as connection:
    connection.execute("create table questions as select 'new' as word")
    connection.execute("create view stg_posts as from mine.main.questions")
    {tables}
print(json.dumps({"info": {"name": "text", "level": "info", "msg": ""}}), flush=True)
{then}
status, message, code = "success", None, None
{result}
kind = "test" if status == "fail" else "model"
(data / "dbt" / "mine" / "logs").mkdir(exist_ok=True)
(data / "dbt" / "mine" / "logs" / "dbt.log").touch()
(data / "dbt" / "mine" / "run_results.json").write_text(json.dumps({"results": [{
    "unique_id": f"{kind}.stackstudy.questions", "status": status, "message": message,
    "compiled_code": code}]}))
"""

NOTHING_GIVEN = """
    create table stg_decisions (question_set text, site text, question_id int, decision text);
    create table labels (question_set text, is_loaded bool, is_member bool);
    create table question_sets (question_set text, kind text, position int);
    create table int_questions (site text, question_id int);
    create table question_set_matches (question_set text, site text, question_id int);
    create table int_set_candidates
        (question_set text, site text, question_id int, is_matched bool, is_yielding bool);
"""


def dbt(then: str = "", result: str = "", tables: str = "") -> tuple[str, ...]:
    made = f"connection.execute({NOTHING_GIVEN + tables!r})"
    code = DBT.replace("{then}", then).replace("{result}", result).replace("{tables}", made)
    return sys.executable, "-c", code


@pytest.fixture
def study(tmp_path: Path) -> Study:
    folder = tmp_path / STUDY
    folder.mkdir()
    (folder / "study.yml").write_text("study: mine\ntitle: Mine\nbase: {a: {tags: [a]}}\n")
    return read_study(folder)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a dump, and the whole database of an earlier build."""
    folder = tmp_path / "data"
    asked = datetime(2019, 1, 1, tzinfo=UTC)
    load([write_posts(tmp_path / "dump", [question(1, asked, "a")])], folder, site="a.com")
    with duckdb.connect(str(database_path(folder, STUDY))) as connection:
        connection.execute("create table questions as select 'old' as word")
    return folder


def word(data: Path) -> str:
    with connect(data) as connection:
        return connection.execute("select word from questions").fetchall()[0][0]


def test_a_build_that_ends_whole_takes_the_place(data, study, monkeypatch) -> None:
    monkeypatch.setattr(build_module, "DBT", dbt())
    assert build(data, study).n_models == 1
    assert word(data) == "new"
    assert not (data / "dbt" / STUDY / "building").exists()
    with connect(data) as connection:  # the views say the name of the file
        assert connection.execute("from stg_posts").fetchall() == [("new",)]


@pytest.mark.parametrize(
    "case",
    [
        (
            "",
            "status, message = 'error', 'no such\\n column'",
            "model questions: no such column",
        ),
        (
            "",
            "status, message, code = 'fail', 'Got 3', 'select 7 as id, word from questions'",
            "test questions: Got 3, the first: id 7, word new",
        ),
        (
            "",
            "status, message, code = 'fail', 'Got 3 results', 'from not_there'",
            r"test questions: Got 3 results \(all of it: .*dbt.log\)",
        ),
        ("sys.exit('no room in the inn')", "", "no room in the inn"),
        ("os.kill(os.getpid(), 9)", "", "dbt ended with code -9"),
    ],
)
def test_a_build_that_fails_leaves_the_database(data, study, monkeypatch, case) -> None:
    then, result, said = case
    monkeypatch.setattr(build_module, "DBT", dbt(then, result))
    before = (database_path(data, STUDY)).read_bytes()
    with pytest.raises(BuildError, match=said) as caught:
        build(data, study)
    assert "the database stays as it was" in str(caught.value)
    assert ("all of it: " in str(caught.value)) == bool(result)  # dbt wrote no log before it ended
    assert (database_path(data, STUDY)).read_bytes() == before
    assert not (data / "dbt" / STUDY / "building").exists()


def test_a_first_build_that_fails_leaves_no_database(data, study, monkeypatch) -> None:
    (database_path(data, STUDY)).unlink()
    monkeypatch.setattr(build_module, "DBT", dbt("sys.exit(2)"))
    with pytest.raises(BuildError):
        build(data, study)
    assert not (database_path(data, STUDY)).exists()


def test_dbt_itself_leaves_the_database_when_a_check_fails(
    data, study, tmp_path, monkeypatch
) -> None:
    """An id twice in a dump; the check that finds it names the row. Only what it needs is built."""
    asked = datetime(2019, 1, 1, tzinfo=UTC)
    twice = [question(7, asked, "a"), question(7, asked, "b"), question(8, asked, "a")]
    load([write_posts(tmp_path / "dump", twice)], data, site="a.com", force=True)
    before = database_path(data, STUDY).read_bytes()
    select = "[*sys.argv[1:], '-s', '+dump_ids_are_unique']"
    code = f"import sys; from dbt.cli.main import cli; cli({select})"
    monkeypatch.setattr(build_module, "DBT", (sys.executable, "-c", code))
    with pytest.raises(BuildError) as caught:
        build(data, study)
    assert str(caught.value).startswith(
        "test dump_ids_are_unique: Got 1 result, configured to fail if != 0,"
        " the first: model stg_posts, site a.com, id 7, n_rows 2 (all of it: "
    )
    assert str(caught.value).endswith("; the database stays as it was")
    assert database_path(data, STUDY).read_bytes() == before


def test_a_reader_does_not_keep_a_build_waiting(data, study, monkeypatch) -> None:
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
        [sys.executable, "-c", code, str(database_path(data, STUDY))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdout.readline() == "open\n"
    build(data, study)
    assert reader.communicate("\n")[0] == "old\n"
    assert word(data) == "new"


def test_what_a_killed_writer_left_is_not_played_into_the_new_database(
    data, study, monkeypatch
) -> None:
    (data / f"{STUDY}.duckdb.wal").write_bytes(b"")
    monkeypatch.setattr(build_module, "DBT", dbt())
    build(data, study)
    assert not (data / f"{STUDY}.duckdb.wal").exists()
    assert word(data) == "new"


def started(data: Path, study: Study, then: str) -> subprocess.Popen[str]:
    """Run `stackstudy build` as a process of its own, with something in the place of dbt."""
    code = (
        "import analyses.warehouse.build as b, stackstudy;"
        f" b.DBT = {dbt(then)!r}; stackstudy.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "build",
         "--data", str(data), "--study", str(study.folder)],
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
def test_a_build_that_is_stopped_ends_dbt_too(data, study, number, code, said) -> None:
    process = started(data, study, WAITING)
    child = int((data / "pid").read_text())
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert [line for line in errors.splitlines() if line] == ["Building the tables ...", said]
    assert not alive(child)
    assert word(data) == "old"
    assert not (data / "dbt" / STUDY / "building").exists()


def test_one_build_at_a_time_also_when_the_first_was_killed(data, study, monkeypatch) -> None:
    """Its dbt lives on for a while, and holds the folder."""
    process = started(data, study, WAITING)
    child = int((data / "pid").read_text())
    try:
        process.kill()
        process.communicate()
        with pytest.raises(WarehouseError, match="another build is running here"):
            build(data, study)
    finally:
        os.kill(child, signal.SIGKILL)
    monkeypatch.setattr(build_module, "DBT", dbt())
    for _ in range(100):
        if not alive(child):
            break
        time.sleep(0.1)
    build(data, study)
    assert word(data) == "new"


def test_a_full_disk_is_named(data, study, monkeypatch) -> None:
    """As dbt says it: its own log cannot be written, or DuckDB's file."""
    said = ["--- Logging error ---", "OSError: [Errno 28] No space left on device"]
    with pytest.raises(BuildError, match="no space left on this disk") as caught:
        outcome(data / "dbt" / STUDY, 1, said, database_path(data, STUDY))
    assert str(data) in str(caught.value)
    message = "IO Error: Could not write file: No space left on device"
    monkeypatch.setattr(build_module, "DBT", dbt(result=f"status, message = 'error', {message!r}"))
    with pytest.raises(BuildError, match="no space left on this disk"):
        build(data, study)


def test_results_that_were_cut_off_are_none(data) -> None:
    (data / "dbt").mkdir()
    (data / "dbt" / "run_results.json").write_text('{"results": [')
    with pytest.raises(BuildError, match="could not be built: it stopped"):
        outcome(data / "dbt", 1, ["", "it stopped"], database_path(data, STUDY))


def test_of_a_traceback_the_last_line_is_told(data) -> None:
    said = ["Traceback (most recent call last):", '  File "x", line 1', "ValueError: why", ""]
    with pytest.raises(BuildError, match="could not be built: ValueError: why"):
        outcome(data / "dbt" / STUDY, 1, said, database_path(data, STUDY))


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_a_folder_that_cannot_be_written_is_named(data, study) -> None:
    (data / "dbt").write_text("a file where the folder should be")
    with pytest.raises(WarehouseError) as caught:
        build(data, study)
    assert str(caught.value).startswith(f"{data}: cannot be written (")
    assert "--data DIR" in str(caught.value)


@pytest.mark.parametrize("name", ["blocks", "lock"])
def test_a_path_with_lock_in_it_is_not_taken_for_a_locked_database(tmp_path, name) -> None:
    folder = tmp_path / name
    folder.mkdir()
    database_path(folder, STUDY).write_bytes(b"not a database, but long enough to be read" * 99)
    with pytest.raises(WarehouseError) as caught, connect(folder):
        pass
    assert "cannot be opened as a DuckDB database; move it away" in str(caught.value)
    assert "another program" not in str(caught.value)


def test_a_database_that_is_not_whole_is_refused_by_every_reader(data) -> None:
    with duckdb.connect(str(database_path(data, STUDY))) as connection:
        connection.execute("create table unfinished_build as select 'x' as invocation_id")
    for command in ("report", "export", "info", "draw mobile"):
        done = CliRunner().invoke(main, [*command.split(), "--data", str(data)])
        assert done.exit_code == 1, done.output
    for command in (["sql", "from questions"], ["report"]):
        done = CliRunner().invoke(main, [*command, "--data", str(data)])
        assert done.output.count("\n") == 1
        assert "did not end whole" in done.output
        assert "`stackstudy build`" in done.output


DECIDED = """
    insert into question_sets values ('a', 'base', 1), ('b', 'topic', 2), ('c', 'topic', 3);
    insert into int_questions select 'a.com', unnest(range(10));
    insert into int_set_candidates select 'b', 'a.com', unnest(range(5)), true, false;
    insert into question_set_matches select 'b', 'a.com', unnest(range(5));
"""


def test_what_people_gave_and_what_is_fewer_is_said_per_set(data, study, monkeypatch) -> None:
    monkeypatch.setattr("analyses.warehouse.summary.announce", lambda *_: None)

    def said(tables: str) -> list[str]:
        monkeypatch.setattr(build_module, "DBT", dbt(tables=DECIDED + tables))
        command = ["build", "--data", str(data), "--study", str(study.folder)]
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output
        lines = done.stdout.splitlines()
        assert lines[0].startswith("Built ")
        assert lines[-1].startswith("Database: ")
        return lines[1:-1]

    absent = "of questions that are not loaded"
    assert said("") == []
    # of b, five are matched: to include one of them, or to exclude another, changes nothing
    decided = """
        insert into stg_decisions select 'b', 'a.com', unnest(range(8)), 'include';
        insert into stg_decisions select 'b', 'a.com', unnest(range(8, 12)), 'exclude';
        insert into stg_decisions values ('c', 'a.com', 1, 'include');
    """
    assert said(decided) == [
        f"Decisions for b: 12 given, 3 changed what the rules say, 2 {absent}.",
        "Decisions for c: 1 given, 1 changed what the rules say.",
    ]
    # a label of a question that is not loaded, and one of a question of another set
    labelled = """
        create table stg_labels (question_set text);
        insert into stg_labels select 'b' from range(139);
        insert into labels select 'b', n > 0, n > 1 from range(139) as numbers(n);
    """
    assert said("insert into stg_decisions select 'b', 'a.com', 1, 'exclude';" + labelled) == [
        "Decisions for b: 1 given, 1 changed what the rules say, 11 fewer than in the last build.",
        f"Labels for b: 139 given, 1 of questions that are not in the set, 1 {absent}.",
        "Note: the last build had 1 decisions for c; this one has none.",
    ]
    fewer = labelled.replace("139", "100")
    assert said(fewer)[0].endswith(f"1 {absent}, 39 fewer than in the last build.")
    assert said("")[-1] == "Note: the last build had 100 labels for b; this one has none."
    assert said("") == []


def test_a_long_name_does_not_crush_the_bar() -> None:
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
    assert "1 of 373" in shown
    assert "Building the tables" not in shown  # the line of a pipe
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
