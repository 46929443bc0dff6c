"""Ctrl-C ends every command at once and in one line, whatever the command is doing."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from analyses.warehouse.shell import shell_program

ROOT = Path(__file__).resolve().parents[2]
FOREVER = "select count(*) from range(100000000) a, range(100000000) b"


def interrupted(code: str, *arguments: str, after: str) -> tuple[int, str, float]:
    """Run Python code in a process group of its own, as a terminal has; press Ctrl-C.

    Soon after its standard error says `after`; returns exit code, standard error, and seconds
    until the end.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    said = ""
    try:
        while after not in said:
            said += process.stderr.readline() or pytest.fail(said)
        time.sleep(0.7)
        pressed = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        said += process.communicate(timeout=60)[1]
    finally:  # what did not end would run forever
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    return process.returncode, said, time.monotonic() - pressed


@pytest.fixture
def data(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as connection:
        connection.execute("create table questions as select 1 as question_id")
        connection.execute(f"create view acceptance as {FOREVER}")
    return tmp_path


@pytest.mark.parametrize("module", ["click", "loader.errors", "duckdb", "analyses.report.document"])
def test_during_imports(data: Path, module: str) -> None:
    """Wherever it comes: while the front door is imported, or a command, or what it needs."""
    code = f"""if True:
        import builtins, sys, time
        real = builtins.__import__
        def slow(name, *rest):
            if name == {module!r}:
                sys.stderr.write("importing\\n"); sys.stderr.flush()
                time.sleep(60)
            return real(name, *rest)
        builtins.__import__ = slow
        import stackstudy
        stackstudy.main(["report", "--data", sys.argv[1]])
    """
    returned, said, _ = interrupted(code, str(data), after="importing")
    assert returned in {1, 130, -signal.SIGINT}
    assert said.replace("importing", "").strip() == "Aborted!"


def test_during_a_query_of_a_report(data: Path) -> None:
    """DuckDB makes an error of its own of it."""
    code = """if True:
        import sys
        import analyses.warehouse.tables, stackstudy
        real = analyses.warehouse.tables._read
        def read(*arguments):
            sys.stderr.write("reading\\n"); sys.stderr.flush()
            return real(*arguments)
        analyses.warehouse.tables._read = read
        stackstudy.main(["report", "--data", sys.argv[1]])
    """
    returned, said, seconds = interrupted(code, str(data), after="reading")
    assert returned == 1
    assert said.split() == ["reading", "Aborted!"]
    assert seconds < 60


def test_what_is_torn_down_afterwards_says_nothing(data: Path) -> None:
    """Files of lxml that an xlsx is written to complain when they are not closed."""
    code = """if True:
        import sys
        import analyses.warehouse.tables, stackstudy
        class Torn:
            def __del__(self):
                raise ValueError("not in an element")
        def read(*arguments):
            torn = Torn()
            sys.stderr.write("reading\\n"); sys.stderr.flush()
            while True:
                pass
        analyses.warehouse.tables._read = read
        stackstudy.main(["report", "--data", sys.argv[1]])
    """
    returned, said, _ = interrupted(code, str(data), after="reading")
    assert (returned, said.split()) == (1, ["reading", "Aborted!"])


def test_during_a_query_of_sql(data: Path) -> None:
    code = """if True:
        import sys
        import analyses.warehouse.shell, stackstudy
        real = analyses.warehouse.shell.started
        def started(*arguments, **options):
            sys.stderr.write("asking\\n"); sys.stderr.flush()
            return real(*arguments, **options)
        analyses.warehouse.shell.started = started
        stackstudy.main(["sql", "--data", sys.argv[1], "from acceptance"])
    """
    returned, said, seconds = interrupted(code, str(data), after="asking")
    assert returned == 1
    assert said.split() == ["asking", "Aborted!"]
    assert seconds < 60
    time.sleep(0.2)
    duckdb.connect(str(data / "mine.duckdb")).close()  # nobody holds it any more


def test_sql_ends_with_the_code_of_the_shell(data: Path) -> None:
    asked = [sys.executable, "-m", "stackstudy", "sql", "--data", str(data)]
    good = subprocess.run([*asked, "from questions"], cwd=ROOT, capture_output=True, check=False)
    bad = subprocess.run([*asked, "from nothing"], cwd=ROOT, capture_output=True, check=False)
    assert (good.returncode, bad.returncode) == (0, 1)


def test_in_the_shell_it_breaks_off_a_query_and_not_the_shell(data: Path) -> None:
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(ROOT)
        os.environ["TERM"] = "dumb"
        os.execv(sys.executable, [sys.executable, "-m", "stackstudy", "sql", "--data", str(data)])

    def wait_for(word: str) -> None:
        said, until = "", time.monotonic() + 20
        while word not in said:
            ready, _, _ = select.select([terminal], [], [], max(0, until - time.monotonic()))
            assert ready, said
            said += os.read(terminal, 10_000).decode(errors="replace")

    try:
        wait_for("Ctrl-D")
        wait_for("D ")  # its prompt
        os.write(terminal, b"from acceptance;\r")
        wait_for("acceptance")
        time.sleep(1)
        os.write(terminal, b"\x03")
        wait_for("D ")
        os.write(terminal, b"select 'still ' || 'here' as word;\r")
        wait_for("still here")
        os.write(terminal, b"\x04")
    except BaseException:
        os.killpg(pid, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert os.WIFEXITED(status)  # with 1: the shell counts the query that was broken off


def test_the_shell_is_the_program_itself_and_no_script_around_it() -> None:
    with Path(shell_program()).open("rb") as file:
        assert file.read(2) != b"#!"
