"""What a load tells of itself is true: what goes on, what takes long before it, how it ends."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import py7zr
import pytest
import stores
from rich.console import Console
from stores import SITE, posts
from test_loader_resume import N_ROWS, BrokenError, archive, break_at, plain, small  # noqa: F401

import loader
from loader import progress
from loader.commands import load_and_show
from loader.dump import files
from loader.errors import LoaderError
from loader.progress import ProgressReporter

ROOT = Path(__file__).resolve().parents[2]


def lines_of(path: Path, data: Path) -> list[str]:
    """What a load says in a pipe."""
    said = io.StringIO()
    with ProgressReporter(Console(file=said, width=300)) as reporter:
        loader.load([path], data, site=SITE, reporter=reporter)
    return said.getvalue().splitlines()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("make", [plain, archive])
def test_what_is_there_already_counts_as_rows_and_not_as_read(tmp_path, make):
    path = make(tmp_path)
    n_told = [0, 0, 0, 0]

    class Sums(loader.Reporter):
        def resume(self, n_bytes, n_rows):
            n_told[0] += n_bytes
            n_told[1] += n_rows

        def advance(self, n_bytes, n_rows):
            n_told[2] += n_bytes
            n_told[3] += n_rows

    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, 60)
        with pytest.raises(BrokenError):
            loader.load([path], tmp_path / "data", site=SITE)
    loader.load([path], tmp_path / "data", site=SITE, reporter=Sums())
    assert n_told[1] > 0
    assert n_told[1] + n_told[3] == N_ROWS
    n_bytes = (
        path.stat().st_size
        if make is plain
        else stores.manifest(tmp_path / "data", "posts")["xml_bytes"]
    )
    assert n_told[0] + n_told[2] == n_bytes
    assert (n_told[0] > 0) == (make is plain), "an archive is read from its beginning"


@pytest.mark.usefixtures("small")
def test_the_rate_is_of_what_was_read_now(tmp_path, monkeypatch):
    path = plain(tmp_path)
    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, 60)
        with pytest.raises(BrokenError):
            loader.load([path], tmp_path / "data", site=SITE)
    lines = lines_of(path, tmp_path / "data")
    (there,) = [line for line in lines if "from a load that was broken off" in line][-1:]
    assert re.match(rf"{SITE} posts: [\d,]+ rows are there", there)
    ends = [line for line in lines if line.startswith(f"{SITE} posts: {N_ROWS:,} rows, ")]
    assert " of XML, " in ends[-1]
    assert " of it now" in ends[-1]


def test_an_inner_archive_is_told_of_while_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_EVERY", 0.0)
    monkeypatch.setattr(progress, "_MEASURABLE", 1)
    inner = stores.write(tmp_path / "dump" / "Posts.xml", posts(50))
    with py7zr.SevenZipFile(tmp_path / "inner.7z", "w") as packed:
        packed.write(inner, "Posts.xml")
    with py7zr.SevenZipFile(tmp_path / "outer.7z", "w") as packed:
        packed.write(tmp_path / "inner.7z", "inner.7z")
    lines = lines_of(tmp_path / "outer.7z", tmp_path / "data")
    assert "inner.7z: unpacking this archive inside of an archive (" in lines[0]
    size = progress.decimal((tmp_path / "inner.7z").stat().st_size)
    assert lines[1].endswith(f": {size} of {size}")


def test_a_touched_source_is_told_of_while_it_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_MEASURABLE", 1)
    path = stores.write(tmp_path / "Posts.xml", posts(50))
    loader.load([path], tmp_path / "data", site=SITE)
    os.utime(path, (1, 1))
    lines = lines_of(path, tmp_path / "data")
    assert lines[0].startswith(f"{path}: touched or moved; comparing its hash (")
    assert "50 rows kept" in lines[1]


def test_names_do_not_steer_the_terminal(tmp_path):
    evil = "Users-\x1b]0;owned\x07\x1b[2J\nError: x.txt"
    with py7zr.SevenZipFile(tmp_path / "x.example.com.7z", "w") as packed:
        packed.writestr(posts(1), "Posts.xml")
        packed.writestr(b"x", evil)
    said = io.StringIO()
    with ProgressReporter(Console(file=said, width=300)) as reporter:
        loader.load([tmp_path / "x.example.com.7z"], tmp_path / "data", reporter=reporter)
    assert "Not loaded: " in said.getvalue()
    assert all(one.isprintable() for one in said.getvalue().replace("\n", ""))
    assert "\nError" not in said.getvalue()


def test_ctrl_c_says_that_the_same_command_goes_on(tmp_path):
    """A real SIGINT to a real process, as soon as a part is whole."""
    path = plain(tmp_path)
    program = (
        "import loader.table, loader.parse.splits, loader.parse.chunk_parser, time\n"
        "loader.table.SMALL_BYTES = 0; loader.parse.splits.LEAST_BYTES = 2_000\n"
        "loader.parse.splits.SPLIT_BYTES = 10_000; loader.parse.chunks.CHUNK_BYTES = 700\n"
        "true = loader.parse.chunk_parser.ChunkParser.parse\n"
        "def slow(*a): time.sleep(0.05); return true(*a)\n"
        "loader.parse.chunk_parser.ChunkParser.parse = slow\n"
        "import stackstudy; stackstudy.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "load", str(path), "--data", str(tmp_path / "data")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not list(tmp_path.glob("data/.loading/posts/*/unfinished/0*.json")):
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err == "Error: stopped; what is whole is kept, and the same command goes on from there\n"
    assert process.returncode == 1
    load_and_show([path], tmp_path / "data")
    assert len(stores.rows(tmp_path / "data", "posts")) == N_ROWS


def test_the_hash_is_of_what_was_loaded(tmp_path, monkeypatch):
    """The source is put in place of another while its hash is computed: an error, not a lie."""
    path = stores.write(tmp_path / "Posts.xml", posts(5))
    true = files.pieces_of

    def pieces_of(one, size=None):
        if size is not None:  # it is read to be hashed
            one.write_bytes(posts(5).replace('Id="1"', 'Id="2"').encode())
        yield from true(one, size)

    monkeypatch.setattr(files, "pieces_of", pieces_of)
    with pytest.raises(LoaderError, match="changed while it was read"):
        loader.load([path], tmp_path / "data", site=SITE)


def test_a_source_that_changed_within_a_millisecond_is_another(tmp_path):
    path = stores.write(tmp_path / "Posts.xml", posts(1))
    os.utime(path, ns=(10**18, 10**18))
    loader.load([path], tmp_path / "data", site=SITE)
    stores.write(path, posts(1).replace('Id="1"', 'Id="2"'))
    os.utime(path, ns=(10**18 + 2_000, 10**18 + 2_000))
    loader.load([path], tmp_path / "data", site=SITE)
    assert [row["Id"] for row in stores.rows(tmp_path / "data", "posts")] == [2]
    assert (
        stores.manifest(tmp_path / "data", "posts")["source_modified_at"]
        == "2001-09-09T01:46:40.000002Z"
    )


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', "\0" * 40])
@pytest.mark.parametrize("place", [".loading/posts/site=other.example.com", f"posts/site={SITE}"])
def test_a_broken_manifest_stops_no_load(tmp_path, content, place):
    """A power cut may leave one: the table is loaded again, or what lies aside is thrown away."""
    path = stores.write(tmp_path / "Posts.xml", posts(3))
    stores.write(tmp_path / "data" / place / "_manifest.json", content)
    loader.load([path], tmp_path / "data", site=SITE)
    assert len(stores.rows(tmp_path / "data", "posts")) == 3
    assert not (tmp_path / "data" / ".loading/posts/site=other.example.com").exists()


def dated(folder: Path, year: int, *tables: str, n_rows: int = 3) -> Path:
    """A dump whose rows are of a year."""
    for table in tables:
        rows = (f'Id="{i}" CreationDate="{year}-0{i}-01T00:00:00"' for i in range(1, n_rows + 1))
        stores.write(folder / f"{table}.xml", stores.xml(table, *rows))
    return folder


def test_what_replaces_what_and_what_stays(tmp_path):
    old = dated(tmp_path / "old", 2020, "posts", "users", "votes")
    new = dated(tmp_path / "new", 2022, "posts", "votes", n_rows=2)
    first = lines_of(old, tmp_path / "data")
    assert not [line for line in first if "replaced" in line or "kept" in line]
    said = lines_of(new, tmp_path / "data")
    assert (
        f"{SITE}: replaced, of {old}/posts.xml and {old}/votes.xml: posts (3 rows to 2020-03-01 by"
        " 2 rows to 2022-02-01), votes (3 rows to 2020-03-01 by 2 rows to 2022-02-01)"
    ) in said
    assert (
        f"{SITE}: not in this dump, and kept from an earlier load: users (3 rows to 2020-03-01);"
        " if that was of another date, load its tables of this one, too"
    ) in said
    assert f"{SITE}: what was loaded now is the older dump" not in said
    back = lines_of(old, tmp_path / "data")
    assert f"{SITE}: what was loaded now is the older dump" in back
    assert not [line for line in back if "not in this dump" in line]


def test_the_same_dump_again_replaces_nothing(tmp_path):
    dump = dated(tmp_path / "dump", 2020, "posts")
    lines_of(dump, tmp_path / "data")
    with ProgressReporter(Console(file=(said := io.StringIO()), width=300)) as reporter:
        loader.load([dump], tmp_path / "data", site=SITE, force=True, reporter=reporter)
    assert "replaced" not in said.getvalue()
