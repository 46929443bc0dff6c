"""Wrong bytes, wrong sizes, refusals and waits: what a fetch makes of each answer."""

from __future__ import annotations

import gzip
import hashlib
import threading
from email.utils import formatdate
from time import time

import pytest
from fault_server import (
    answer,
    break_after,
    chunked,
    ignore_range,
    stall,
    until_close,
)
from fetch_bench import BEER, KEPT, error_of


def test_wrong_bytes(bench, archive):
    wrong = bytearray(archive)
    wrong[500_000] ^= 1
    bench.serve(bytes(wrong))
    line = error_of(bench.fetch, published=archive)
    assert hashlib.sha1(archive).hexdigest() in line
    assert "wrong bytes came" in line
    assert "not kept" in line
    assert bench.left() == set()
    assert len(bench.asked) == 1


def test_wrong_bytes_in_several_goes_are_fetched_once_more_and_not_for_ever(bench, archive):
    wrong = archive[:-1] + bytes([archive[-1] ^ 1])
    bench.serve(wrong, break_after(300_000), ignore_range, break_after(300_000))
    line = error_of(bench.fetch, published=archive)
    assert "wrong bytes came" in line
    n_before = len(bench.asked)
    bench.serve(wrong, *[break_after(300_000)] * 40)
    assert "wrong bytes came" in error_of(bench.fetch, published=archive)
    assert len(bench.asked) - n_before == 8
    assert bench.left() == set()


def test_short_body_with_a_short_length(bench, archive):
    bench.serve(archive[:1000])
    line = error_of(bench.fetch, published=archive)
    assert f"has 1,000 bytes (application/x-7z-compressed), and {len(archive):,}" in line
    assert bench.left() == set()


@pytest.mark.parametrize("is_published", [True, False])
def test_page_in_place_of_the_file(bench, archive, is_published):
    """A portal or a note about maintenance answers 200 for everything."""
    bench.serve(b"<html>back soon</html>", kind="text/html")
    line = error_of(bench.fetch, published=archive if is_published else None)
    assert "sends a page (text/html) and not the file" in line
    assert bench.left() == set()


def test_something_else_in_place_of_the_file(bench):
    bench.serve(b"version https://git-lfs.github.com/spec/v1", kind="text/plain")
    line = error_of(bench.fetch)
    assert "no .7z archive (b'version https://git-lfs." in line
    assert bench.left() == set()


def test_too_long_a_length(bench, archive):
    bench.serve(archive + b"more")
    assert f"{len(archive):,} are published" in error_of(bench.fetch, published=archive)
    assert bench.left() == set()


def test_body_longer_than_published_without_a_length(bench, archive):
    bench.serve(archive, chunked(extra=bytes(500_000)))
    assert f"more than the {len(archive):,} bytes" in error_of(bench.fetch, published=archive)
    assert bench.left() == set()


def test_chunked_whole(bench, archive):
    bench.serve(archive, chunked())
    assert bench.fetch() == "size and index"
    assert bench.path.read_bytes() == archive


def test_chunked_that_breaks_off(bench, archive):
    bench.serve(archive, chunked(300_000))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[1].range == "bytes=300000-"


def test_no_length_at_all_and_cut_off(bench, archive):
    """Nothing says that more was to come, except the archive: it begins with where it ends."""
    bench.serve(archive, until_close(300_000))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[1].range == "bytes=300000-"


def test_no_length_at_all_and_whole(bench, archive):
    bench.serve(archive, until_close())
    bench.fetch()
    assert bench.path.read_bytes() == archive


def test_no_length_and_cut_off_where_the_size_is_published(bench, archive):
    bench.serve(archive, until_close(300_000))
    bench.fetch(published=archive, sha1=False)
    assert bench.path.read_bytes() == archive
    assert any("ended at" in line for line in bench.heard.lines)


def test_packed_once_more(bench):
    bench.serve(gzip.compress(bytes(range(200))), kind="application/gzip")
    assert "no .7z archive (b'\\x1f\\x8b" in error_of(bench.fetch)
    assert bench.asked[0].headers["Accept-Encoding"] == "identity"


def test_stalled(bench, archive):
    event = threading.Event()
    bench.serve(archive, stall(300_000, event))
    bench.fetch(published=archive)
    event.set()
    assert bench.path.read_bytes() == archive
    assert any("only 0 bytes in 1 s" in line for line in bench.heard.lines)


