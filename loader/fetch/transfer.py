"""The transfer of one file: whole and checked under its name, or a part that is resumed.

A part is named ``<name>.<version>.part``, so that parts of different versions are never joined. The
loader ignores hidden files (with a leading dot).
"""

from __future__ import annotations

import hashlib
import re
import shutil
import struct
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zlib import crc32

from rich.filesize import decimal

from loader.dump import archives
from loader.errors import ArchiveError, FetchError
from loader.fetch.web import Interrupted, host
from loader.files import read_json, sync, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from loader.fetch.progress import FetchProgress
    from loader.fetch.sources import RemoteFile
    from loader.fetch.web import Answer, Web

_RANGE: Final = re.compile(r"bytes\s+(?:(\d{1,18})-(\d{1,18})|\*)/(\d{1,18}|\*)", re.IGNORECASE)
_START: Final = struct.Struct("<8xIQQ4x")
"""A .7z begins with its signature and the place of its list of files, which ends it."""
_PROGRESS_BYTES: Final = 256 << 10
"""Bytes that a try must bring to count as progress; with less, a server could keep us forever."""


@dataclass(frozen=True)
class Record:
    """The origin of a file, in a hidden file beside it, ``.<name>.json``."""

    url: str
    published: dict[str, str]  # hashes
    checked_by: str
    n_bytes: int  # size and date when it was checked: with others it is another file
    modified_ns: int
    fetched_at: str
    belongs_to: list[str]  # all archives of the site at its source, if all were asked for


class WrongBytesError(FetchError):
    """A file differs from what its source publishes."""


