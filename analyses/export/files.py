"""Writing a table as Parquet, CSV or JSON lines: DuckDB copies it, row groups at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.numbers import counted
from analyses.common.spreadsheets import FORMULA_STARTS, MAX_CELL

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from analyses.export.tables import Table

MAX_SHEET_ROWS = 1_048_576
"""Rows of a worksheet, the header one of them (Excel's specifications and limits)."""

_TIMES = "%Y-%m-%dT%H:%M:%S.%gZ"


@dataclass(frozen=True)
class Written:
    """A file of an export.

    Attributes
    ----------
    name : str
        Path within the export.
    table : str
        Name of the table that it holds.
    notes : tuple of str
        What a reader of the file must know, one line each.
    """

    name: str
    table: str
    n_rows: int
    notes: tuple[str, ...] = ()


def write_parquet(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Written:
    """Write a table as Parquet, typed as in the database."""
    return _copy(connection, table, table.query, folder, "parquet", "format parquet, codec zstd")


def write_json_lines(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Written:
    """Write a table as JSON lines: one object per row."""
    options = f"format json, timestampformat '{_TIMES}'"
    return _copy(connection, table, table.query, folder, "jsonl", options)


def write_csv(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> Written:
    """Write a table as CSV: UTF-8, comma, null as an empty field, an empty text as two quotes.

    Texts stay as they are; the notes count those that a spreadsheet would spoil.
    """
    query = f"select {flat_columns(table)} from ({table.query})"
    options = f"format csv, header, timestampformat '{_TIMES}'"
    written = _copy(connection, table, query, folder, "csv", options)
    return Written(written.name, table.name, written.n_rows, _notes(connection, table, written))


def flat_columns(table: Table) -> str:
    """Return SQL for the columns of a table: a list as its items with blanks, a map as JSON."""
    parts = []
    for column in table.columns:
        name = f'"{column.name}"'
        if column.data_type.endswith("[]"):
            parts.append(f"array_to_string({name}, ' ') as {name}")
        elif column.data_type.startswith(("map", "struct", "json")):
            parts.append(f"cast(to_json({name}) as varchar) as {name}")
        else:
            parts.append(name)
    return ", ".join(parts)


def _copy(  # noqa: PLR0913, PLR0917 - one statement's parts
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    query: str,
    folder: Path,
    suffix: str,
    options: str,
) -> Written:
    name = f"{table.name}.{suffix}"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    where = str(path).replace("'", "''")
    (n_rows,) = connection.execute(f"copy ({query}) to '{where}' ({options})").fetchone() or (0,)
    return Written(name, table.name, n_rows)


def _notes(
    connection: duckdb.DuckDBPyConnection, table: Table, written: Written
) -> tuple[str, ...]:
    texts = [f'"{column.name}"' for column in table.columns if column.data_type == "varchar"]
    notes = []
    if written.n_rows >= MAX_SHEET_ROWS:
        notes.append(
            f"{written.name}: of its {written.n_rows:,} rows a spreadsheet shows only the first"
            f" {MAX_SHEET_ROWS - 1:,}; use --format xlsx, which continues in a second sheet"
        )
    if not texts:
        return tuple(notes)
    starts = ", ".join("'" + start + "'" for start in FORMULA_STARTS)
    long = " + ".join(f"count(*) filter (length({text}) > {MAX_CELL})" for text in texts)
    formulas = " + ".join(f"count(*) filter ({text}[1] in ({starts}))" for text in texts)
    n_long, n_formulas = connection.execute(
        f"select {long}, {formulas} from ({table.query})"
    ).fetchone() or (0, 0)
    if n_long:
        notes.append(
            f"{written.name}: {counted(n_long, 'text is', 'texts are')} longer than the"
            f" {MAX_CELL:,} characters of a spreadsheet's cell and would be spoilt there;"
            " read the file with a program"
        )
    if n_formulas:
        notes.append(
            f"{written.name}: {counted(n_formulas, 'text begins', 'texts begin')} like a formula,"
            " which a spreadsheet would compute; use --format xlsx for spreadsheets"
        )
    return tuple(notes)
