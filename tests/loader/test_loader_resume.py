"""A load that is broken off goes on where whole parts ended, and ends with the same rows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import py7zr
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import stores
from stores import SITE, posts

import loader
from loader import parts
from loader.errors import RowError, StoreError
from loader.parse import chunk_parser, splits

ROOT = Path(__file__).resolve().parents[2]
N_ROWS = 1_200
PATCHES = {
    "loader.table.SMALL_BYTES": 0,
    "loader.parse.splits.LEAST_BYTES": 2_000,
    "loader.parse.splits.SPLIT_BYTES": 10_000,
    "loader.parse.workers.PART_BYTES": 10_000,
    "loader.parse.chunks.CHUNK_BYTES": 700,
}


CONTENT = posts(N_ROWS, Zeta="1", CreationDate="2014-01-01")


class BrokenError(Exception):
    """Stands for the machine going away."""


@pytest.fixture
def small(monkeypatch):
    for name, value in PATCHES.items():
        monkeypatch.setattr(name, value)
    monkeypatch.setattr(splits, "n_cores", lambda: 3)


def plain(folder: Path) -> Path:
    return stores.write(folder / SITE / "Posts.xml", CONTENT)


def archive(folder: Path) -> Path:
    path = folder / SITE / "Posts.7z"
    path.parent.mkdir(parents=True, exist_ok=True)
    with py7zr.SevenZipFile(path, "w", filters=[{"id": py7zr.FILTER_BZIP2}]) as packed:
        packed.writestr(CONTENT.encode(), "Posts.xml")
    return path


def rows_of(data: Path) -> pa.Table:
    files = sorted((data / "posts" / f"site={SITE}").glob("*.parquet"))
    return pa.concat_tables([pq.read_table(one, partitioning=None) for one in files])


def facts(data: Path) -> dict[str, object]:
    found = stores.manifest(data, "posts")
    for key in ("started_at", "finished_at", "n_files", "n_bytes", "parts"):
        found.pop(key)
    return found


def break_at(monkeypatch, call: int) -> None:
    """Let the machine go away at the n-th chunk."""
    count = [0]
    true = chunk_parser.ChunkParser.parse

    def parse(self, chunk):
        count[0] += 1
        if count[0] >= call:
            raise BrokenError
        return true(self, chunk)

    monkeypatch.setattr(chunk_parser.ChunkParser, "parse", parse)


@pytest.mark.parametrize("make", [plain, archive])
@pytest.mark.parametrize("call", [1, 5, 30, 60, 80])
def test_goes_on_behind_whole_parts(tmp_path, small, make, call):
    path = make(tmp_path)
    loader.load([path], tmp_path / "right", site=SITE)
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, call)
        with pytest.raises(BrokenError):
            loader.load([path], tmp_path / "data", site=SITE)
    aside = tmp_path / "data" / ".loading" / "posts" / f"site={SITE}"
    whole = list((aside / "unfinished").glob("0*.json"))
    parsed = []
    true = chunk_parser.ChunkParser.parse
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            chunk_parser.ChunkParser,
            "parse",
            lambda self, one: parsed.append(one) or true(self, one),
        )
        loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").equals(rows_of(tmp_path / "right"))
    assert facts(tmp_path / "data") == facts(tmp_path / "right")
    n_all = path.stat().st_size if make is plain else len(CONTENT)
    n_parsed = sum(len(one.text) for one in parsed)
    if call >= 60:
        assert whole
    assert n_parsed <= n_all - 8_000 * len(whole)
    left = {one.name for one in (tmp_path / "data" / "posts" / f"site={SITE}").rglob("*")}
    assert not left & {"unfinished", "plan.json"}


def broken_off(tmp_path: Path, call: int = 60) -> Path:
    path = plain(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        break_at(patch, call)
        with pytest.raises(BrokenError):
            loader.load([path], tmp_path / "data", site=SITE)
    assert list(tmp_path.glob("data/.loading/posts/*/unfinished/0*.json"))
    return path


def test_a_changed_source_is_begun_anew(tmp_path, small):
    path = broken_off(tmp_path)
    stores.write(path, posts(N_ROWS, Zeta="2", CreationDate="2014-01-01"))
    os.utime(path, (1, 1))
    loader.load([path], tmp_path / "data", site=SITE)
    others = [dict(one) for one in rows_of(tmp_path / "data").column("OtherAttributes").to_pylist()]
    assert others == [{"Zeta": "2"}] * N_ROWS


def test_a_part_that_is_not_as_noted_is_written_anew(tmp_path, small):
    path = broken_off(tmp_path)
    note = min(tmp_path.glob("data/.loading/posts/*/unfinished/0*.json"))
    part = note.parent.parent / f"part-{note.stem}.parquet"
    part.write_bytes(part.read_bytes()[:-1])
    loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").column("Id").to_pylist() == list(range(1, N_ROWS + 1))


def test_a_note_that_cannot_be_read_counts_for_nothing(tmp_path, small):
    path = broken_off(tmp_path)
    for note in tmp_path.glob("data/.loading/posts/*/unfinished/0*.json"):
        note.write_text("{half")
    loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").column("Id").to_pylist() == list(range(1, N_ROWS + 1))


def test_force_begins_anew(tmp_path, small):
    path = broken_off(tmp_path)
    parsed = []
    true = chunk_parser.ChunkParser.parse
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            chunk_parser.ChunkParser,
            "parse",
            lambda self, one: parsed.append(one) or true(self, one),
        )
        loader.load([path], tmp_path / "data", site=SITE, force=True)
    assert sum(len(one.text) for one in parsed) > path.stat().st_size - 100


def test_another_number_of_cores_goes_on_all_the_same(tmp_path, small, monkeypatch):
    path = broken_off(tmp_path)
    monkeypatch.setattr(splits, "n_cores", lambda: 7)
    loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").column("Id").to_pylist() == list(range(1, N_ROWS + 1))


def test_a_disk_that_is_full_keeps_what_is_whole(tmp_path, small, monkeypatch):
    path = plain(tmp_path)
    true = parts.Part.finish
    count = [0]

    def finish(self, end, **options):
        count[0] += 1
        if count[0] > 2:
            raise OSError(28, "No space left on device")
        return true(self, end, **options)

    with monkeypatch.context() as patch:
        patch.setattr(parts.Part, "finish", finish)
        with pytest.raises(StoreError, match=r"No space left.* [\d,]+ bytes are kept .* goes on"):
            loader.load([path], tmp_path / "data", site=SITE)
    assert len(list(tmp_path.glob("data/.loading/posts/*/unfinished/0*.json"))) == 2
    loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").column("Id").to_pylist() == list(range(1, N_ROWS + 1))


def test_a_bad_row_leaves_nothing(tmp_path, small):
    path = stores.write(tmp_path / SITE / "Posts.xml", posts(N_ROWS).replace('Id="999"', 'Id="x"'))
    with pytest.raises(RowError):
        loader.load([path], tmp_path / "data", site=SITE)
    assert not list(tmp_path.glob("data/.loading/posts/*"))


@pytest.mark.parametrize("make", [plain, archive])
def test_killed_again_and_again(tmp_path, small, make):
    """SIGKILL at random moments, until a run gets through."""
    path = make(tmp_path)
    loader.load([path], tmp_path / "right", site=SITE)
    patches = "".join(
        f"importlib.import_module({n.rsplit('.', 1)[0]!r}).{n.rsplit('.', 1)[1]} = {v}; "
        for n, v in PATCHES.items()
    )
    code = (
        f"import importlib, time; {patches}"
        "import loader, loader.parse.chunk_parser as p; t = p.ChunkParser.parse\n"
        "p.ChunkParser.parse = lambda s, c: (time.sleep(0.02), t(s, c))[1]\n"
        f"loader.load([{str(path)!r}], {str(tmp_path / 'data')!r}, site={SITE!r})"
    )
    n_killed = 0
    for wait in (0.2, 0.5, 0.9, 0.4, 60):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
        aside = tmp_path / "data" / ".loading" / "posts"
        while process.poll() is None and not aside.exists():
            time.sleep(0.01)
        try:
            process.wait(wait)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            n_killed += 1
    assert n_killed >= 1
    loader.load([path], tmp_path / "data", site=SITE)
    assert rows_of(tmp_path / "data").equals(rows_of(tmp_path / "right"))
    assert facts(tmp_path / "data") == facts(tmp_path / "right")
