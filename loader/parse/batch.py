"""Some rows as Arrow strings, and the text that they stand in: what a reader hands to the types."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from loader.errors import RowError
from loader.parse.markup import Markup, without
from loader.parse.places import lines_before, named, row_with_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from loader.parse.salvage import QuarantinedRow


@dataclass(frozen=True)
class RowBatch:
    """Some rows, in the order of the file.

    Attributes
    ----------
    rows : list of dict
        The rows' attributes, as the parser gave them.
    strings : pyarrow.StructArray
        The known attributes of the table, as strings; null where a row lacks one.
    text : bytes
        The XML in which the rows stand (and perhaps the beginning of the next row).
    first_line : int
        Line of the file with which the text begins, from 1.
    name : str
        The file, for messages.
    raw : callable
        Gives back the file's bytes for a stretch of the text, and where in it that begins.
    rejects : list of (int, QuarantinedRow)
        What stands between the rows and is none: how many of the rows stand before it.
    """

    rows: list[dict[str, str]]
    strings: pa.StructArray
    text: bytes
    first_line: int
    name: str
    raw: Callable[[int, bytes], bytes]
    rejects: list[tuple[int, QuarantinedRow]] = field(default_factory=list)

    def error(self, index: int, what: str) -> RowError:
        """Build the error about one row."""
        row_id = self.rows[index].get("Id")
        position = row_with_id(self.text, index, row_id)
        line = self.first_line + lines_before(self.text, position)
        return RowError(f"{self.name}: line {line:,}: {named(row_id)}: {what}")

    def without(self, bad: Collection[int]) -> RowBatch:
        """Return the batch without some of its rows; those left keep their lines."""
        spans = list(islice(Markup(self.text).row_spans(), len(self.rows)))
        kept = [index for index in range(len(self.rows)) if index not in bad]
        return RowBatch(
            [self.rows[index] for index in kept],
            self.strings.take(pa.array(kept, pa.int64())),
            without(self.text, [spans[index] for index in sorted(bad)]),
            self.first_line,
            self.name,
            self.raw,
        )
