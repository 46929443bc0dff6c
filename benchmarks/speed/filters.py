"""Two months of posts and a term in their bodies: what it costs where a view converts the date.

Parquet's statistics say of a row group which dates are in it. They hold for the column, and for a
view that renames it, but not for what a view computes from it.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from benchmarks.speed.inputs import ROOT
from benchmarks.speed.runs import Run, median_run, run

if TYPE_CHECKING:
    from pathlib import Path

VIEW: Final = ROOT / "models" / "staging" / "stg_posts.sql"
_PROGRAM: Final = "import duckdb, sys; print(duckdb.sql(sys.argv[1]).fetchone())"
_NOTHING: Final = "Python and DuckDB alone"


def measure_filters(data: Path, rounds: int) -> dict[str, Run]:
    """Ask the same of loaded posts in several ways.

    Parameters
    ----------
    data : Path
        A data folder with posts whose dates ascend, as those of a dump do.
    rounds : int
        Runs of each; the median counts.

    Raises
    ------
    SystemExit
        When the ways do not find the same posts, or none.
    """
    files = (
        f"read_parquet('{data}/posts/site=*/*.parquet',"
        " hive_partitioning = true, hive_types = {'site': varchar})"
    )
    (first,) = duckdb.sql(f'select min("CreationDate") from {files}').fetchone() or (None,)
    begin, end = first + timedelta(days=30), first + timedelta(days=91)
    view = VIEW.read_text("utf-8").replace("{{ dump_table('posts') }}", files)
    sources = {
        "through the view `stg_posts`": f"({view})",
        "on the columns of the files": (
            f'(select "CreationDate" as created_at, "Body" as body from {files})'
        ),
        "through a view that converts the date": (
            f"(select * replace (created_at at time zone 'UTC' as created_at) from ({view}))"
        ),
    }
    queries = {
        way: "set TimeZone = 'UTC'; select count(*) from "
        f"{source} where created_at >= '{begin}' and created_at < '{end}'"
        " and regexp_matches(body, 'stack', 'i')"
        for way, source in sources.items()
    }
    counts = {duckdb.sql(query).fetchone() for query in queries.values()}
    if len(counts) != 1 or counts == {(0,)}:
        raise SystemExit(f"bench: the ways do not find the same posts, or none: {counts}")
    queries[_NOTHING] = "select 1"
    return {
        way: median_run([run([sys.executable, "-c", _PROGRAM, query], 2) for _ in range(rounds)])
        for way, query in queries.items()
    }
