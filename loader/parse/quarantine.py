"""Rows that are not loaded: what `--on-error quarantine` sets aside, beside the Parquet.

They lie in ``_rejected/part-00000.pq`` inside the table's folder, which no reader of the table
enters. Parquet and not JSON lines: a row may be bad because its bytes are no text at all, which
JSON cannot hold, and whoever looks for a row has the same tool as for the rest
(``from read_parquet('data/posts/site=*/_rejected/*')``).
"""

from __future__ import annotations

from contextlib import suppress
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from loader.errors import RowError
from loader.files import sync
from loader.manifest import PartFile
from loader.parquet import part_name
from loader.parse.casts import bad_rows, typed
from loader.parse.markup import Markup
from loader.parse.places import lines_before, row_id_at
from loader.parse.salvage import QuarantinedRow
from loader.store import BESIDE, REJECTED

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from loader.parse.batch import RowBatch
    from loader.schemas import Table

OnError = Literal["stop", "quarantine"]

SCHEMA: Final = pa.schema(
    [
        pa.field("line", pa.int64(), nullable=False),
        pa.field("row_id", pa.string()),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("xml", pa.binary(), nullable=False),
    ]
)

_MAX_WAITING: Final = 10_000
_MAX_WAITING_BYTES: Final = 16 << 20


class Quarantine:
    """The rows of a table that are not loaded; memory holds some megabytes of them at most.

    Use as a context manager: leaving it closes the file. There is none where nothing was rejected.

    Parameters
    ----------
    partition : Path
        Folder of the table's Parquet.
    part : int
        Number of the file, where several processes write into one partition.

    Attributes
    ----------
    n_rows : int
        How many were rejected so far.
    """

    def __init__(self, partition: Path, part: int = 0) -> None:
        self.n_rows = 0
        self._folder = partition
        self._name = f"{REJECTED}/{part_name(part, BESIDE)}"
        self._path = partition / self._name
        self._waiting: list[QuarantinedRow] = []
        self._n_bytes = 0
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        elif self._writer is not None:
            with suppress(OSError, pa.ArrowException):
                self._writer.close()

    def add(self, rejects: Iterable[QuarantinedRow]) -> None:
        """Set rows aside."""
        for reject in rejects:
            self.n_rows += 1
            self._waiting.append(reject)
            self._n_bytes += len(reject.xml)
            if len(self._waiting) >= _MAX_WAITING or self._n_bytes >= _MAX_WAITING_BYTES:
                self._write()

    def close(self) -> list[PartFile]:
        """Write what waits, the footer, hand all of it to the disk, and describe the file."""
        self._write()
        if self._writer is None:
            return []
        self._writer.close()
        self._writer = None
        sync(self._path)
        return [PartFile.look(self._folder, self._name, self.n_rows)]

    def _write(self) -> None:
        if not self._waiting:
            return
        if self._writer is None:
            self._path.parent.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(
                self._path, SCHEMA, compression="zstd", write_statistics=["line"]
            )
        columns = [list(column) for column in zip(*self._waiting, strict=True)]
        self._waiting, self._n_bytes = [], 0
        arrays = [pa.array(column, one.type) for column, one in zip(columns, SCHEMA, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))


def typed_or_quarantined(
    batch: RowBatch, table: Table, unknown: Counter[str], rejects: Quarantine | None
) -> pa.RecordBatch:
    """Give every attribute its column and type, as `typed` does; rows that have none are set aside.

    Parameters
    ----------
    batch : RowBatch
        Rows as strings.
    table : Table
        Says the types.
    unknown : Counter of str
        Attributes that the table does not know are counted here.
    rejects : Quarantine or None
        Takes the rows that hold a value which its column cannot hold; None makes that an error.

    Raises
    ------
    RowError
        For the first bad value, where nothing is to be set aside.
    """
    try:
        rows = typed(batch, table, unknown)
    except RowError:
        if rejects is None:
            raise
    else:
        if rejects is not None:
            rejects.add(reject for _, reject in batch.rejects)
        return rows
    found = list(batch.rejects)
    bad = bad_rows(batch, table)
    spans = list(Markup(batch.text).row_spans())
    line, position = batch.first_line, 0
    for index in sorted(bad):
        begin, end = spans[index]
        line += lines_before(batch.text[position:begin], begin - position)
        position = begin
        row_id = row_id_at(batch.text, begin)
        reject = QuarantinedRow(line, row_id, bad[index], batch.raw(begin, batch.text[begin:end]))
        found.append((index, reject))
    rejects.add(reject for _, reject in sorted(found, key=itemgetter(0)))
    return typed(batch.without(bad), table, unknown)
