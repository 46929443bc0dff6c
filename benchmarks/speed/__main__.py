"""Speed and memory of the loader, each against its alternative in the same run.

Run it with `make bench`, or as `python -m benchmarks.speed --help` says. It prints a table, and
writes it with its date into benchmarks/README.md.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from benchmarks.report import line, machine, write_between
from benchmarks.speed.filters import measure_filters
from benchmarks.speed.inputs import ROOT, Inputs, make, make_long, make_table, pack, seven_zip
from benchmarks.speed.runs import Run, are_equal, median_run, naive, run, stackstudy

if TYPE_CHECKING:
    from collections.abc import Callable

README: Final = ROOT / "benchmarks" / "README.md"
MARKS: Final = ("<!-- the last run: written by `make bench` -->", "<!-- end of the last run -->")


@dataclass(frozen=True)
class Contest:
    """A job, done by stackstudy and by its alternative.

    Attributes
    ----------
    job : str
        What is loaded.
    alternative : str
        What is compared with.
    xml_bytes : int
        Size of the table.
    least, aim : float
        Ratios that are promised, and hoped for.
    theirs : Run
        The alternative on two cores.
    one, two : Run
        stackstudy on one core and on two.
    is_equal : bool
        Whether both wrote the same rows.
    packed_bytes : int or None
        Size of the archive.
    """

    job: str
    alternative: str
    xml_bytes: int
    least: float
    aim: float
    theirs: Run
    one: Run
    two: Run
    is_equal: bool
    packed_bytes: int | None = None

    @property
    def ratio(self) -> float:
        """How many times as fast stackstudy is."""
        return self.theirs.seconds / self.two.seconds

    def rate(self, one: Run) -> float:
        """MB of XML a second."""
        return self.xml_bytes / 1e6 / one.seconds


class Bench:
    """All contests, in a folder."""

    def __init__(self, folder: Path, inputs: Inputs, rounds: int) -> None:
        self._folder = folder
        self._inputs = inputs
        self._rounds = rounds
        self._data = folder / "data"
        self._parquet = folder / "naive.parquet"

    def plain(self, path: Path, table: str, least: float, aim: float) -> Contest:
        """Load a plain table, against the loader everyone writes."""
        return self._contest(
            f"{table}, plain .xml",
            "iterparse, a dict a row",
            path,
            table,
            (least, aim),
            path,
            lambda: naive(path, table, self._parquet, 2),
        )

    def packed(self, method: str, least: float, aim: float) -> Contest:
        """Load an archive, against unpacking it, and then that loader."""
        path = self._inputs.packed
        archive = pack(path, method)
        unpacked = self._folder / "unpacked"

        def alternative() -> Run:
            shutil.rmtree(unpacked, ignore_errors=True)
            command = [seven_zip(), "x", "-mmt=2", f"-o{unpacked}", archive]
            first = run(command, 2)
            return first.then(naive(unpacked / path.name, "posts", self._parquet, 2))

        found = self._contest(
            f"posts, {method} .7z",
            "7zz x, then the same",
            path,
            "posts",
            (least, aim),
            archive,
            alternative,
        )
        shutil.rmtree(unpacked, ignore_errors=True)
        return found

    def _contest(  # noqa: PLR0913, PLR0917 - a contest has that many sides
        self,
        job: str,
        name: str,
        path: Path,
        table: str,
        bounds: tuple[float, float],
        dump: Path,
        alternative: Callable[[], Run],
    ) -> Contest:
        click.echo(f"{job} …")
        took: dict[str, list[Run]] = {"theirs": [], "one": [], "two": []}
        for _ in range(self._rounds):
            for side, program in (
                ("theirs", alternative),
                ("one", lambda: stackstudy(dump, self._data, 1)),
                ("two", lambda: stackstudy(dump, self._data, 2)),
            ):
                took[side].append(program())
        is_equal = are_equal(self._data, table, self._parquet)
        shutil.rmtree(self._data)
        self._parquet.unlink()
        packed = None if dump == path else dump.stat().st_size
        middle = {side: median_run(runs) for side, runs in took.items()}
        return Contest(
            job,
            name,
            path.stat().st_size,
            *bounds,
            is_equal=is_equal,
            packed_bytes=packed,
            **middle,
        )

    def filters(self) -> dict[str, Run]:
        """Ask for two months of the posts, and a term in their bodies."""
        click.echo("time filters …")
        stackstudy(self._inputs.posts, self._data, 2)
        found = measure_filters(self._data, self._rounds)
        shutil.rmtree(self._data)
        return found

    def memory(self, large_bytes: int) -> list[Memory]:
        """Measure peak memory, by the size of the input, and with an attribute of 50 MB."""
        files = [
            ("200 MB of posts", make_table(self._folder, "Posts", 200_000_000)),
            ("a post of 50 MB", make_long(self._folder, 50_000_000)),
            ("the posts from above", self._inputs.posts),
        ]
        if large_bytes:
            name = f"{large_bytes / 1e9:.0f} GB of posts"
            files.append((name, make_table(self._folder, "Posts", large_bytes)))
        found = []
        for name, path in files:
            click.echo(f"memory: {name} …")
            one = stackstudy(path, self._data, 1)
            found.append(Memory(name, path.stat().st_size, one, stackstudy(path, self._data, 2)))
            shutil.rmtree(self._data)
        return found


@dataclass(frozen=True)
class Memory:
    """What a load took, on one core and on two."""

    name: str
    xml_bytes: int
    one: Run
    two: Run


COLUMNS: Final = {
    "job": "---",
    "packed": "--:",
    "alternative": "---",
    "alternative, MB/s": "--:",
    "stackstudy, MB/s": "--:",
    "ratio": "--:",
    "at least": "--:",
    "aim": "--:",
    "stackstudy on one core, MB/s": "--:",
    "CPU seconds (alternative)": "--:",
    "peak MiB (alternative)": "--:",
    "same rows": "---",
}


def as_markdown(
    contests: list[Contest], filters: dict[str, Run], memory: list[Memory], origin: str
) -> str:
    """Write the tables of a run."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    lines = [
        f"{today}, {machine()}, load {os.getloadavg()[1]:.1f} over the last minutes, {origin}.",
        "",
        line(COLUMNS),
        line(COLUMNS.values()),
    ]
    lines += [
        line(
            (
                one.job,
                f"{one.xml_bytes / one.packed_bytes:.1f} to 1" if one.packed_bytes else "",
                one.alternative,
                f"{one.rate(one.theirs):.0f}",
                f"{one.rate(one.two):.0f}",
                f"**{one.ratio:.1f}**",
                f"{one.least:g}",
                f"{one.aim:g}",
                f"{one.rate(one.one):.0f}",
                f"{one.two.cpu_seconds:.0f} ({one.theirs.cpu_seconds:.0f})",
                f"{one.two.peak_mib:.0f} ({one.theirs.peak_mib:.0f})",
                "yes" if one.is_equal else "**NO**",
            )
        )
        for one in contests
    ]
    names = ("input", "MB of XML", "seconds", "peak MiB on one core", "peak MiB on two")
    lines += ["", line(names), line(("---", *["--:"] * 4))]
    lines += [
        line(
            (
                one.name,
                f"{one.xml_bytes / 1e6:,.0f}",
                f"{one.two.seconds:.1f}",
                f"{one.one.peak_mib:.0f}",
                f"{one.two.peak_mib:.0f}",
            )
        )
        for one in memory
    ]
    lines += ["", line(("two months of the posts, and a term in the body", "CPU seconds"))]
    lines += [line(("---", "--:"))]
    lines += [line((way, f"{one.cpu_seconds:.2f}")) for way, one in filters.items()]
    return "\n".join(lines)


