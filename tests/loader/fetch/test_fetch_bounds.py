"""Servers that never end, or hardly begin: time, bytes and tries of a fetch are bounded."""

from __future__ import annotations

import struct
import threading
import time
from itertools import chain, repeat
from zlib import crc32

import pytest
from fault_server import CERTIFICATE, FaultServer, answer, drip
from fetch_bench import BEER, KEPT, error_of

from loader.fetch import archive_org
from loader.fetch.sources import open_source
from loader.fetch.web import Limits, Web
from loader.fetch.web_folder import WebFolder

LIMITS = Limits(answer=0.5, period=0.5, page=0.8, page_bytes=1 << 20, tries=2, page_tries=2)
"""What a test can wait for; each case below goes on for longer than all of it, or for ever."""

A_MINUTE = [b"x"] * 600
SECONDS = 0.1

SLOW = {
    "status line": drip(A_MINUTE, SECONDS, ok=False),
    "headers": drip([b"X-%d: 1\r\n" % n for n in range(600)], SECONDS),
    "one header": drip([b"X: ", *A_MINUTE], SECONDS),
    "continue": drip([b"HTTP/1.1 100 Continue\r\n\r\n"] * 600, SECONDS, ok=False),
    "body": drip([b"Content-Length: 900\r\n\r\n", *A_MINUTE], SECONDS),
    "body without length": drip([b"\r\n", *A_MINUTE], SECONDS),
    "length of a chunk": drip([b"Transfer-Encoding: chunked\r\n\r\n", *[b"0"] * 600], SECONDS),
    "trailers": drip([b"Transfer-Encoding: chunked\r\n\r\n0\r\n", *[b"X: 1\r\n"] * 600], SECONDS),
}


@pytest.fixture
def web(waits, heard):
    return Web(heard.wait, LIMITS, waits.append)


