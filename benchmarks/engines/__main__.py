"""The models tagged `dump_sized` on both engines, on one and on five million posts.

`make bench-engines` measures processor time and memory of DuckDB and of Spark, in total and of each
table, and what a further million posts take. The posts are those of `make bench-models`; with
`--posts` they may be fewer. Both engines have the same memory and all cores of this machine, and
their tables must have the same number of rows.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import duckdb

from analyses.warehouse.spark import TABLES
from benchmarks.models.__main__ import SITE, STUDY, prepare
from benchmarks.report import line, machine, write_between
from benchmarks.speed.inputs import ROOT
from benchmarks.speed.runs import run

MARKS: Final = ("<!-- the engines: by `make bench-engines` -->", "<!-- end of the engines -->")
ENGINES: Final = ("DuckDB", "Spark")
POST_BYTES: Final = 1086
"""Of a synthetic post in XML."""
SHOWN: Final = 12


@dataclass(frozen=True)
class Measured:
    """What the engines took on so many posts; `models` by table and engine, `total` by engine."""

    n_posts: int
    models: dict[str, dict[str, dict[str, Any]]]
    total: dict[str, dict[str, Any]]

    def cpu_seconds(self, table: str, engine: str) -> float:
        """Return the processor time of a table."""
        return self.models[table][engine]["cpu_seconds"]


def measure(folder: Path, n_posts: int, gib: int) -> Measured:
    """Build the tables with one engine after the other."""
    data = prepare(folder, n_posts * POST_BYTES, is_real=False)
    place = data / "dbt" / "engines"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    models: dict[str, dict[str, dict[str, Any]]] = {}
    total = {}
    for engine in ENGINES:
        click.echo(f"{engine} on {n_posts:,} posts …")
        output = place / f"{engine}.json"
        command = [sys.executable, "-m", "benchmarks.engines.watch", engine.lower(), data, output]
        run([*command, str(gib)], 2)
        *nodes, total[engine] = json.loads(output.read_text("utf-8"))
        for node in nodes:
            models.setdefault(node["name"], {})[engine] = node
    check_rows(place)
    shutil.rmtree(place)
    manifest = json.loads((data / f"posts/site={SITE}/_manifest.json").read_text("utf-8"))
    return Measured(manifest["n_rows"], models, total)


def check_rows(place: Path) -> None:
    """Compare the numbers of rows."""
    with duckdb.connect(str(place / f"{STUDY}.duckdb"), read_only=True) as connection:
        for table in sorted(path.name for path in (place / TABLES).glob("[!_]*")):
            files = str(place / TABLES / table / "*.parquet")
            counts = connection.execute(
                f'select (select count(*) from main."{table}"),'
                " (select count(*) from read_parquet($files))",
                {"files": files},
            ).fetchone()
            if counts is None or counts[0] != counts[1]:
                raise SystemExit(f"bench: {table} has these rows in DuckDB and Spark: {counts}")


def as_markdown(few: Measured, many: Measured, gib: int) -> str:
    """Write the tables of a run."""
    further = (many.n_posts - few.n_posts) / 1e6
    sizes = [f"{one.n_posts:,} posts" for one in (few, many)]
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, {gib} GiB for either engine, synthetic posts.",
        "",
        line(("engine", *(f"CPU seconds, {size}" for size in sizes), "per further million posts",
              *(f"peak MiB, {size}" for size in sizes))),
        line(("---", *["--:"] * 5)),
    ]  # fmt: skip
    for engine in ENGINES:
        took = [one.total[engine]["cpu_seconds"] for one in (few, many)]
        peaks = [f"{one.total[engine]['peak_mib']:,.0f}" for one in (few, many)]
        slope = f"**{(took[1] - took[0]) / further:,.0f}**"
        lines.append(line((engine, *(f"{one:,.0f}" for one in took), slope, *peaks)))
    lines += [
        "",
        "CPU seconds of a table, and how many times as many Spark takes:",
        "",
        line(("table", *(f"{name}, {size}" for size in sizes for name in ENGINES), "times")),
        line(("---", *["--:"] * 5)),
    ]

    def row(name: str, tables: list[str]) -> str:
        took = [
            sum(one.cpu_seconds(table, engine) for table in tables)
            for one in (few, many)
            for engine in ENGINES
        ]
        return line((name, *(f"{one:,.1f}" for one in took), f"{took[3] / took[2]:.1f}"))

    tables = [table for table, engines in many.models.items() if len(engines) == len(ENGINES)]
    tables.sort(key=lambda table: -many.cpu_seconds(table, "Spark"))
    rest = tables[SHOWN:]
    lines += [row(f"`{table}`", [table]) for table in tables[:SHOWN]]
    lines.append(row(f"the other {len(rest)} tables and views", rest))
    return "\n".join(lines)


@click.command(help=__doc__)
@click.option("--folder", default="data/bench", type=click.Path(path_type=Path), show_default=True)
@click.option(
    "--posts", nargs=2, default=(1_000_000, 5_000_000), show_default=True, help="Fewer, and more."
)
@click.option("--gib", default=8, show_default=True, help="Memory of DuckDB, and of Java's heap.")
@click.option("--dry", is_flag=True, help="Do not write benchmarks/README.md.")
def main(folder: Path, posts: tuple[int, int], gib: int, *, dry: bool) -> None:
    """Measure, print and write."""
    few, many = (measure(folder.resolve(), n_posts, gib) for n_posts in sorted(posts))
    text = as_markdown(few, many, gib)
    click.echo(f"\n{text}")
    if not dry:
        write_between(ROOT / "benchmarks" / "README.md", MARKS, text)


if __name__ == "__main__":
    main()
