"""What the tests of fetching share: a server with faults, an archive, a patience that waits not."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from fault_server import FaultServer
from fetch_bench import BEER, Bench, Heard, make_archive

from loader.fetch import archive_org
from loader.fetch.web import Limits, Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LIMITS = Limits(answer=2, period=1, page=2)
"""Waits that a test can wait for."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the loopback itself, whatever proxy the network has; take no user's settings."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("STACKSTUDY_SOURCE", raising=False)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    running = FaultServer()
    yield running
    running.close()


@pytest.fixture(scope="session")
def archive() -> bytes:
    """A real .7z of 900 kB that does not compress."""
    return make_archive(900_000, seed=1)


@pytest.fixture(scope="session")
def other_archive() -> bytes:
    return make_archive(700_000, seed=2)


@pytest.fixture
def waits() -> list[float]:
    """Seconds that were waited, had they been waited."""
    return []


@pytest.fixture
def web(waits: list[float], heard: Heard) -> Web:
    return Web(heard.wait, LIMITS, sleep=waits.append)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def bench(server: FaultServer, tmp_path: Path, web: Web, heard: Heard) -> Bench:
    return Bench(server, tmp_path / "dumps", web, heard)


@pytest.fixture
def beer_and_overflow(server, monkeypatch, archive):
    """archive.org on loopback, with beer in one archive and Stack Overflow in three."""
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)
    names = [BEER, *(f"stackoverflow.com-{one}.7z" for one in ("Badges", "Posts", "Tags"))]
    files = [
        {"name": name, "size": str(len(archive)), "mtime": "1712437883",
         "sha1": hashlib.sha1(archive).hexdigest()}
        for name in names
    ]  # fmt: skip
    server.page("/metadata/stackexchange", json.dumps({"files": files}), "application/json")
    for name in names:
        server.serve(f"/download/stackexchange/{name}", archive)
    return server
