"""What the tests of fetching share: a server with faults, an archive, a patience that waits not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fault_server import FaultServer
from fetch_bench import Bench, Heard, make_archive

from loader.fetch.patience import Patience
from loader.fetch.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
def web(waits: list[float]) -> Iterator[Web]:
    with Web(
        Patience(sleep=waits.append), Patience(tries=3, sleep=waits.append), timeouts=(5, 1)
    ) as one:
        yield one


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def bench(server: FaultServer, tmp_path: Path, web: Web, heard: Heard) -> Bench:
    return Bench(server, tmp_path / "dumps", web, heard)
