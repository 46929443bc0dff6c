"""Writing a table's rows as Parquet, and fabricated rows to a folder of their own."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loader import schemas
from loader.files import sync
from loader.manifest import PartFile
from loader.store import BESIDE, FABRICATED

if TYPE_CHECKING:
    from pathlib import Path

    from loader.schemas import Table

ROW_GROUP_ROWS: Final = 100_000
ROW_GROUP_BYTES: Final = 128 << 20
LONG_BYTES: Final = 16 << 20
"""A batch of this size is written at once: the next one, as large, will need the memory."""


class PartWriter:
    """One Parquet file, row group by row group; memory holds one row group at most.

    Parameters
    ----------
    path : Path
        The file; its folder must exist.
    table : Table
        Says the schema.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.path = path
        self.n_rows = 0
        self._schema = table.schema
        self._waiting: list[pa.RecordBatch] = []
        self._n_waiting = 0
        self._n_waiting_bytes = 0
        self._writer = pq.ParquetWriter(
            path,
            table.schema,
            compression="zstd",
            compression_level=1,  # a tenth larger than at 3, and 15% of the whole load faster
            use_dictionary=_repeating(table),
            write_statistics=_ordered(table),
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they reach the disk when a row group is full."""
        n_row_bytes = max(batch.nbytes // max(batch.num_rows, 1), 1)
        while batch.num_rows:
            room = (ROW_GROUP_BYTES - self._n_waiting_bytes) // n_row_bytes
            if room < 1 and self._n_waiting:
                self._write_row_group()
                continue
            room = max(min(room, ROW_GROUP_ROWS - self._n_waiting), 1)
            part, batch = batch.slice(0, room), batch.slice(room)
            self._waiting.append(_compact(part))
            self._n_waiting += part.num_rows
            self._n_waiting_bytes += part.nbytes
            is_full = self._n_waiting_bytes >= ROW_GROUP_BYTES or part.nbytes >= LONG_BYTES
            if is_full or self._n_waiting >= ROW_GROUP_ROWS:
                self._write_row_group()

    def close(self) -> None:
        """Write the buffered rows and the footer, and flush the file to the disk."""
        if self._n_waiting:
            self._write_row_group()
        self._writer.close()
        sync(self.path)

    def abandon(self) -> None:
        """Close the file unfinished, to be removed."""
        self._waiting = []
        with suppress(OSError, pa.ArrowException):
            self._writer.close()

    def _write_row_group(self) -> None:
        rows = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting = []
        self._n_waiting = self._n_waiting_bytes = 0
        self.n_rows += rows.num_rows
        self._writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)


class TableWriter:
    """One part of a table's Parquet: a file of its rows, and a file of fabricated rows.

    Parameters
    ----------
    folder : Path
        The table's folder.
    table : Table
        Says the schema, the date column, and the column that names a post.
    number : int
        Number of the part; readers see parts in this order.
    """

    def __init__(self, folder: Path, table: Table, number: int = 0) -> None:
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._folder = folder
        self._table = table
        self._number = number
        self._part = PartWriter(folder / part_name(number), table)
        self._fabricated: PartWriter | None = None

    def close(self) -> list[PartFile]:
        """Write the buffered rows, flush the files to the disk, and describe them."""
        for part in self._files():
            part.close()
        return [
            PartFile.look(self._folder, part.path.relative_to(self._folder).as_posix(), part.n_rows)
            for part in self._files()
        ]

    def abandon(self) -> None:
        """Close the files unfinished, to be removed."""
        for part in self._files():
            part.abandon()

    def _files(self) -> list[PartWriter]:
        return [part for part in (self._part, self._fabricated) if part is not None]

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        column = self._table.post_id_column
        if column is not None:
            ids = batch.column(column)
            greatest = pc.max(ids).as_py()
            if greatest is not None and greatest >= schemas.FIRST_FABRICATED_POST_ID:
                batch = self._set_fabricated_apart(batch, ids)
        self._note_dates(batch)
        self._part.write(batch)

    def _set_fabricated_apart(self, batch: pa.RecordBatch, ids: pa.Array) -> pa.RecordBatch:
        is_fabricated = pc.fill_null(
            pc.greater_equal(ids, schemas.FIRST_FABRICATED_POST_ID), fill_value=False
        )
        if self._fabricated is None:
            folder = self._folder / FABRICATED
            folder.mkdir(exist_ok=True)
            self._fabricated = PartWriter(folder / part_name(self._number, BESIDE), self._table)
        self._fabricated.write(batch.filter(is_fabricated))
        return batch.filter(pc.invert(is_fabricated))

    def _note_dates(self, batch: pa.RecordBatch) -> None:
        if self._table.date_column is None or not batch.num_rows:
            return
        # As numbers: Arrow converts dates to Python by way of pandas, whose import takes a second.
        moments = batch.column(self._table.date_column).cast(pa.int64())
        span = pc.min_max(moments).as_py()
        if span["min"] is not None:
            first, last = (_moment(span[end]) for end in ("min", "max"))
            self.first = min(self.first or first, first)
            self.last = max(self.last or last, last)


def _compact(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Copy rows to memory of just their size.

    A parser's buffers are larger than their content, and a slice keeps the whole of its parent: a
    buffered row group of 128 MiB would take half as much again
    (docs/decisions/loader-workers.md).
    """
    return pa.concat_batches([batch, batch.slice(0, 0)])


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def part_name(number: int, suffix: str = ".parquet") -> str:
    """Return the name of a part's file."""
    return f"part-{number:05}{suffix}"


def _repeating(table: Table) -> list[str]:
    """Return the columns whose values repeat, so that dictionary encoding pays."""
    kinds = (schemas.ENUMERATION, schemas.FLAG)
    names = [field.name for field in table.schema if field.type in kinds]
    names += [name for name in ("ContentLicense", "Name") if name in table.schema.names]
    return names + [
        f"{field.name}.list.element" for field in table.schema if field.type == schemas.TAGS
    ]


def _ordered(table: Table) -> list[str]:
    """Return the columns with statistics; not texts, or whole bodies would be kept in them."""
    nested = (schemas.TEXT, schemas.TAGS, schemas.OTHER)
    return [field.name for field in table.schema if field.type not in nested]
