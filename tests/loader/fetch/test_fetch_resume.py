"""Breaks: a fetch goes on where it stopped, or begins again where the file is another."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from fault_server import (
    answer,
    break_after,
    change_to,
)
from fetch_bench import BEER, DONE, KEPT, error_of, make_archive


def test_real_archive(bench, shared_data):
    [path] = (shared_data / "sites/beer.stackexchange.com-2020-06").glob("*.7z")
    body = path.read_bytes()
    bench.serve(body, break_after(len(body) // 3), break_after(len(body) // 3, rudely=True))
    assert bench.fetch(published=body) == "sha1"
    assert bench.path.read_bytes() == body
    assert [one.range is None for one in bench.asked] == [True, False, False]
    assert bench.left() == DONE


def test_goes_on_where_it_broke_off(bench, archive):
    bench.serve(archive, break_after(300_000), break_after(300_000))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert [one.range for one in bench.asked] == [None, "bytes=300000-", "bytes=600000-"]
    assert [one.if_range for one in bench.asked] == [None, '"one"', '"one"']
    assert bench.heard.came == len(archive)


def test_goes_on_in_the_next_run(bench, archive):
    bench.serve(archive, *[break_after(40_000)] + [answer(503)] * 20)
    line = error_of(bench.fetch, published=archive)
    assert "503 Service Unavailable; gave up after 8 tries; what came is kept: the same" in line
    assert bench.left() == KEPT
    assert bench.part.read_bytes() == archive[:40_000]
    bench.serve(archive)
    n_before = len(bench.asked)
    bench.fetch(published=archive)
    assert [one.range for one in bench.asked[n_before:]] == ["bytes=40000-"]
    assert bench.path.read_bytes() == archive
    assert bench.left() == DONE


def test_a_part_of_unknown_origin_is_not_used_and_not_removed(bench, archive):
    bench.path.parent.mkdir(parents=True)
    foreign = bench.path.with_name(f"{BEER}.part")
    foreign.write_bytes(archive[:40_000])
    bench.serve(archive)
    bench.fetch()
    assert [one.range for one in bench.asked] == [None]
    assert bench.path.read_bytes() == archive
    assert foreign.read_bytes() == archive[:40_000]


def test_weak_etag_is_not_asked_by(bench, archive):
    """If-Range takes strong validators only (RFC 9110, 13.1.5): without a hash it begins again."""
    bench.serve(archive, break_after(300_000), etag='W/"one"', modified=None)
    bench.fetch()
    assert [one.range for one in bench.asked] == [None, None]
    assert bench.path.read_bytes() == archive


def test_date_is_asked_by_where_there_is_no_etag(bench, archive):
    bench.serve(archive, break_after(300_000), etag=None)
    bench.fetch()
    assert bench.asked[1].if_range == formatdate(1_712_000_000, usegmt=True)
    assert bench.path.read_bytes() == archive


@pytest.mark.parametrize("honour", [True, False])
@pytest.mark.parametrize("n_bytes", [700_000, 900_000])
def test_file_changed_between_tries(bench, archive, n_bytes, honour):
    other = make_archive(n_bytes, seed=2)
    bench.serve(archive, break_after(300_000), change_to(other, honour=honour))
    bench.fetch()
    assert bench.path.read_bytes() == other
    assert any("has another" in line for line in bench.heard.lines)


def test_file_changed_of_which_only_the_date_says_so(bench, archive):
    """No ETag, no hash, the same size, and If-Range is not heeded: halves of two files else."""
    other = make_archive(len(archive), seed=2)

    def change(handler, served):
        served.body, served.modified = other, formatdate(1_713_000_000, usegmt=True)
        handler.headers.replace_header("If-Range", served.modified)
        handler.honest(served)

    bench.serve(archive, break_after(300_000), change, etag=None)
    bench.fetch()
    assert bench.path.read_bytes() == other
    assert any("has another file now" in line for line in bench.heard.lines)


def test_what_nothing_names_begins_anew_and_the_line_says_so(bench, archive):
    bench.serve(archive, break_after(40_000), *[answer(503)] * 20, etag=None, modified=None)
    line = error_of(bench.fetch)
    assert "the same command begins this file again" in line
    assert "goes on" not in line
    bench.serve(archive, etag=None, modified=None)
    bench.fetch()
    assert bench.asked[-1].range is None
    assert bench.path.read_bytes() == archive


def test_same_etag_at_another_address_says_nothing(bench, archive, other_archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch)
    bench.remote = "/elsewhere"
    bench.serve(other_archive)
    bench.fetch()
    assert bench.path.read_bytes() == other_archive
    assert [one.range for one in bench.asked] == [None]


def test_file_changed_between_runs(bench, archive, other_archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch)
    bench.serve(other_archive, etag='"two"', modified=None)
    bench.fetch()
    assert bench.path.read_bytes() == other_archive


def test_other_etag_of_the_same_file_loses_nothing(bench, archive):
    """Two servers of one source may name one file differently; a published hash decides."""
    bench.serve(archive, break_after(300_000), change_to(archive, '"other server"'))
    bench.fetch(published=archive)
    assert [one.range for one in bench.asked] == [None, "bytes=300000-"]
    assert [one.if_range for one in bench.asked] == [None, None]


def test_hash_changed_between_runs(bench, archive, other_archive):
    """The source publishes another file of the same size now: what came is of no use."""
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive)
    new = other_archive + bytes(len(archive) - len(other_archive))
    bench.serve(new, etag='"two"', modified=None)
    bench.fetch(published=new)
    assert bench.path.read_bytes() == new
    assert bench.asked[-1].range is None


def test_part_is_whole_already(bench, archive):
    """Killed between the last byte and the new name."""
    bench.serve(archive, break_after(len(archive) - 1), *[answer(503)] * 8)
    error_of(bench.fetch)
    with bench.part.open("ab") as file:
        file.write(archive[-1:])
    bench.serve(archive)
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range == f"bytes={len(archive)}-"


def test_part_is_too_long(bench, archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive)
    bench.part.write_bytes(archive + b"more")
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_nothing_after_what_came_of_another_size(bench, archive):
    bench.serve(archive, break_after(300_000), answer(416, Content_Range="bytes */7"))
    bench.fetch()
    assert bench.path.read_bytes() == archive


def test_part_that_rotted_on_disk(bench, archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive)
    rotten = bytearray(bench.part.read_bytes())
    rotten[1000] ^= 1
    bench.part.write_bytes(rotten)
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert any("does not fit together" in line for line in bench.heard.lines)


def test_whole_part_that_rotted_on_disk(bench, archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive)
    bench.part.write_bytes(bytes(len(archive)))
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_rest_of_another_file(bench, archive):
    """The second server of a source has other bytes: all is fetched once more, from the first."""
    wrong = answer(
        206,
        bytes(len(archive) - 300_000),
        Content_Range=f"bytes 300000-{len(archive) - 1}/{len(archive)}",
    )
    bench.serve(archive, break_after(300_000), wrong)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range is None


def test_two_servers_that_name_one_file_differently(bench, archive):
    """Without a hash nothing says that it is one file: it begins again, and is never mixed."""
    bench.serve(archive, break_after(300_000), change_to(archive, '"other server"'))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert any("has another file now" in line for line in bench.heard.lines)


def test_part_of_another_version_goes(bench, archive, other_archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=archive)
    old = bench.part
    bench.serve(other_archive)
    bench.fetch(published=other_archive)
    assert not old.exists()
    assert bench.path.read_bytes() == other_archive
    assert any("the source has another file now" in line for line in bench.heard.lines)


@pytest.mark.parametrize("record", ["", "{", "[]", '{"url": 1}', "null"])
def test_damaged_record(bench, archive, record):
    bench.serve(archive)
    bench.fetch(published=archive)
    (bench.path.parent / f".{BEER}.json").write_text(record)
    assert bench.fetch(published=archive) == "sha1"
    assert len(bench.asked) == 1
