"""Writing tables as one xlsx, within the limits of a spreadsheet, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from analyses.common.spreadsheets import fitted
from analyses.export.files import MAX_SHEET_ROWS, Written, counted, flat_columns
from analyses.labelling.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from analyses.export.tables import Table

_BATCH: Final = 500
_MAX_SHEET_NAME: Final = 31
"""Characters of a sheet's name (Excel's specifications and limits)."""


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    path: Path,
    max_rows: int = MAX_SHEET_ROWS,
) -> list[Written]:
    """Write one sheet per table; a text that begins like a formula stays a text.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    tables : sequence of Table
    path : Path
    max_rows : int
        Rows of a sheet, its header one of them; a longer table goes on in a second sheet.
    """
    book = Workbook(write_only=True)
    names: set[str] = set()
    written = [
        _write(connection, book, table, path.name, names, max_rows=max_rows) for table in tables
    ]
    book.save(path)
    return written


def _write(  # noqa: PLR0913 - a table's way into a workbook
    connection: duckdb.DuckDBPyConnection,
    book: Workbook,
    table: Table,
    file: str,
    names: set[str],
    *,
    max_rows: int,
) -> Written:
    result = connection.execute(f"select {flat_columns(table)} from ({table.query})")
    sheets = 1
    sheet = _sheet(book, table, names, sheets)
    n_rows = n_cut = n_replaced = in_sheet = 0
    while batch := result.fetchmany(_BATCH):
        for row in batch:
            if in_sheet == max_rows - 1:
                sheets, in_sheet = sheets + 1, 0
                sheet = _sheet(book, table, names, sheets)
            cells = []
            for value in row:
                if not isinstance(value, str):
                    cells.append(value)
                    continue
                clean = clean_text(value)
                text = fitted(clean)
                n_cut += text != clean
                n_replaced += clean != value.replace("\r\n", "\n").replace("\r", "\n")
                cells.append(_text(sheet, text) if text.startswith("=") else text)
            sheet.append(cells)
            in_sheet += 1
            n_rows += 1
    return Written(file, table.name, n_rows, _notes(table.name, sheets, n_cut, n_replaced))


def _sheet(book: Workbook, table: Table, names: set[str], number: int) -> WriteOnlyWorksheet:
    stem = table.name.rpartition("/")[2]
    suffix = f" ({number})" if number > 1 else ""
    name, again = stem[: _MAX_SHEET_NAME - len(suffix)] + suffix, 2
    while name.lower() in names:
        suffix = f" ~{again}"
        name, again = stem[: _MAX_SHEET_NAME - len(suffix)] + suffix, again + 1
    names.add(name.lower())
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    header = []
    for column in table.columns:
        cell = WriteOnlyCell(sheet, column.name)
        cell.font = Font(bold=True)
        header.append(cell)
    sheet.append(header)
    return sheet


def _text(sheet: WriteOnlyWorksheet, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # openpyxl takes it for a formula otherwise
    return cell


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
