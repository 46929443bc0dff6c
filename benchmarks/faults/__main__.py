"""Break loads in every way for as long as it is given: `python -m benchmarks.faults --seconds 600`.

After each case there are either the same tables, to the value, or one clear error that names the
place; never fewer rows in silence; and the next undisturbed load ends with the same tables.
A violation is printed with the seed that makes it again (`--seed S --cases 1`); then it exits with
code 1.

A plain .xml has no checksum: a byte changed inside a value is nothing that any reader could notice.
There the tables must be what an independent parser (expat) reads from the damaged file.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click

from benchmarks.faults import damage, dumps
from benchmarks.faults.breaks import Breaks


@click.command(help=__doc__)
@click.option("--seconds", type=float, default=60, show_default=True, help="How long.")
@click.option("--cases", type=int, help="How many cases at most.")
@click.option("--seed", type=int, help="Seed of the first case; each next has the next.")
@click.option("--breaks/--no-breaks", default=True, help="Whether loads are broken off, too.")
@click.option("--rows", type=int, default=20_000, show_default=True, help="Rows to break off in.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Where to work: on a disk that is waited for; else in memory, or wherever temporary is.",
)
@click.option("--most", type=int, default=10, show_default=True, help="Violations before it stops.")
def main(  # noqa: PLR0913, PLR0917 - the options
    seconds: float,
    cases: int | None,
    seed: int | None,
    rows: int,
    folder: Path | None,
    most: int,
    *,
    breaks: bool,
) -> None:
    """Run cases until the time is over."""
    seed = random.SystemRandom().randrange(10**9) if seed is None else seed
    # Hundreds of loads would wait for the disk for minutes; loads that are broken off do wait.
    if folder is None:
        os.fsync = lambda _handle: None
    seen: Counter[str] = Counter()
    violations: list[str] = []
    with tempfile.TemporaryDirectory(prefix="faults-", dir=folder) as made:
        scratch = Path(made)
        tables = dumps.tables(scratch)
        breaker = Breaks(scratch / "breaks", tables, random.Random(0), rows) if breaks else None
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end and (cases is None or number < cases):
            if len(violations) >= most:
                break
            rng = random.Random(seed + number)
            try:
                seen[_case(rng, scratch / "case", tables, breaker)] += 1
            except damage.ViolationError as error:
                violations.append(f"seed {seed + number}: {error}")
                click.echo(f"VIOLATION {violations[-1]}", err=True)
            number += 1
    for outcome, count in sorted(seen.items()):
        click.echo(f"{count:8,}  {outcome}")
    click.echo(f"{number:8,}  cases from seed {seed} on; {len(violations)} violations")
    sys.exit(1 if violations else 0)


def _case(
    rng: random.Random, work: Path, tables: dict[str, list[str]], breaker: Breaks | None
) -> str:
    chance = rng.random()
    if chance < 0.04 and breaker is not None:
        return breaker.case(rng)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    if chance < 0.4:
        return damage.damaged_xml(work, tables, rng)
    if chance < 0.7:
        return damage.damaged_blocks(work, tables, rng)
    return damage.damaged_archive(work, tables, rng)


if __name__ == "__main__":
    main()
