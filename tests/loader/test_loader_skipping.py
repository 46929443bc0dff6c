"""What readers of the Parquet need not read: row groups whose statistics rule them out."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest
import stores
from stores import SITE, attributes, xml

import loader
from loader import parquet

N_ROWS = 24_000
N_GROUPS = 12
IO = Path("/proc/self/io")

pytestmark = pytest.mark.skipif(not IO.exists(), reason="only Linux says what a process reads")


@pytest.fixture
def files(tmp_path, monkeypatch) -> str:
    """Posts of twelve years, a year a row group, with bodies that do not pack well."""
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", N_ROWS // N_GROUPS)
    rng = random.Random(1)
    rows = (
        {
            "Id": str(i),
            "CreationDate": f"{2008 + i * N_GROUPS // N_ROWS}-06-01T00:00:00",
            "Body": rng.randbytes(200).hex(),
        }
        for i in range(N_ROWS)
    )
    path = stores.write(tmp_path / "Posts.xml", xml("posts", *map(attributes, rows)))
    loader.load([path], tmp_path / "data", site=SITE)
    return str(tmp_path / "data" / "posts" / "site=*" / "*.parquet")


def n_read() -> int:
    return int(dict(line.split(": ") for line in IO.read_text().splitlines())["rchar"])


def read_for(query: str) -> tuple[int, int]:
    """First value of a query's answer, and how many bytes the process read for it."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'").fetchall()
        before = n_read()
        (value, *_) = connection.sql(query).fetchone()
        return value, n_read() - before


def test_a_date_filter_reads_a_fraction(files):
    n_all, everything = read_for(f"select count(Body) from '{files}'")
    n_late, fraction = read_for(
        f"select count(Body) from '{files}' where CreationDate >= timestamptz '2019-01-01'"
    )
    assert (n_all, n_late) == (N_ROWS, N_ROWS // N_GROUPS)
    assert everything > 200 * N_ROWS
    assert fraction < everything / 6


def test_a_count_by_date_reads_next_to_nothing(files):
    size = sum(path.stat().st_size for path in Path(files).parent.parent.glob("*/*.parquet"))
    n_late, few = read_for(
        f"select count(*) from '{files}' where CreationDate >= timestamptz '2019-01-01'"
    )
    assert n_late == N_ROWS // N_GROUPS
    assert few < size / 50


def test_a_row_is_found_by_its_id_in_one_row_group(files):
    _, everything = read_for(f"select count(Body) from '{files}'")
    body, fraction = read_for(f"select Body from '{files}' where Id = 7777")
    assert len(body) == 400
    assert fraction < everything / 6
