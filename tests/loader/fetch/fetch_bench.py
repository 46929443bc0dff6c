"""A bench: one archive at a server, and what a source would publish about it."""

from __future__ import annotations

import hashlib
import io
import random
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import py7zr
import pytest
from rich.console import Console

from loader.errors import FetchError
from loader.fetch.fetching import fetch
from loader.fetch.names import archive_named, wanted
from loader.fetch.progress import FetchProgress
from loader.fetch.sources import RemoteFile, Source, select
from loader.fetch.transfer import read_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fault_server import FaultServer

    from loader.fetch.web import Web

BEER = "beer.stackexchange.com.7z"
DONE = {BEER}
"""What a finished fetch leaves, beside its record."""
KEPT = {f"{BEER}.part"}
"""What a broken-off fetch leaves: the name has the version of the file in it, too."""


def make_archive(n_bytes: int, seed: int) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", filters=[{"id": py7zr.FILTER_COPY}]) as file:
        file.set_encoded_header_mode(False)  # so that archives of one length are of one length
        file.writestr(random.Random(seed).randbytes(n_bytes), "Posts.xml")
    return buffer.getvalue()


class Heard(FetchProgress):
    """Notes what it shows."""

    def __init__(self) -> None:
        super().__init__(Console(file=io.StringIO()))
        self.lines: list[str] = []
        self.came = 0

    def move(self, n_bytes: int) -> None:
        self.came += 0 if " of " in self.tasks[-1].description else n_bytes
        super().move(n_bytes)

    def say(self, line: str) -> None:
        self.lines.append(line)


class Bench:
    """Fetches one archive from the server, with what a source would publish about it."""

    def __init__(self, server: FaultServer, folder: Path, web: Web, heard: Heard) -> None:
        self.server, self.folder, self.web, self.heard = server, folder, web, heard
        self.path = folder / "beer.stackexchange.com" / BEER
        self.remote = f"/{BEER}"

    def fetch(
        self,
        *,
        published: bytes | None = None,
        size: bool = True,
        sha1: bool = True,
        force: bool = False,
    ) -> str:
        name = archive_named(BEER)
        served = self.server.files.get(self.remote)
        file = RemoteFile(
            name,
            f"{self.server.address}{self.remote}",
            n_bytes=len(published) if published is not None and size else None,
            hashes={"sha1": hashlib.sha1(published).hexdigest()} if published and sha1 else {},
            validator=served and (served.etag or served.modified),
        )
        if file.validator and file.validator.startswith("W/"):
            file = replace(file, validator=None)
        fetch([wanted("beer")], OneFile(file), self.folder, self.web, self.heard, force=force)
        return read_record(self.path).checked_by

    @property
    def part(self) -> Path:
        [part] = self.path.parent.glob(f"{BEER}.*.part")
        return part

    @property
    def asked(self) -> list:
        return self.server.gets(self.remote)

    def serve(self, body: bytes, *faults: object, **headers: str | None) -> None:
        self.server.serve(self.remote, body, *faults, **headers)

    def left(self) -> set[str]:
        """Names in the site's folder, but for the record, which is the lock as well."""
        beside = {f".{BEER}.json", f".{BEER}.lock"}
        names = {path.name for path in self.path.parent.iterdir()} - beside
        return {re.sub(r"\.\w+\.part", ".part", name) for name in names}


class OneFile(Source):
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
