"""The command as users run it: real processes, also stopped and killed ones."""

from __future__ import annotations

import io
import os
import re
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from fault_server import break_after, stall
from fetch_bench import BEER
from rich.console import Console

from loader.fetch import archive_org
from loader.fetch import command as command_module
from stackstudy import main

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["fetch", *words])
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    return call


class Part:
    """The part of beer's archive, whatever its version."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "beer.stackexchange.com"

    def read(self) -> bytes:
        return b"".join(path.read_bytes() for path in self._folder.glob(f"{BEER}.*.part"))


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "stackstudy", "fetch", *words]


def start(*words: str, **more: object) -> subprocess.Popen:
    return subprocess.Popen(
        command(*words),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def test_fetch(beer_and_overflow, run, tmp_path, archive):
    said = run("beer")
    path = tmp_path / "data/dumps/stackexchange/beer.stackexchange.com" / BEER
    assert path.read_bytes() == archive
    assert f"{path}: 900.1 kB, sha1 checked" in said
    assert f"{path}: fetched before, sha1 checked" in run("beer.stackexchange.com")
    assert len(beer_and_overflow.gets(f"/download/stackexchange/{BEER}")) == 1


def test_fetch_tables(beer_and_overflow, run, tmp_path):
    run("stackoverflow", "--table", "posts", "--table", "Tags", "--to", "here")
    found = sorted(path.name for path in (tmp_path / "here/stackoverflow.com").glob("[!.]*"))
    assert found == ["stackoverflow.com-Posts.7z", "stackoverflow.com-Tags.7z"]


def test_nothing_is_fetched_where_one_name_is_wrong(beer_and_overflow, run, tmp_path):
    said = run("beer", "xyzzy", code=1)
    assert said.startswith("Error: archive.org's stackexchange: has no xyzzy")
    assert not (tmp_path / "data").exists()


def test_list(beer_and_overflow, run, archive):
    lines = run("--list").splitlines()
    assert lines[0] == f"{BEER}\t{len(archive)}\t2024-04-06"
    assert len(lines) == 4
    assert run("--list", "stackoverflow-posts").split("\t")[0] == "stackoverflow.com-Posts.7z"
    assert run("--list", "alcohol").startswith(BEER)
    assert "has no xyzzy" in run("--list", "xyzzy", code=1)


def test_table_on_a_terminal():
    console = Console(file=io.StringIO(), force_terminal=True, width=100, color_system=None)
    rows = [(BEER, 900_113, "2024-04-06"), ("other.7z", None, "")]
    command_module._show(console, ("name", "size", "date"), rows)
    said = console.file.getvalue()
    assert re.search(r"beer\.stackexchange\.com\.7z +900\.1 kB +2024-04-06", said)
    assert re.search(r"other\.7z +\? +\?", said)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["a/b"],
        ["beer", "--table", "questions"],
        ["beer", "--source", "x", "--date", "2024"],
        ["beer", "--checksums", "no-such-file"],
    ],
)
def test_misuse(run, words):
    assert "Error" in run(*words, code=2)


def test_source_from_the_environment(server, run, archive, monkeypatch, tmp_path):
    server.page("/d/", f'<a href="{BEER}">x</a>')
    server.serve(f"/d/{BEER}", archive)
    monkeypatch.setenv("STACKSTUDY_SOURCE", f"{server.address}/d")
    run("beer")
    [path] = tmp_path.glob("data/dumps/127.0.0.1-*-d/beer.stackexchange.com/*.7z")
    assert path.read_bytes() == archive


def test_date_on_the_command_line_beats_the_environment(server, run, monkeypatch):
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)
    monkeypatch.setenv("STACKSTUDY_SOURCE", "stackexchange")
    assert "its search answers 404" in run("beer", "--date", "2024", code=1)


def test_lines_without_a_terminal(beer_and_overflow, run, archive, monkeypatch):
    monkeypatch.setattr("loader.fetch.progress._EVERY", 0.0)
    beer_and_overflow.files[f"/download/stackexchange/{BEER}"].faults = [break_after(300_000)]
    said = run("beer").splitlines()
    address = f"{beer_and_overflow.address}/download/stackexchange/{BEER}"
    assert said[0] == f"{BEER}: from {address}, 900.1 kB"
    assert any(re.fullmatch(rf"{BEER}: .* of 900.1 kB \(\d+%\).*", one) for one in said)
    assert any("broke off; next try in 1 s" in one for one in said)
    assert all("\x1b" not in one for one in said)


def test_ctrl_c_keeps_what_came(server, archive, tmp_path):
    """A real SIGINT to a real process; then the same command goes on from there."""
    event = threading.Event()
    server.page("/d/", f'<a href="{BEER}">x</a>')
    server.serve(f"/d/{BEER}", archive, stall(300_000, event))
    words = ("beer", "--source", f"{server.address}/d", "--to", str(tmp_path))
    part = Part(tmp_path)
    process = start(*words)
    wait_for(lambda: len(part.read()) == 300_000)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    event.set()
    assert process.returncode == 1
    assert err == "Error: stopped; what came is kept: the same command goes on from there\n"
    assert "Traceback" not in out
    assert len(part.read()) == 300_000
    process = start(*words)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert server.gets(f"/d/{BEER}")[-1].range == "bytes=300000-"
    assert (tmp_path / "beer.stackexchange.com" / BEER).read_bytes() == archive
    assert part.read() == b""


def test_killed_and_two_at_once(server, archive, tmp_path):
    """A second process is turned away while the first runs, and not by what a killed one left."""
    event = threading.Event()
    server.page("/d/", f'<a href="{BEER}">x</a>')
    server.serve(f"/d/{BEER}", archive, stall(300_000, event), stall(100_000, event))
    words = ("beer", "--source", f"{server.address}/d", "--to", str(tmp_path))
    part = Part(tmp_path)
    first = start(*words)
    wait_for(lambda: len(part.read()) == 300_000)
    second = start(*words)
    err = second.communicate(timeout=20)[1]
    assert second.returncode == 1
    assert "another fetch of it is under way; wait for it" in err
    first.kill()
    first.communicate(timeout=20)
    third = start(*words)
    wait_for(lambda: len(part.read()) == 400_000)
    event.set()
    third.communicate(timeout=30)
    assert third.returncode == 0
    assert (tmp_path / "beer.stackexchange.com" / BEER).read_bytes() == archive
    ranges = [one.range for one in server.gets(f"/d/{BEER}")]
    assert ranges == [None, "bytes=300000-", "bytes=400000-"]


def test_limit_of_the_system(server, archive, tmp_path):
    """A file system that takes no more, as the kernel says it (here: a limit on a file's size)."""
    server.page("/d/", f'<a href="{BEER}">x</a>')
    server.serve(f"/d/{BEER}", archive)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # noqa: E731
    process = start(
        "beer", "--source", f"{server.address}/d", "--to", str(tmp_path), preexec_fn=limit
    )
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.count("\n") == 1
    assert "cannot be written (File too large); what came is kept" in err
    part = Part(tmp_path)
    assert part.read() == archive[:200_000]


def wait_for(what, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
