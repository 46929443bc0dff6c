"""The loader everyone writes: `iterparse`, a dict a row, pyarrow batches, zstd 3, one process.

Run as a program: python -m benchmarks.speed.naive FILE TABLE PARQUET.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree

from loader.schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH_ROWS = 50_000


def _date(value: str) -> datetime:
    return datetime.fromisoformat(value)


def _tags(value: str) -> list[str]:
    return [tag for tag in value.replace("><", "|").strip("<>|").split("|") if tag]


def _flag(value: str) -> bool:
    return value == "True"


def _converter(kind: pa.DataType) -> Callable[[str], Any]:
    if pa.types.is_integer(kind):
        return int
    if pa.types.is_timestamp(kind):
        return _date
    if pa.types.is_list(kind):
        return _tags
    return _flag if pa.types.is_boolean(kind) else str


def main(path: str, table: str, parquet: str) -> None:
    """Load one table."""
    schema = TABLES[table].schema
    convert = {field.name: _converter(field.type) for field in schema}
    rows: list[dict[str, Any]] = []
    with pq.ParquetWriter(parquet, schema, compression="zstd", compression_level=3) as writer:
        for _, element in etree.iterparse(path, events=("end",), tag="row", huge_tree=True):
            rows.append({name: convert[name](value) for name, value in element.attrib.items()})
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            if len(rows) >= BATCH_ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))


if __name__ == "__main__":
    main(*sys.argv[1:])
