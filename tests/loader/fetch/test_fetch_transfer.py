"""One file over the wire: breaks, lies about ranges, sizes and bytes, and what is left on disk."""

from __future__ import annotations

import hashlib
import threading
from email.utils import formatdate
from time import time

import pytest
from fault_server import (
    answer,
    break_after,
    change_to,
    chunked,
    ignore_range,
    say_range,
    shift_range,
    stall,
    until_close,
)
from fetch_bench import BEER, make_archive

from loader.errors import FetchError

DONE = {BEER, f".{BEER}.json"}
"""What a finished fetch leaves: the archive, and the record of where it is from."""
KEPT = {f"{BEER}.part", f".{BEER}.part.json"}
"""What a broken-off fetch leaves."""


def error_of(bench, **how) -> str:
    """Fetch, and return the one line that it fails with."""
    with pytest.raises(FetchError) as caught:
        bench.fetch(**how)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_real_archive(bench, shared_data):
    [path] = (shared_data / "sites/beer.stackexchange.com-2020-06").glob("*.7z")
    body = path.read_bytes()
    bench.serve(body, break_after(len(body) // 3), break_after(len(body) // 3, rudely=True))
    fetched = bench.fetch(published=body)
    assert fetched.path.read_bytes() == body
    assert (fetched.n_bytes, fetched.checked_by, fetched.was_there) == (len(body), "sha1", False)
    assert [one.range is None for one in bench.asked] == [True, False, False]
    assert bench.left() == DONE


def test_goes_on_where_it_broke_off(bench, archive):
    bench.serve(archive, break_after(300_000), break_after(300_000))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert [one.range for one in bench.asked] == [None, "bytes=300000-", "bytes=600000-"]
    assert [one.if_range for one in bench.asked] == [None, '"one"', '"one"']
    assert bench.heard.came == len(archive)


def test_what_came_before_a_break_is_not_lost(bench, archive):
    """A server that dies after 1000 bytes each time still serves a file of 5000 in the end."""
    body = archive[:5000]
    bench.serve(body, *[break_after(1000)] * 4)
    bench.fetch(published=body)
    assert [one.range for one in bench.asked][1:] == [f"bytes={n}000-" for n in (1, 2, 3, 4)]


def test_goes_on_in_the_next_run(bench, archive):
    bench.serve(archive, *[break_after(40_000)] + [answer(503)] * 20)
    line = error_of(bench, published=archive)
    assert "503 Service Unavailable; gave up after 8 tries; what came is kept: the same" in line
    assert bench.left() == KEPT
    assert bench.part.read_bytes() == archive[:40_000]
    bench.serve(archive)
    n_before = len(bench.asked)
    bench.fetch(published=archive)
    assert [one.range for one in bench.asked[n_before:]] == ["bytes=40000-"]
    assert bench.path.read_bytes() == archive
    assert bench.left() == DONE


def test_a_part_of_unknown_origin_is_used_only_where_a_hash_will_tell(bench, archive):
    bench.path.parent.mkdir(parents=True)
    bench.part.write_bytes(archive[:40_000])
    bench.serve(archive)
    bench.fetch()
    assert [one.range for one in bench.asked] == [None]
    assert bench.path.read_bytes() == archive


def test_weak_etag_is_not_asked_by(bench, archive):
    """If-Range takes strong validators only (RFC 9110, 13.1.5): without a hash it begins anew."""
    bench.serve(archive, break_after(300_000), etag='W/"one"', modified=None)
    bench.fetch()
    assert [one.range for one in bench.asked] == [None, None]
    assert bench.path.read_bytes() == archive


def test_date_is_asked_by_where_there_is_no_etag(bench, archive):
    bench.serve(archive, break_after(300_000), etag=None)
    bench.fetch()
    assert bench.asked[1].if_range == formatdate(1_712_000_000, usegmt=True)
    assert bench.path.read_bytes() == archive


def test_ignored_range(bench, archive):
    bench.serve(archive, break_after(300_000), ignore_range)
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert any("does not serve parts of it" in line for line in bench.heard.lines)


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


@pytest.mark.parametrize("honour", [True, False])
@pytest.mark.parametrize("n_bytes", [700_000, 900_000])
def test_file_changed_between_tries(bench, archive, n_bytes, honour):
    other = make_archive(n_bytes, seed=2)
    bench.serve(archive, break_after(300_000), change_to(other, honour=honour))
    bench.fetch()
    assert bench.path.read_bytes() == other
    assert any("has another" in line for line in bench.heard.lines)


def test_same_etag_at_another_address_says_nothing(bench, archive, other_archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench)
    bench.remote = "/elsewhere"
    bench.serve(other_archive)
    bench.fetch()
    assert bench.path.read_bytes() == other_archive
    assert [one.range for one in bench.asked] == [None]


def test_file_changed_between_runs(bench, archive, other_archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench)
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
    error_of(bench, published=archive)
    new = other_archive + bytes(len(archive) - len(other_archive))
    bench.serve(new, etag='"two"', modified=None)
    bench.fetch(published=new)
    assert bench.path.read_bytes() == new
    assert bench.asked[-1].range is None


def test_part_is_whole_already(bench, archive):
    """Killed between the last byte and the new name."""
    bench.serve(archive, break_after(len(archive) - 1), *[answer(503)] * 8)
    error_of(bench)
    with bench.part.open("ab") as file:
        file.write(archive[-1:])
    bench.serve(archive)
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[-1].range == f"bytes={len(archive)}-"


def test_part_is_too_long(bench, archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench, published=archive)
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
    error_of(bench, published=archive)
    rotten = bytearray(bench.part.read_bytes())
    rotten[1000] ^= 1
    bench.part.write_bytes(rotten)
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert any("does not fit together" in line for line in bench.heard.lines)


def test_whole_part_that_rotted_on_disk(bench, archive):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench, published=archive)
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


@pytest.mark.parametrize("note", ["", "{", "[]", '{"url": 1}', "null"])
def test_damaged_note(bench, archive, note):
    bench.serve(archive, break_after(300_000), *[answer(503)] * 8)
    error_of(bench, published=archive)
    (bench.path.parent / f".{BEER}.part.json").write_text(note)
    bench.serve(archive)
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_wrong_bytes(bench, archive):
    wrong = bytearray(archive)
    wrong[500_000] ^= 1
    bench.serve(bytes(wrong))
    line = error_of(bench, published=archive)
    assert hashlib.sha1(archive).hexdigest() in line
    assert "wrong bytes came" in line
    assert "not kept" in line
    assert bench.left() == set()
    assert len(bench.asked) == 1


def test_wrong_bytes_in_several_goes_are_fetched_once_more_and_not_for_ever(bench, archive):
    wrong = bytes(len(archive))
    bench.serve(wrong, break_after(300_000), ignore_range, break_after(300_000))
    line = error_of(bench, published=archive)
    assert "wrong bytes came" in line
    n_before = len(bench.asked)
    bench.serve(wrong, *[break_after(300_000)] * 40)
    assert "wrong bytes came" in error_of(bench, published=archive)
    assert len(bench.asked) - n_before == 8
    assert bench.left() == set()


def test_short_body_with_a_short_length(bench, archive):
    bench.serve(archive[:1000])
    line = error_of(bench, published=archive)
    assert f"sends 1,000 bytes (application/x-7z-compressed), and {len(archive):,}" in line
    assert bench.left() == set()


def test_page_in_place_of_the_file(bench, archive):
    """A portal or a note about maintenance answers 200 for everything."""
    bench.serve(b"<html>back soon</html>", kind="text/html")
    assert "(text/html)" in error_of(bench, published=archive)
    line = error_of(bench)
    assert "no .7z archive" in line
    assert "<html>" in line
    assert bench.left() == set()


def test_too_long_a_length(bench, archive):
    bench.serve(archive + b"more")
    assert f"{len(archive):,} are published" in error_of(bench, published=archive)
    assert bench.left() == set()


def test_body_longer_than_published_without_a_length(bench, archive):
    bench.serve(archive, chunked(extra=bytes(500_000)))
    assert f"more than the {len(archive):,} bytes" in error_of(bench, published=archive)
    assert bench.left() == set()


def test_chunked_whole(bench, archive):
    bench.serve(archive, chunked())
    assert bench.fetch().checked_by == "its index"
    assert bench.path.read_bytes() == archive


def test_chunked_that_breaks_off(bench, archive):
    bench.serve(archive, chunked(300_000))
    bench.fetch()
    assert bench.path.read_bytes() == archive
    assert bench.asked[1].range == "bytes=300000-"


def test_no_length_at_all_and_cut_off(bench, archive):
    """Nothing says that more was to come, except the archive itself: its index is at its end."""
    bench.serve(archive, until_close(300_000))
    line = error_of(bench)
    assert "damaged" in line
    assert bench.left() == set()


def test_no_length_at_all_and_whole(bench, archive):
    bench.serve(archive, until_close())
    bench.fetch()
    assert bench.path.read_bytes() == archive


def test_no_length_and_cut_off_where_the_size_is_published(bench, archive):
    bench.serve(archive, until_close(300_000))
    bench.fetch(published=archive, sha1=False)
    assert bench.path.read_bytes() == archive
    assert any("ended at" in line for line in bench.heard.lines)


def test_packed_once_more(bench, archive):
    bench.serve(archive, answer(200, b"x" * 50, Content_Encoding="gzip"))
    assert "Content-Encoding: gzip" in error_of(bench, published=archive)
    assert bench.asked[0].headers["Accept-Encoding"] == "identity"


def test_stalled(bench, archive):
    event = threading.Event()
    bench.serve(archive, stall(300_000, event))
    bench.fetch(published=archive)
    event.set()
    assert bench.path.read_bytes() == archive
    assert any("nothing more came" in line for line in bench.heard.lines)


def test_trickle_is_not_progress_for_ever(bench, archive):
    """A server that gives a few bytes each time is given up, and what came is kept."""
    bench.serve(archive, *[break_after(10)] * 50)
    assert "gave up after 8 tries" in error_of(bench, published=archive)
    assert len(bench.asked) == 8
    assert bench.left() == KEPT


@pytest.mark.parametrize("code", [404, 410])
def test_not_there(bench, archive, code):
    bench.serve(archive, answer(code))
    line = error_of(bench, published=archive)
    assert "no such file; `stackstudy fetch --list` shows what there is" in line
    assert len(bench.asked) == 1


@pytest.mark.parametrize("code", [401, 403, 451])
def test_not_public(bench, archive, code):
    bench.serve(archive, answer(code))
    assert "not public there; choose another --source" in error_of(bench, published=archive)


@pytest.mark.parametrize("code", [204, 300, 418, 505])
def test_other_status(bench, archive, code):
    bench.serve(archive, answer(code))
    assert str(code) in error_of(bench, published=archive)
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
    assert "without end" in error_of(bench, published=archive)
    assert len(bench.asked) < 40


def test_redirect_out_of_the_web(bench, archive):
    bench.serve(b"", answer(302, Location="file:///etc/passwd"))
    assert "cannot be asked for" in error_of(bench, published=archive)


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
        assert "asks to come back in" in error_of(bench, published=archive)
    else:
        bench.fetch(published=archive)
        assert 1 <= waits[0] <= 3


def test_retry_after_longer_than_anyone_waits(bench, archive, waits):
    bench.serve(archive, break_after(300_000), answer(429, Retry_After="7200"))
    line = error_of(bench, published=archive)
    assert "429 Too Many Requests; it asks to come back in 2 h; what came is kept" in line
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
    line = error_of(bench, published=archive)
    assert "connection refused; gave up after 8 tries" in line
    assert len(waits) == 7