def test_trickle_is_not_progress_for_ever(bench, archive):
    """A server that gives a few bytes each time is given up, and what came is kept."""
    bench.serve(archive, *[break_after(10)] * 50)
    assert "gave up after 8 tries" in error_of(bench.fetch, published=archive)
    assert len(bench.asked) == 8
    assert bench.left() == KEPT


@pytest.mark.parametrize("code", [404, 410])
def test_not_there(bench, archive, code):
    bench.serve(archive, answer(code))
    line = error_of(bench.fetch, published=archive)
    assert "not to be had there; `stackstudy fetch --list` shows what there is" in line
    assert len(bench.asked) == 1


@pytest.mark.parametrize("code", [401, 403, 451])
def test_not_public(bench, archive, code):
    bench.serve(archive, answer(code))
    assert "not to be had there" in error_of(bench.fetch, published=archive)


@pytest.mark.parametrize("code", [204, 300, 418, 505])
def test_other_status(bench, archive, code):
    bench.serve(archive, answer(code))
    assert str(code) in error_of(bench.fetch, published=archive)
    assert len(bench.asked) == 1


def test_redirect_keeps_the_range(bench, archive):
    """archive.org leads to the server that has the file."""
    target = bench.server.serve("/node/beer", archive, break_after(300_000))
    bench.serve(b"", *[answer(302, Location=target)] * 2)
    bench.fetch(published=archive)
    assert [one.range for one in bench.server.gets("/node/beer")] == [None, "bytes=300000-"]
    assert bench.path.read_bytes() == archive


def test_redirects_without_end(bench, archive):
    bench.serve(b"", *[answer(302, Location=f"/{BEER}")] * 60)
    assert "without end" in error_of(bench.fetch, published=archive)
    assert len(bench.asked) < 40


def test_redirect_out_of_the_web(bench, archive):
    bench.serve(b"", answer(302, Location="file:///etc/passwd"))
    assert "cannot be asked for" in error_of(bench.fetch, published=archive)


def test_retry_after_in_seconds(bench, archive, waits):
    bench.serve(archive, answer(429, Retry_After="37"), answer(503, Retry_After=" 5 "))
    bench.fetch(published=archive)
    assert waits == [37, 5]


def test_retry_after_as_a_date(bench, archive, waits):
    bench.serve(archive, answer(503, Retry_After=formatdate(time() + 40, usegmt=True)))
    bench.fetch(published=archive)
    assert 37 <= waits[0] <= 41


@pytest.mark.parametrize("header", ["soon", "", "-5", "Wed, 99 Foo 2024 25:61:61 GMT", "9" * 400])
def test_retry_after_that_says_nothing(bench, archive, waits, header):
    bench.serve(archive, answer(503, Retry_After=header))
    if header.startswith("9"):
        assert "asks to come back in" in error_of(bench.fetch, published=archive)
    else:
        bench.fetch(published=archive)
        assert 1 <= waits[0] <= 3


def test_retry_after_longer_than_anyone_waits(bench, archive, waits):
    bench.serve(archive, break_after(300_000), answer(429, Retry_After="7200"))
    line = error_of(bench.fetch, published=archive)
    assert "429 Too Many Requests; it asks to come back in 2.0 hours; what came is kept" in line
    assert bench.left() == KEPT


def test_backoff_doubles(bench, archive, waits):
    bench.serve(archive, *[answer(503)] * 6)
    bench.fetch(published=archive)
    assert len(waits) == 6
    for n, seconds in enumerate(waits[1:], start=1):
        assert 2**n <= seconds <= 2**n + 1
    assert sum(waits) < 130


def test_tries_count_from_the_last_progress(bench, archive, waits):
    """Three breaks with progress and seven bad answers after each: more tries than eight in all."""
    bad = [answer(502)] * 6
    bench.serve(archive, break_after(300_000), *bad, break_after(300_000), *bad)
    bench.fetch(published=archive)
    assert len(bench.asked) == 15
    assert bench.path.read_bytes() == archive


def test_server_is_gone(bench, archive, waits):
    bench.serve(archive)
    bench.server.close()
    line = error_of(bench.fetch, published=archive)
    assert "connection refused; gave up after 8 tries" in line
    assert len(waits) == 7
