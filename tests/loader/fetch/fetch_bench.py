"""A bench: one archive at a server, and what a source would publish about it."""

from __future__ import annotations

import hashlib
import io
import random
from typing import TYPE_CHECKING

import py7zr
import pytest

from loader.errors import FetchError
from loader.fetch.fetching import Fetched, fetch
from loader.fetch.names import archive_named, wanted
from loader.fetch.remote import RemoteFile, select
from loader.fetch.reporter import FetchReporter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fault_server import FaultServer

    from loader.fetch.web import Web

BEER = "beer.stackexchange.com.7z"
DONE = {BEER, f".{BEER}.json"}
"""What a finished fetch leaves: the archive, and the record of where it is from."""
KEPT = {f"{BEER}.part", f".{BEER}.part.json"}
"""What a broken-off fetch leaves."""


def make_archive(n_bytes: int, seed: int) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", filters=[{"id": py7zr.FILTER_COPY}]) as file:
        file.set_encoded_header_mode(False)  # so that archives of one length are of one length
        file.writestr(random.Random(seed).randbytes(n_bytes), "Posts.xml")
    return buffer.getvalue()


class Heard(FetchReporter):
    """Notes what it hears."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.came = 0
        self._is_hashing = False

    def begin(self, file: RemoteFile, n_bytes: int | None, n_there: int) -> None:
        self._is_hashing = False

    def check(self, n_bytes: int, algorithm: str) -> None:
        self._is_hashing = True

    def advance(self, n_bytes: int) -> None:
        self.came += 0 if self._is_hashing else n_bytes

    def restart(self, why: str) -> None:
        self.lines.append(why)

    def wait(self, stop: Exception, seconds: float) -> None:
        self.lines.append(str(stop))


class Bench:
    """Fetches one archive from the server, with what a source would publish about it."""

    def __init__(self, server: FaultServer, folder: Path, web: Web, heard: Heard) -> None:
        self.server, self.folder, self.web, self.heard = server, folder, web, heard
        self.path = folder / "beer.stackexchange.com" / BEER
        self.part = self.path.with_name(f"{BEER}.part")
        self.remote = f"/{BEER}"

    def fetch(
        self,
        *,
        published: bytes | None = None,
        size: bool = True,
        sha1: bool = True,
        force: bool = False,
    ) -> Fetched:
        name = archive_named(BEER)
        file = RemoteFile(
            name,
            f"{self.server.address}{self.remote}",
            n_bytes=len(published) if published is not None and size else None,
            hashes={"sha1": hashlib.sha1(published).hexdigest()} if published and sha1 else {},
        )
        source = OneFile(file)
        return fetch(
            [wanted("beer")], source, self.folder, self.web, force=force, reporter=self.heard
        )[0]

    @property
    def asked(self) -> list:
        return self.server.gets(self.remote)

    def serve(self, body: bytes, *faults: object, **headers: str | None) -> None:
        self.server.serve(self.remote, body, *faults, **headers)

    def left(self) -> set[str]:
        """Names in the site's folder, hidden ones too."""
        return {path.name for path in self.path.parent.iterdir()}


class OneFile:
    label = title = "the test's source"

    def __init__(self, file: RemoteFile) -> None:
        self._file = file

    def files(self) -> list[RemoteFile]:
        return [self._file]

    def find(self, wanted: object) -> list[RemoteFile]:
        return select([self._file], wanted, self.title)


def error_of(call: Callable[..., object], *args: object, **how: object) -> str:
    """Call, and return the one line that it fails with."""
    with pytest.raises(FetchError) as caught:
        call(*args, **how)
    line = str(caught.value)
    assert "\n" not in line
    return line
