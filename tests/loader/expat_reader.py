"""Dumps as the standard library's expat reads them: independent of lxml, Arrow and our schemas."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.parsers import expat

from benchmarks.faults.oracle import DATES, EPOCH, FLAG_COLUMNS, TEXTS


def read(data: bytes) -> list[dict[str, str]]:
    """Attributes of every row element, in the order of the file."""
    rows: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            rows.append(attributes)

    parser.StartElementHandler = start
    parser.Parse(data, True)  # noqa: FBT003
    return rows


def value(column: str, written: str) -> object:
    """What a column should hold for what is written in the dump; dates as ms since 1970."""
    if column in DATES:
        form = "%Y-%m-%dT%H:%M:%S.%f" if "." in written else "%Y-%m-%dT%H:%M:%S"
        since = datetime.strptime(written, form).replace(tzinfo=UTC) - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000 + since.microseconds // 1_000
    if column in TEXTS:
        return written
    if column in FLAG_COLUMNS:
        return {"True": True, "False": False}[written]
    if column == "Tags":
        return re.findall(r"[^<>|]+", written)
    return int(written)


def expected(row: dict[str, str]) -> dict[str, object]:
    """Columns of one row that are not null."""
    return {column: value(column, written) for column, written in row.items()}


def rows(data: bytes) -> list[dict[str, object]]:
    """What every row of a file should hold, without what is null."""
    return [expected(row) for row in read(data)]