@pytest.fixture(autouse=True)
def _in_time():
    """Whatever comes, it is over in less than the tries take."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("what", SLOW)
def test_list_that_trickles(server, web, monkeypatch, what):
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)
    server.serve("/metadata/x", b"", SLOW[what], SLOW[what])
    line = error_of(open_source(web, "x").files)
    assert "no answer in 0.5 s" in line or "bytes in 0.5 s" in line
    assert "gave up after 2 tries; try again later" in line
    assert len(server.asked) == 2


@pytest.mark.parametrize("what", ["headers", "body", "body without length", "length of a chunk"])
def test_archive_that_trickles(bench, archive, what):
    bench.serve(archive, SLOW[what], SLOW[what])
    line = error_of(bench.fetch, published=archive)
    assert "no answer in 0.5 s" in line or "bytes in 0.5 s" in line or "900 bytes" in line
    assert not bench.path.exists()
    assert len(bench.asked) <= 2


def test_trickle_keeps_what_came(bench, archive):
    """A byte at a time is too slow; what came by then is gone on with by the next run."""
    head = [f"Content-Length: {len(archive)}\r\n\r\n".encode(), archive[:100_000]]
    slow = drip(chain(head, (archive[n : n + 1] for n in range(100_000, 100_600))), SECONDS)
    bench.serve(archive, slow, answer(503))
    line = error_of(bench.fetch, published=archive)
    assert "gave up after 2 tries; what came is kept: the same command goes on" in line
    assert any("bytes in 0.5 s" in one for one in bench.heard.lines)
    assert bench.left() == KEPT
    assert archive.startswith(bench.part.read_bytes())
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive


def test_slow_and_steady_is_fast_enough(bench, archive):
    """900 kB in a second: more than the least of each period."""
    pieces = (archive[at : at + 90_000] for at in range(0, len(archive), 90_000))
    bench.serve(archive, drip(chain([b"\r\n"], pieces), SECONDS))
    bench.fetch(published=archive)
    assert len(bench.asked) == 1
    assert bench.path.read_bytes() == archive


def test_list_without_end(server, web):
    server.page("/", "")
    page = [b"Content-Type: text/html\r\n\r\n", *repeat(b"<p>" * 10_000, 100_000)]
    server.files["/"].faults = [drip(page)]
    assert "no list of files: it is too large" in error_of(WebFolder(server.address, web).files)


def test_list_that_is_too_long_in_coming(server, web):
    """Fast enough in each period, and never done."""
    server.page("/", "")
    slow = drip([b"Content-Type: text/html\r\n\r\n", *[b"x" * 20_000] * 300], 0.05)
    server.files["/"].faults = [slow, slow]
    assert "gave up after 2 tries" in error_of(WebFolder(server.address, web).files)


def test_body_without_length_that_is_no_archive(bench, archive):
    """It ends at its first bytes, and not when the disk is full."""
    bench.serve(archive, drip(chain([b"\r\n"], repeat(b"not an archive", 10**9))))
    assert "what came is no .7z archive (b'not an archivenot an" in error_of(bench.fetch)
    assert bench.left() == set()


def test_body_without_length_that_goes_on_behind_the_archive(bench, archive):
    """An archive begins with where it ends."""
    bench.serve(archive, drip(chain([b"\r\n", archive], repeat(bytes(65536), 10**6))))
    line = error_of(bench.fetch)
    assert f"sends more than the {len(archive):,} bytes it should have" in line
    assert bench.left() == set()


def test_archive_that_says_it_is_larger_than_the_disk(bench, archive):
    start = struct.pack("<QQI", 1 << 60, 100, 0)
    lie = archive[:8] + struct.pack("<I", crc32(start)) + start + archive[32:]
    bench.serve(lie, drip([b"\r\n", lie]))
    line = error_of(bench.fetch)
    assert "the archive needs 1.2 EB, and" in line
    assert "make room" in line


def test_redirect_with_a_body_without_end(bench, archive):
    head = f"HTTP/1.1 302 Found\r\nLocation: {bench.server.address}/b\r\n\r\n".encode()
    bench.server.serve("/b", archive)
    bench.serve(archive, drip(chain([head], repeat(bytes(65536), 10**6)), ok=False))
    bench.fetch(published=archive)
    assert bench.path.read_bytes() == archive
    assert readers() == []


@pytest.mark.parametrize("what", ["body", "body without length", "length of a chunk", "trailers"])
def test_nobody_reads_on_behind_an_answer_that_was_given_up(server, web, what):
    url = server.serve("/x", b"", SLOW[what], SLOW[what])
    assert "gave up after 2 tries" in error_of(lambda: web.page(url))
    assert readers() == []


def test_a_long_body_is_not_read_on_behind_what_was_taken(server, web):
    pieces = chain([b"\r\n"], repeat(bytes(65536), 10**6))
    url = server.serve("/x", b"", drip(pieces))
    with web.ask(url) as answer:
        assert next(answer.pieces())
    assert readers() == []


def readers() -> list[str]:
    """Threads that read answers still, a second after the last was closed."""
    end = time.monotonic() + 1
    while time.monotonic() < end:
        found = [one.name for one in threading.enumerate() if one.name == "answer"]
        if not found:
            break
        time.sleep(0.02)
    return found


@pytest.fixture
def encrypted(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    running = FaultServer(is_encrypted=True)
    yield running
    running.close()


def test_encrypted(encrypted, web):
    encrypted.page("/d/", f'<a href="{BEER}">x</a>')
    assert [file.name for file in WebFolder(f"{encrypted.address}/d", web).files()] == [BEER]


def test_redirect_out_of_encryption_is_refused(encrypted, server, web):
    target = server.page("/d/", f'<a href="{BEER}">x</a>')
    encrypted.serve("/d/", b"", answer(302, Location=target))
    line = error_of(WebFolder(f"{encrypted.address}/d", web).files)
    assert f"{encrypted.address}/d/: leads to {target}, which is not encrypted" in line
    assert server.asked == []


def test_certificate_that_nobody_trusts(encrypted, web, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    line = error_of(WebFolder(encrypted.address, web).files)
    assert "no safe connection: self-signed certificate" in line
