"""Rows that are not loaded: `--on-error quarantine` keeps them beside the table.

They are in ``_rejected/part-00000.pq`` inside the table's folder, which readers of the table skip.
Parquet and not JSON lines: JSON cannot hold a row whose bytes are no text, and rejected rows are
queried like all others (``from read_parquet('data/posts/site=*/_rejected/*')``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from loader.files import sync
from loader.manifest import PartFile
from loader.parquet import part_name
from loader.store import BESIDE, REJECTED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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


class QuarantinedRow(NamedTuple):
    """A row that is not loaded.

    Attributes
    ----------
    line : int
        Line of the file where it begins, from 1.
    row_id : str or None
        Its Id as written, or None where none can be found.
    reason : str
        What is wrong with it.
    xml : bytes
        Its bytes in UTF-8, without trailing white space.
    """

    line: int
    row_id: str | None
    reason: str
    xml: bytes


class Quarantine:
    """The rejected rows of a part; memory holds at most some megabytes of them.

    No file is written where no row is rejected.

    Parameters
    ----------
    folder : Path
        The table's folder.
    part : int
        Number of the part.

    Attributes
    ----------
    n_rows : int
        Number of rows rejected so far.
    """

    def __init__(self, folder: Path, part: int = 0) -> None:
        self.n_rows = 0
        self._folder = folder
        self._name = f"{REJECTED}/{part_name(part, BESIDE)}"
        self._path = folder / self._name
        self._waiting: list[QuarantinedRow] = []
        self._n_bytes = 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: Iterable[QuarantinedRow]) -> None:
        """Take rejected rows."""
        for row in rows:
            self.n_rows += 1
            self._waiting.append(row)
            self._n_bytes += len(row.xml)
            if len(self._waiting) >= _MAX_WAITING or self._n_bytes >= _MAX_WAITING_BYTES:
                self._write()

    def close(self) -> list[PartFile]:
        """Write the buffered rows and the footer, flush the file to the disk, and describe it."""
        self._write()
        if self._writer is None:
            return []
        self._writer.close()
        self._writer = None
        sync(self._path)
        return [PartFile.look(self._folder, self._name, self.n_rows)]

    def abandon(self) -> None:
        """Close the file unfinished, to be removed."""
        if self._writer is not None:
            with suppress(OSError, pa.ArrowException):
                self._writer.close()

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
