"""Servers that ignore a range, or lie about it: nothing that came is lost where it need not be."""

from __future__ import annotations

import pytest
from fault_server import (
    answer,
    break_after,
    change_to,
    chunked,
    ignore_range,
    ignore_range_and_break,
    say_range,
    shift_range,
)
from fetch_bench import DONE, error_of, make_archive


@pytest.mark.parametrize("has_hash", [True, False])
def test_ignored_range_loses_nothing(bench, archive, has_hash):
    """What came is passed over in the answer, and still there when that breaks off as well."""
    published = archive if has_hash else None
    bench.serve(archive, break_after(600_000), ignore_range_and_break(300_000), *[answer(503)] * 8)
    error_of(bench.fetch, published=published)
    assert bench.part.read_bytes() == archive[:600_000]
    bench.serve(archive, ignore_range)
    bench.fetch(published=published)
    assert bench.path.read_bytes() == archive
    assert bench.heard.came == len(archive)


def test_ignored_range_of_a_smaller_file_of_the_same_etag(bench, archive):
    smaller = make_archive(200_000, seed=4)
    bench.serve(archive, break_after(300_000), change_to(smaller, '"one"'))
    bench.fetch()
    assert bench.path.read_bytes() == smaller


def test_wrong_beginning_before_an_ignored_range(bench, archive):
    """The first server had wrong bytes; the second is right and knows no ranges."""

    def other_server(handler, served):
        served.body = archive
        ignore_range(handler, served)

    wrong = archive[:100] + bytes(len(archive) - 100)
    bench.serve(wrong, break_after(300_000), other_server)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_ignored_range_of_a_file_that_nothing_names(bench, archive, other_archive):
    """With a date and no ETag the answer says neither that it is the same file nor another."""
    bench.serve(archive, break_after(300_000), change_to(other_archive, None), etag=None)
    bench.fetch()
    assert bench.path.read_bytes() == other_archive


def test_page_in_place_of_the_rest_loses_nothing(bench, archive):
    """A portal answers 200 to everything, of a known length or not."""
    bench.serve(archive, break_after(300_000), answer(200, b"<html>", Content_Type="text/html"))
    line = error_of(bench.fetch, published=archive)
    assert "sends a page (text/html) and not the file" in line
    assert bench.part.read_bytes() == archive[:300_000]


def test_answer_of_another_size_than_published_loses_nothing(bench, archive):
    bench.serve(archive, break_after(300_000), answer(200, b"gone"))
    assert f"{len(archive):,} are published" in error_of(bench.fetch, published=archive)
    assert bench.part.read_bytes() == archive[:300_000]


@pytest.mark.parametrize("has_hash", [True, False])
@pytest.mark.parametrize(
    "odd",
    [
        answer(206, b"x", Content_Range="bytes 300000-300000/300001", ETag='"one"'),
        answer(206, b"x", Content_Range="bytes 300000-300000/5", ETag='"one"'),
        answer(416, Content_Range="bytes */5"),
        shift_range,
    ],
)
def test_one_wrong_range_loses_nothing(bench, archive, odd, has_hash):
    """The whole is asked for next; as it is the file that the part is of, only the rest counts."""
    bench.serve(archive, break_after(300_000), odd)
    bench.fetch(published=archive if has_hash else None)
    assert bench.path.read_bytes() == archive
    assert bench.heard.came == len(archive)
    assert [one.range for one in bench.asked] == [None, "bytes=300000-", None]


@pytest.mark.parametrize("has_hash", [True, False])
@pytest.mark.parametrize(
    "lie",
    [
        shift_range,
        say_range(None),
        say_range("bytes 0-9/10"),
        say_range("bytes {start}-{start}/{n}0"),
        say_range("lines 1-2/3"),
        say_range("bytes 99999999999999999999-1/2"),
    ],
)
def test_lie_about_the_range(bench, archive, lie, has_hash):
    bench.serve(archive, break_after(300_000), lie)
    bench.fetch(published=archive if has_hash else None)
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range is None
    assert bench.left() == DONE


def test_ranges_are_not_asked_for_again_after_a_lie(bench, archive):
    bench.serve(archive, break_after(300_000), shift_range, break_after(300_000))
    bench.fetch(published=archive)
    assert [one.range for one in bench.asked] == [None, "bytes=300000-", None, None]


def test_range_of_a_file_that_ends_before_it(bench, archive):
    bench.serve(archive, chunked(300_000), say_range("bytes {start}-{start}/5"))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range is None


def test_range_shorter_than_asked_for(bench, archive):
    """A server may send less than was asked for (RFC 9110, 15.3.7); the rest is asked for next."""
    piece = answer(
        206, archive[300_000:600_000], Content_Range=f"bytes 300000-599999/{len(archive)}"
    )
    bench.serve(archive, break_after(300_000), piece)
    bench.fetch()
    assert [one.range for one in bench.asked] == [None, "bytes=300000-", "bytes=600000-"]
    assert bench.path.read_bytes() == archive


def test_range_sent_that_was_not_asked_for(bench, archive):
    bench.serve(archive, say_range("bytes 0-99/100"))
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_range_without_total(bench, archive):
    said = f"bytes {{start}}-{len(archive) - 1}/*"
    bench.serve(archive, break_after(300_000), say_range(said))
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert len(bench.asked) == 2
