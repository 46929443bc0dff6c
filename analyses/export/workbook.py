"""Writing tables as one xlsx, within the limits of a spreadsheet, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.common.numbers import counted
from analyses.common.spreadsheets import Workbook, clean_text, fitted
from analyses.export.files import MAX_SHEET_ROWS, Written, flat_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

    from analyses.export.tables import Table

_BATCH: Final = 500


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    path: Path,
) -> list[Written]:
    """Write one sheet per table, or several; a text that begins like a formula stays a text."""
    book = Workbook()
    written = [_write(connection, book, table, path.name) for table in tables]
    book.save(path)
    return written


def _write(
    connection: duckdb.DuckDBPyConnection, book: Workbook, table: Table, file: str
) -> Written:
    result = connection.execute(f"select {flat_columns(table)} from ({table.query})")
    name = table.name.rpartition("/")[2]
    columns = {column.name: None for column in table.columns}
    sheets = [book.sheet(name, columns)]
    n_rows = n_cut = n_replaced = 0
    while batch := result.fetchmany(_BATCH):
        for row in batch:
            if sheets[-1].n_rows == MAX_SHEET_ROWS - 1:
                sheets.append(book.sheet(name, columns))
            for value in row:
                if isinstance(value, str):
                    clean = clean_text(value)
                    n_cut += fitted(clean) != clean
                    n_replaced += clean != value.replace("\r\n", "\n").replace("\r", "\n")
            sheets[-1].append(row)
            n_rows += 1
    return Written(file, table.name, n_rows, _notes(table.name, len(sheets), n_cut, n_replaced))


def _notes(table: str, sheets: int, n_cut: int, n_replaced: int) -> tuple[str, ...]:
    notes = []
    if sheets > 1:
        notes.append(f"{table}: more rows than a sheet holds, so it goes on in {sheets} sheets")
    if n_cut:
        notes.append(
            f"{table}: {counted(n_cut, 'text is', 'texts are')} cut at the 32,767 characters that"
            " a cell holds; the other formats have them whole"
        )
    if n_replaced:
        notes.append(
            f"{table}: {counted(n_replaced, 'text holds', 'texts hold')} characters that no"
            " spreadsheet can hold; they became U+FFFD"
        )
    return tuple(notes)
