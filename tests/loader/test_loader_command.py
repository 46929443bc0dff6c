"""`stackstudy load` as a person meets it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import stores
from click.testing import CliRunner
from stores import SITE, posts, xml

import loader
from loader import progress
from loader.commands import load_and_show
from stackstudy import main

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("STACKSTUDY_")}
    return subprocess.run(
        [sys.executable, "-m", "stackstudy", "load", *map(str, arguments)],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def dump(tmp_path) -> Path:
    folder = tmp_path / f"{SITE}-2024"
    stores.write(
        folder / "Posts.xml", xml("posts", 'Id="1" Zeta="&#x0;"', 'Id="2"', 'Id="1000000001"')
    )
    stores.write(folder / "Users.xml", xml("users", 'Id="1"'))
    stores.write(folder / "PostNotices.xml", "<postnotices/>")
    return folder


def test_the_lines_of_a_load(dump, tmp_path):
    done = run(dump, "--data", tmp_path / "data")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == f"Site {SITE}, after the name {SITE}-2024 (--site says otherwise)."
    assert lines[1].startswith(
        f"Not loaded: {dump}/PostNotices.xml: its root element is <postnotices>"
    )
    assert lines[2].startswith(f"{SITE} posts: 3 rows, ")
    assert lines[3].startswith(f"{SITE} users: 1 rows, ")
    summary = lines[lines.index(SITE) + 1 :]
    assert summary[0] == "table rows rejected fabricated chars replaced unknown first last"
    assert summary[1] == "posts 2 0 1 1 1"
    assert summary[2] == "users 1 0 0 0 0"
    assert summary[3] == "Not in the dump: votes, comments, badges, post_history, post_links, tags."
    assert summary[4] == "posts: unknown attributes, kept in OtherAttributes: Zeta (1)."
    assert any(line.startswith("Characters replaced: ") for line in summary)
    assert any(line.startswith("Fabricated: ") for line in summary)
    again = run(dump, "--data", tmp_path / "data")
    assert again.stdout.count("kept, loaded before from the same source") == 2


def test_an_error_is_one_line_and_exit_code_1(dump, tmp_path):
    stores.write(dump / "Users.xml", xml("users", 'Id="1" Age="old"'))
    done = run(dump, "--data", tmp_path / "data")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == (
        f"Error: {dump}/Users.xml: line 3: row Id 1: Age is 'old', not a whole number of 64 bits;"
        " mend the file, get it again, or load with --on-error quarantine"
    )
    assert stores.snapshot(tmp_path / "data") == {}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["nowhere.xml"], 1),
        (["--nonsense"], 2),
        (["Makefile"], 1),
        (["tests", "--site", "a/b"], 1),
    ],
)
def test_misuse(arguments, code, tmp_path):
    done = run(*arguments, STACKSTUDY_DATA=str(tmp_path))
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert "Error: " in done.stderr


def test_the_data_folder_of_the_environment(dump, tmp_path):
    assert run(dump, STACKSTUDY_DATA=str(tmp_path / "there")).returncode == 0
    assert len(stores.rows(tmp_path / "there", "posts")) == 2


def test_help_has_examples():
    done = CliRunner().invoke(main, ["load", "--help"])
    assert done.exit_code == 0
    for part in ("Examples:", "stackoverflow.com-Posts.7z", "--site NAME", "--data DIR", "--force"):
        assert part in done.output


def test_the_command_alone_imports_neither_arrow_nor_parser():
    code = "import sys, loader.commands; print({'pyarrow', 'lxml', 'py7zr'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def on_terminal(*command: str, columns: int = 100) -> str:
    """What a command writes to a terminal."""
    parent, child = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=child, stderr=child, stdin=child, env=environment
    )
    os.close(child)
    seen = b""
    while True:
        try:
            piece = os.read(parent, 65_536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(parent)
    assert process.wait() == 0, seen.decode()
    return seen.decode()


def test_a_bar_on_a_terminal(tmp_path):
    path = stores.write(tmp_path / SITE / "Posts.xml", posts(250_000))
    seen = on_terminal(
        sys.executable, "-m", "stackstudy", "load", str(path), "--data", str(tmp_path / "data")
    )
    assert "━" in seen
    for part in ("rows", "MB/s", "MB", f"{SITE} posts", "250,000"):
        assert part in seen


def test_a_long_table_is_told_of_in_a_pipe(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    monkeypatch.setattr(progress, "_LONG", 0)
    monkeypatch.setattr("loader.parse.chunks.CHUNK_BYTES", 10_000)
    path = stores.write(tmp_path / SITE / "Posts.xml", posts(20_000))
    load_and_show([path], tmp_path / "data")
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(f"{SITE} posts: reading {path} (")
    told = [line for line in lines if line.endswith(" left")]
    assert told
    assert all(f" of {progress.decimal(path.stat().st_size)}" in line for line in told)


def test_bytes_and_rows_told_add_up(tmp_path):
    class Sums(loader.Reporter):
        n_bytes = n_rows = 0

        def advance(self, n_bytes, n_rows):
            self.n_bytes += n_bytes
            self.n_rows += n_rows

    path = stores.write(tmp_path / SITE / "Posts.xml", posts(50_000))
    sums = Sums()
    loader.load([path], tmp_path / "data", reporter=sums)
    assert (sums.n_bytes, sums.n_rows) == (path.stat().st_size, 50_000)