class Transfer:
    """Fetches one file to a path."""

    def __init__(self, path: Path, file: RemoteFile, web: Web, progress: FetchProgress) -> None:
        self._path = path
        self._web = web
        self._progress = progress
        self._serves_ranges = True
        self._set(file)
        self._most = size_of(self._part)
        self._is_mixed = self._most > 0

    def _set(self, file: RemoteFile) -> None:
        self._file = file
        self._n_bytes = file.n_bytes
        self._part = part_of(self._path, file)

    def keep(self, belongs_to: list[str]) -> bool:
        """Keep a file that equals the source's; return False where there is none."""
        if not self._path.exists():
            return False
        record = read_record(self._path)
        name, digits = self._file.strongest or ("", None)
        is_known = record is not None and record.published.get(name) == digits
        if record is not None and is_known and self._file.n_bytes in {None, record.n_bytes}:
            checked_by, belongs_to = record.checked_by, belongs_to or record.belongs_to
        else:
            try:
                checked_by = self._check(self._path)
            except WrongBytesError as error:
                raise FetchError(
                    f"{self._path}: is there, and is not what the source has now; --force replaces"
                    f" it, --to fetches to another folder ({error})"
                ) from error
        self._note(checked_by, belongs_to)
        self._progress.end(f"{self._path}: fetched before, {checked_by} checked")
        return True

    def run(self, belongs_to: list[str]) -> None:
        """Fetch the file whole and checked, and remove parts of other versions."""
        size = "" if self._n_bytes is None else f", {decimal(self._n_bytes)}"
        kept = f", {decimal(self._most)} are there" if self._most else ""
        self._progress.say(f"{self._file.name}: from {self._file.url}{size}{kept}")
        for other in self._path.parent.glob(f"{self._path.name}.????????.part"):
            if other != self._part:
                self._discard("the source has another file now", other)
        try:
            checked_by = self._bring()
        except KeyboardInterrupt as stop:
            raise FetchError(f"stopped; {self._prospect()}") from stop
        sync(self._part)
        self._part.replace(self._path)
        sync(self._path.parent)
        self._note(checked_by, belongs_to)
        size = decimal(size_of(self._path))
        self._progress.end(f"{self._path}: {size}, {checked_by} checked")

    def _bring(self) -> str:
        """Fetch the part; once more where a resumed part does not match its hash."""
        for is_last in (False, True):
            self._progress.begin(self._file.name, self._n_bytes, size_of(self._part))
            self._web.retrying(self._attempt, self._prospect)
            try:
                return self._check(self._part)
            except WrongBytesError:
                is_mixed = self._is_mixed
                self._discard("what came does not fit together")
                if is_last or not is_mixed:
                    raise
        raise AssertionError

    def _attempt(self) -> None:
        try:
            self._ask()
        except Interrupted as stop:
            n_new = size_of(self._part) - self._most
            self._most += max(n_new, 0)
            why = f"{self._file.name}: {stop}"
            raise Interrupted(why, stop.wait, got_on=n_new >= _PROGRESS_BYTES) from stop

    def _ask(self) -> None:
        """Ask for the missing bytes, once."""
        there, file = size_of(self._part), self._file
        if there and (file.version is None or there > (self._n_bytes or there)):
            there = self._discard("it cannot be told whether what came is of this file")
        if there and there == self._n_bytes:
            return
        headers = {}
        if there and self._serves_ranges:
            headers["Range"] = f"bytes={there}-"
            # A hash tells in the end whether the rest fits, and no header needs to: the servers of
            # one source may name one file by different ETags, and nothing is lost to that.
            if not file.hashes:
                headers["If-Range"] = str(file.validator)
        with self._web.ask(file.url, **headers) as answer:
            length = self._length(answer)
            told = answer.validator
            if answer.status == 200:  # all of it: skip the bytes on disk, if it is the same file
                is_same = bool(file.hashes) or told == file.validator
                if there and not (is_same and there <= (length or self._n_bytes or 0)):
                    there = self._discard(f"{host(file.url)} has another file now")
                if not is_same:
                    self._set(replace(file, validator=told))
                self._take(answer, there, length)
                return
            total = self._goes_on(answer, there)
            if total is None or not (file.hashes or told in {None, file.validator}):
                self._serves_ranges = False
                raise Interrupted(f"{host(answer.url)}: does not go on with the same file")
            self._learn(total)
            if answer.status == 206:
                self._take(answer, 0, total)

    def _goes_on(self, answer: Answer, there: int) -> int | None:
        """Return the file's size where an answer brings the rest of it, else None."""
        sent = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if sent is None or (answer.status == 206) is (sent[1] is None):
            return None
        first, last = (there, there - 1) if sent[1] is None else (int(sent[1]), int(sent[2]))
        total = last + 1 if sent[3] == "*" else int(sent[3])
        is_rest = last < total if sent[1] else total == there
        return total if first == there and is_rest and self._n_bytes in {None, total} else None

    def _length(self, answer: Answer) -> int | None:
        """Return the length of an answer; refuse an answer that no retry can improve."""
        file, kind = self._file, answer.headers.get("Content-Type", "no type")
        if answer.status not in {200, 206, 416}:
            raise FetchError(
                f"{file.url}: {answer.reason}: not to be had there; `stackstudy fetch --list` shows"
                " what there is, --source names another place"
            )
        if answer.status != 416 and kind.lower().startswith("text/html"):
            raise FetchError(
                f"{file.url}: sends a page ({kind}) and not the file, as portals do, and sites"
                " under repair; what came is kept: try again later"
            )
        said = answer.headers.get("Content-Length", "")
        length = int(said) if re.fullmatch(r"[0-9]{1,18}", said) else None
        if answer.status == 200 and length is not None and file.n_bytes not in {None, length}:
            raise FetchError(
                f"{file.url}: has {length:,} bytes ({kind}), and {file.n_bytes:,} are published:"
                " not the file; try again later, or choose another --source"
            )
        return length

    def _take(self, answer: Answer, n_known: int, total: int | None) -> None:
        """Write a body to the part, skipping the bytes that are there."""
        there = size_of(self._part)
        is_new = there == 0
        self._is_mixed = not is_new
        self._learn(total)
        with self._part.open("ab", buffering=0) as part:
            for piece in answer.pieces():
                new = memoryview(piece)[n_known:]
                n_known -= len(piece) - len(new)
                there += len(new)
                if there > (self._n_bytes or there):
                    break
                while new:
                    n_written = part.write(new)
                    self._progress.move(n_written)
                    new = new[n_written:]
                if is_new and there >= _START.size:
                    self._learn(self._said_size())
                    is_new = False
        size = self._n_bytes or there
        if there > size:
            self._discard("it is not the file")
            raise FetchError(
                f"{self._file.url}: sends more than the {size:,} bytes it should have: not the"
                " file; try again later, or choose another --source"
            )
        if there < size:
            raise Interrupted(f"{host(answer.url)}: ended at {decimal(there)} of {decimal(size)}")

    def _said_size(self) -> int:
        """Return the size that a part states; refuse a part that is no archive's beginning."""
        with self._part.open("rb") as part:
            start = part.read(_START.size)
        checksum, offset, n_bytes = _START.unpack(start)
        if not start.startswith(archives.SIGNATURE) or checksum != crc32(start[12:]):
            self._discard("it is not the file")
            raise FetchError(
                f"{self._file.url}: what came is no .7z archive ({start[:24]!r}): not kept; choose"
                " another --source"
            )
        return _START.size + offset + n_bytes

    def _learn(self, n_bytes: int | None) -> None:
        """Take the size of the file, where it was unknown."""
        if self._n_bytes is None and n_bytes is not None:
            self._n_bytes = n_bytes
            check_space(self._path.parent, n_bytes - size_of(self._part), "the archive")
            self._progress.learn(n_bytes)

    def _check(self, path: Path) -> str:
        """Compare a file with what its source publishes, and return how it was checked."""
        file, n_bytes = self._file, size_of(path)
        if file.n_bytes is not None and file.n_bytes != n_bytes:
            raise WrongBytesError(
                f"{file.url}: {n_bytes:,} bytes came, and {file.n_bytes:,} are published"
            )
        if file.strongest is None:
            try:
                archives.members(path)  # reads the list of its files, at its end
            except ArchiveError as error:
                raise WrongBytesError(f"{file.url}: what came is damaged ({error})") from error
            return "size and index"
        name, published = file.strongest
        self._progress.begin(f"{name} of {file.name}", n_bytes)
        digest = hashlib.new(name, usedforsecurity=False)
        with path.open("rb") as handle:
            while piece := handle.read(1 << 20):
                digest.update(piece)
                self._progress.move(len(piece))
        if digest.hexdigest() != published:
            raise WrongBytesError(
                f"{file.url}: wrong bytes came: their {name} is {digest.hexdigest()}, published is"
                f" {published}; not kept: try again, or choose another --source"
            )
        return name

    def _discard(self, why: str, part: Path | None = None) -> int:
        (part or self._part).unlink(missing_ok=True)
        self._n_bytes = self._file.n_bytes
        self._progress.begin(self._file.name, self._n_bytes)
        self._progress.say(f"{self._file.name}: what came before goes: {why}")
        return 0

    def _note(self, checked_by: str, belongs_to: list[str]) -> None:
        """Record the origin of a whole file."""
        found, now = self._path.stat(), datetime.now(UTC).isoformat(timespec="seconds")
        size, date = found.st_size, found.st_mtime_ns
        url, published = self._file.url, dict(self._file.hashes)
        record = Record(url, published, checked_by, size, date, now, belongs_to)
        write_json(_record_of(self._path), asdict(record))

    def _prospect(self) -> str:
        """Say what the same command will do with the part."""
        if self._file.version is not None:
            return "what came is kept: the same command goes on from there"
        return "the same command begins this file again, for nothing tells one version from another"


def part_of(path: Path, file: RemoteFile) -> Path:
    """Return the name of a file until it is whole."""
    return path.with_name(f"{path.name}.{file.version or '00000000'}.part")


def size_of(path: Path) -> int:
    """Return the size of a file; 0 where there is none."""
    return path.stat().st_size if path.is_file() else 0


def read_record(path: Path) -> Record | None:
    """Return the origin of a file; None where it is absent or was changed."""
    try:
        record = Record(**read_json(_record_of(path)))
        found = path.stat()
    except (OSError, TypeError):
        return None
    is_same = (record.n_bytes, record.modified_ns) == (found.st_size, found.st_mtime_ns)
    return record if is_same else None


def check_space(folder: Path, n_bytes: int, what: str) -> None:
    """Refuse a transfer for which the disk has no room."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise FetchError(
            f"{folder}: {what} needs {decimal(n_bytes)}, and {decimal(free)} is free; make room,"
            " or choose another folder"
        )


def _record_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.json")
