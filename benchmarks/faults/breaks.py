"""Loads that are broken off: killed, interrupted, out of room, a worker dead; then loaded again."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.faults import dumps, oracle
from benchmarks.faults.damage import PATIENCE, ViolationError, visible
from loader.schemas import BY_ROOT

if TYPE_CHECKING:
    import random

ROOT: Final = Path(__file__).resolve().parents[2]
_PROGRAM: Final = """
import os, sys
os.fsync = lambda _handle: None  # a killed process loses nothing that it has written
import loader, loader.loading, loader.table
from loader.errors import StackstudyError
print("ready", flush=True)
try:
    loader.load([sys.argv[1]], sys.argv[2], site=sys.argv[3])
except StackstudyError as error:
    sys.exit(str(error))
"""


class Breaks:
    """Loads of one dump, long enough to be broken off somewhere in the middle.

    Parameters
    ----------
    work : Path
        Folder to work in.
    tables : dict
        Rows to make the dumps of.
    rng : random.Random
        Chance.
    n_rows : int
        Rows of the largest table.
    """

    def __init__(
        self, work: Path, tables: dict[str, list[str]], rng: random.Random, n_rows: int
    ) -> None:
        self._work = work
        files = {
            f"{root}.xml": dumps.text_of(
                root, dumps.many(tables[root], n_rows if root == "posts" else n_rows // 5), rng
            ).encode()
            for root in ("posts", "votes", "users")
        }
        folder = work / "plain" / dumps.SITE
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        self._dumps = {"plain": folder}
        for packing in ("BZip2", "LZMA2"):
            path = work / packing / f"{dumps.SITE}.7z"
            dumps.pack(path, files, packing)
            self._dumps[packing] = path
        self._right = {
            BY_ROOT[root.removesuffix(".xml")].name: oracle.expected(
                content, frozenset(BY_ROOT[root.removesuffix(".xml")].attributes)
            )
            for root, content in files.items()
        }
        self._seconds = {kind: self._undisturbed(kind) for kind in self._dumps}

    def case(self, rng: random.Random) -> str:
        """Break a load off, perhaps several times, and let the next one end it."""
        kind = rng.choice(list(self._dumps))
        how = rng.choice(["killed", "interrupted", "no room", "worker killed"])
        data = self._work / "data"
        shutil.rmtree(data, ignore_errors=True)
        about = f"{kind}, {how}"
        for _ in range(rng.randrange(1, 4)):
            self._broken(
                self._dumps[kind], data, how, rng.random() * self._seconds[kind], about, rng
            )
            if seen := visible(data):
                self._check(f"{about}: after the break", data)
                if not any(name.endswith("_manifest.json") for name in seen):
                    raise ViolationError(f"{about}: Parquet without manifest")
        done = self._start(self._dumps[kind], data)
        try:
            _, error = done.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            done.kill()
            raise ViolationError(f"{about}: the next load has no end") from None
        if done.returncode:
            raise ViolationError(f"{about}: the next load fails: {error[-500:]}")
        self._check(about, data)
        left = [path for path in (data / ".loading").rglob("*") if path.is_file()]
        if [path.name for path in left] != ["lock"]:
            raise ViolationError(f"{about}: left behind: {left}")
        return about

    def _undisturbed(self, kind: str) -> float:
        data = self._work / "data"
        shutil.rmtree(data, ignore_errors=True)
        process = self._start(self._dumps[kind], data)
        process.stdout.readline()
        began = time.monotonic()
        _, error = process.communicate(timeout=PATIENCE)
        if process.returncode:
            raise ViolationError(f"{kind}: an undisturbed load fails: {error[-500:]}")
        seconds = time.monotonic() - began
        self._check(f"{kind}, undisturbed", data)
        return seconds

    def _check(self, about: str, data: Path) -> None:
        for table, right in self._right.items():
            found = oracle.loaded(data, table, dumps.SITE)
            if found != right:
                raise ViolationError(
                    f"{about}: {table}: {len(found)} rows differ from {len(right)}"
                )

    def _start(
        self, dump: Path, data: Path, most_bytes: int | None = None
    ) -> subprocess.Popen[str]:
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

        return subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(dump), str(data), dumps.SITE],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=None if most_bytes is None else limit,  # noqa: PLW1509 - no threads that matter
        )

    def _broken(  # noqa: PLR0913, PLR0917
        self, dump: Path, data: Path, how: str, delay: float, about: str, rng: random.Random
    ) -> None:
        most_bytes = rng.choice([0, 100, 5_000, 100_000]) if how == "no room" else None
        process = self._start(dump, data, most_bytes)
        process.stdout.readline()
        if how == "killed":
            time.sleep(delay)
            process.kill()
        elif how == "interrupted":
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
        elif how == "worker killed":
            time.sleep(delay)
            workers = _workers(process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(workers) if workers else process.pid, signal.SIGKILL)
        try:
            _, error = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise ViolationError(f"{about}: no end after {PATIENCE} s") from None
        if how in {"no room", "worker killed"} and process.returncode > 0:
            lines = error.strip().splitlines()
            if len(lines) != 1 or (str(data) not in lines[0] and str(dump) not in lines[0]):
                raise ViolationError(f"{about}: not one line that names the place: {error[-800:]}")


def _workers(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, path.read_text().split())
    return found
