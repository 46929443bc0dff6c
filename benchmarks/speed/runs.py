"""A program run on some cores, with what it took: time, processor time, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.speed.inputs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Run:
    """What a run took.

    Attributes
    ----------
    seconds : float
        From start to end.
    cpu_seconds : float
        Of all its threads and children.
    peak_mib : float
        The most memory that its largest process held.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float

    def then(self, other: Run) -> Run:
        """Add a run that came after."""
        return Run(
            self.seconds + other.seconds,
            self.cpu_seconds + other.cpu_seconds,
            max(self.peak_mib, other.peak_mib),
        )


def median_run(runs: Sequence[Run]) -> Run:
    """Return the run of median length."""
    return sorted(runs, key=lambda one: one.seconds)[len(runs) // 2]


_LAUNCHER = """
import json, os, subprocess, sys, time
began = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
output = process.stdout.read()
_, status, usage = os.wait4(process.pid, 0)
took = [time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]
with open(int(sys.argv[1]), "w") as pipe:
    json.dump([took, os.waitstatus_to_exitcode(status), output.decode()], pipe)
"""
"""Stands between: what a process held when it started another counts as the other's peak."""


def run(command: Sequence[str | Path], n_cores: int) -> Run:
    """Run a program on the first cores of this process.

    Raises
    ------
    SystemExit
        When it fails: with what it said.
    """
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))[:n_cores]))
    reading, writing = os.pipe()
    program = ["taskset", "-c", cores, *map(str, command)]
    with os.fdopen(reading) as pipe:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", _LAUNCHER, str(writing), *program],
            cwd=ROOT,
            pass_fds=[writing],
        )
        os.close(writing)
        took, code, output = json.load(pipe)
        process.wait()
    if code:
        raise SystemExit(f"bench: {program} failed:\n{output}")
    return Run(*took)


def stackstudy(dump: Path, data: Path, n_cores: int) -> Run:
    """Load a dump with stackstudy."""
    command = ["-m", "stackstudy", "load", dump, "--data", data]
    return run([sys.executable, *command, "--site", "bench.example.com", "--force"], n_cores)


def naive(path: Path, table: str, parquet: Path, n_cores: int) -> Run:
    """Load a plain table with the loader everyone writes."""
    return run([sys.executable, "-m", "benchmarks.speed.naive", path, table, parquet], n_cores)


def are_equal(data: Path, table: str, parquet: Path) -> bool:
    """Whether both loaders wrote the same rows in the same order, to the value."""
    parts = sorted((data / table / "site=bench.example.com").glob("*.parquet"))
    ours, theirs = _batches(parts), _batches([parquet])
    for one in ours:
        other = next(theirs, None)
        if other is None or not one.equals(other):
            return False
    return next(theirs, None) is None


def _batches(files: Sequence[Path], n_rows: int = 20_000) -> Iterator[pa.Table]:
    """Rows of files, in batches of the same length."""
    held: pa.Table | None = None
    for file in files:
        for batch in pq.ParquetFile(file).iter_batches(n_rows):
            new = pa.Table.from_batches([batch])
            held = new if held is None else pa.concat_tables([held, new])
            while held.num_rows >= n_rows:
                yield held.slice(0, n_rows).combine_chunks()
                held = held.slice(n_rows)
    if held is not None and held.num_rows:
        yield held.combine_chunks()
