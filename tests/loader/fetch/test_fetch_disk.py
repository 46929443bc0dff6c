"""What is on disk before and after: files that are there, locks, a full disk, a file's history."""

from __future__ import annotations

import errno
import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from fault_server import (
    answer,
    break_after,
    chunked,
    ignore_range,
    say_range,
    shift_range,
    stall,
    until_close,
)
from fetch_bench import BEER, DONE, error_of, make_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loader.errors import FetchError
from loader.fetch import transfer as transfer_module


def test_second_fetch_asks_for_nothing(bench, archive):
    bench.serve(archive)
    bench.fetch(published=archive)
    bench.fetch(published=archive)
    assert bench.heard.lines[-1] == f"{bench.path}: fetched before, sha1 checked"
    assert len(bench.asked) == 1


def test_record_says_where_the_file_is_from(bench, archive):
    bench.serve(archive)
    bench.fetch(published=archive)
    record = json.loads((bench.path.parent / f".{BEER}.json").read_text())
    assert record["url"] == f"{bench.server.address}/{BEER}"
    assert record["n_bytes"] == len(archive)
    assert list(record["published"]) == ["sha1"]


def test_file_that_the_user_brought_is_kept_if_it_is_the_one(bench, archive):
    bench.path.parent.mkdir(parents=True)
    bench.path.write_bytes(archive)
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.asked == []


@pytest.mark.parametrize("spoil", ["flip", "cut", "other"])
def test_other_file_under_the_name_is_not_lost(bench, archive, other_archive, spoil):
    bench.serve(archive)
    bench.fetch(published=archive)
    spoilt = {
        "flip": archive[:500] + bytes([archive[500] ^ 1]) + archive[501:],
        "cut": archive[:-1],
        "other": other_archive,
    }[spoil]
    bench.path.write_bytes(spoilt)
    line = error_of(bench.fetch, published=archive)
    assert "is there, and is not what the source has now" in line
    assert "--force replaces it" in line
    assert bench.path.read_bytes() == spoilt
    bench.fetch(published=archive, force=True)
    assert bench.path.read_bytes() == archive


def test_source_has_a_newer_file(bench, archive, other_archive):
    """Until 2024 each dump was put over the one before: the old one is the user's to keep."""
    bench.serve(archive)
    bench.fetch(published=archive)
    bench.serve(other_archive, etag='"two"')
    assert "--force" in error_of(bench.fetch, published=other_archive)
    assert bench.path.read_bytes() == archive


def test_force_that_fails_leaves_what_was_there(bench, archive):
    bench.serve(archive)
    bench.fetch(published=archive)
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive, force=True)
    assert bench.path.read_bytes() == archive


def test_two_fetches_at_once(bench, archive):
    """The second says so and touches nothing; the first ends as if alone."""
    event = threading.Event()
    bench.serve(archive, stall(300_000, event))
    failed: list[BaseException] = []

    def first() -> None:
        try:
            bench.fetch(published=archive)
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    while not list(bench.folder.rglob("*.part")):
        pass
    try:
        assert "another fetch of it is under way" in error_of(bench.fetch, published=archive)
    finally:
        event.set()
        thread.join(20)
    assert not failed
    assert bench.path.read_bytes() == archive
    assert bench.left() == DONE


def test_disk_is_too_small(bench, archive, monkeypatch):
    monkeypatch.setattr(
        transfer_module.shutil, "disk_usage", lambda path: SimpleNamespace(free=1000)
    )
    bench.serve(archive)
    line = error_of(bench.fetch, published=archive)
    assert "what is missing (1 archives) needs 900.1 kB, and 1.0 kB is free; make room" in line
    assert bench.asked == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_disk_fills_up(bench, archive, monkeypatch, number):
    room = 300_000

    def move(n_bytes):
        if bench.part.stat().st_size >= room:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(bench.heard, "move", move)
    bench.serve(archive)
    line = error_of(bench.fetch, published=archive)
    assert f"cannot be written ({os.strerror(number)}); what came is kept: make room" in line
    there = bench.part.read_bytes()
    assert archive.startswith(there)
    assert not bench.path.exists()
    monkeypatch.undo()
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range == f"bytes={len(there)}-"


def test_folder_that_cannot_be_written(bench, archive):
    bench.folder.write_text("a file where the folder should be")
    bench.serve(archive)
    assert "cannot be written" in error_of(bench.fetch, published=archive)


def test_stopped_by_the_user(bench, archive):
    class Stopped(type(bench.heard)):
        def move(self, n_bytes):
            raise KeyboardInterrupt

    bench.serve(archive)
    honest, bench.heard = bench.heard, Stopped()
    assert "stopped; what came is kept: the same command goes on" in error_of(
        bench.fetch, published=archive
    )
    kept = bench.part.stat().st_size
    assert kept > 0
    bench.heard = honest
    bench.fetch(published=archive)
    assert bench.asked[-1].range == f"bytes={kept}-"
    assert bench.path.read_bytes() == archive


SMALL = make_archive(60_000, seed=3)
FAULTS = st.one_of(
    st.integers(0, 60_000).map(lambda n: ("break", n)),
    st.sampled_from([429, 500, 502, 503, 504]).map(lambda code: ("status", code)),
    st.sampled_from(["ignore", "shift", "wrong", "chunked", "416", "close"]).map(
        lambda one: (one, 0)
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(FAULTS, max_size=6), st.booleans(), st.booleans())
def test_any_run_of_faults_ends_whole_or_not_at_all(
    bench, tmp_path_factory, faults, has_hash, has_etag
):
    """Either the file, to the byte, under its name, or one error and no file under it; and what is
    left never spoils the next fetch."""
    kinds = {
        "ignore": lambda n: ignore_range,
        "shift": lambda n: shift_range,
        "wrong": lambda n: say_range("bytes 1-2/3"),
        "chunked": lambda n: chunked(),
        "416": lambda n: answer(416, Content_Range="bytes */5"),
        "close": lambda n: until_close(20_000),
        "break": break_after,
        "status": answer,
    }
    bench.folder = Path(tmp_path_factory.mktemp("dumps"))
    bench.path = bench.folder / "beer.stackexchange.com" / BEER
    bench.serve(
        SMALL,
        *[kinds[kind](n) for kind, n in faults],
        etag='"one"' if has_etag else None,
        modified=None,
    )
    published = SMALL if has_hash else None
    try:
        bench.fetch(published=published)
    except FetchError:
        assert not bench.path.exists()
        bench.serve(SMALL, etag='"one"' if has_etag else None, modified=None)
        bench.fetch(published=published)
    assert bench.path.read_bytes() == SMALL
    assert bench.left() == DONE