@click.command()
@click.option("--folder", default="data/bench", type=click.Path(path_type=Path), show_default=True)
@click.option("--posts-mb", default=1000, show_default=True, help="Size of Posts.xml.")
@click.option("--votes-mb", default=200, show_default=True, help="Size of Votes.xml.")
@click.option("--packed-mb", default=300, show_default=True, help="Size of Posts.xml in archives.")
@click.option("--large-mb", default=0, help="Measure the memory with so much, too (10000).")
@click.option("--rounds", default=3, show_default=True, help="Runs of each; the median counts.")
@click.option("--dry", is_flag=True, help="Do not write benchmarks/README.md.")
def main(  # noqa: PLR0913, PLR0917 - each is an option
    folder: Path,
    posts_mb: int,
    votes_mb: int,
    packed_mb: int,
    large_mb: int,
    rounds: int,
    *,
    dry: bool,
) -> None:
    """Measure speed and memory of the loader against what one would use without it."""
    seven_zip()
    folder = folder.resolve()
    inputs = make(folder, posts_mb * 1_000_000, votes_mb * 1_000_000, packed_mb * 1_000_000)
    bench = Bench(folder, inputs, rounds)
    contests = [
        bench.plain(inputs.posts, "posts", 2.5, 4),
        bench.plain(inputs.votes, "votes", 3.5, 10),
        bench.packed("BZip2", 1.4, 2),
        bench.packed("LZMA2", 1.7, 2.5),
    ]
    filters, memory = bench.filters(), bench.memory(large_mb * 1_000_000)
    text = as_markdown(contests, filters, memory, inputs.origin)
    click.echo("\n" + text)
    if not dry:
        write_between(README, MARKS, text)
    if not all(one.is_equal for one in contests):
        raise SystemExit("bench: the loaders do not agree")


if __name__ == "__main__":
    main()
