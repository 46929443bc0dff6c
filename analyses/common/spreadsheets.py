"""Small tables that people edit, CSV and xlsx: as we write them and as spreadsheets return them."""

from __future__ import annotations

import csv
import io
import os
import re
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from analyses.labelling.text import clean_text
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

MAX_CELL = 32_767
"""Characters a spreadsheet's cell can hold, in UTF-16 units (Excel's specifications and limits)."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t")
"""What makes a spreadsheet compute a text that it reads from CSV."""
_NOTICE = "\n[cut here, at what a cell can hold]"
_WHOLE_NUMBER = re.compile(r"[0-9]+(\.0*)?|[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What openpyxl lets through for a file that is no workbook, or a damaged or encrypted one."""


@dataclass(frozen=True)
class Line:
    """A row of a table: its number as a spreadsheet shows it, and its values by column name."""

    number: int
    values: Mapping[str, str]


def is_workbook(path: Path) -> bool:
    """Whether a name says xlsx; CSV (also as .tsv or .txt) is the other form.

    Raises
    ------
    LabellingError
        When it says neither.
    """
    suffix = path.suffix.lower()
    if suffix not in {".xlsx", ".csv", ".tsv", ".txt"}:
        raise LabellingError(f"{path}: is neither .xlsx nor .csv; save it as one of these")
    return suffix == ".xlsx"


def read_table(path: Path, required: Sequence[str]) -> list[Line]:
    """Read a table, in whatever form a spreadsheet has left it.

    Parameters
    ----------
    path : Path
        An xlsx (its first sheet with the required columns is read), or a CSV in UTF-8 or UTF-16,
        with or without byte order mark, parted by commas, semicolons or tabs.
    required : sequence of str
        Columns that must be there, in any order and case, beside any others.

    Returns
    -------
    list of Line
        Those that hold anything; values are text without blanks around it, whole numbers without
        decimals, flags ``true`` and ``false``.

    Raises
    ------
    LabellingError
        When the file cannot be read, or a column is missing or there twice.
    """
    problem = None
    try:
        sheets = _workbook_rows(path) if is_workbook(path) else [_csv_rows(path)]
        for rows in sheets:
            header = [name.lower() for name in next(rows, [])]
            missing = [column for column in required if column not in header]
            twice = {name for name in header if name and header.count(name) > 1}
            if not missing and not twice:
                return list(_lines(header, rows))
            fault = f"column {', '.join(sorted(twice))} is there twice"
            if missing:
                fault = f"no column {', '.join(missing)}"
            problem = problem or fault
    except OSError as error:
        raise LabellingError(f"{path}: cannot be read ({error.strerror or error})") from error
    raise LabellingError(
        f"{path}: row 1: {problem or 'there is no header'}; give it the header it was written with"
    )


def whole_number(text: str) -> int | None:
    """Read an id, also as a spreadsheet writes it, ``12.0`` or ``1.2E+01``; None if it is none."""
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else None


def fitted(text: str) -> str:
    """Make text fit a cell: nothing that XML cannot hold, cut at `MAX_CELL` with a word on it."""
    cleaned = clean_text(text)
    if _utf16_length(cleaned) <= MAX_CELL:
        return cleaned
    room = (MAX_CELL - len(_NOTICE)) * 2
    kept = cleaned.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore")
    return kept + _NOTICE


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV for people and their spreadsheets: with byte order mark, and no formulas.

    Text that a spreadsheet would compute gets an apostrophe before it; None is empty.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_csv_value(value) for value in row] for row in rows)


@contextmanager
def written_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Hand out a file aside that takes the name when it is whole.

    Raises
    ------
    LabellingError
        When there is a file of that name, which may hold somebody's work, and not `force`; or the
        folder cannot be written.
    """
    if path.exists() and not force:
        raise LabellingError(
            f"{path}: is there already and may hold labels; choose another name, or add --force"
        )
    if not path.parent.is_dir():
        raise LabellingError(f"{path}: there is no folder {path.parent}; make it first")
    aside = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        aside.touch()
        yield aside
        aside.replace(path)
    except OSError as error:
        if error.filename not in {str(aside), aside}:
            raise
        raise LabellingError(
            f"{path.parent}: cannot be written ({error.strerror}); change its permissions, make"
            " room, or name a file in another folder"
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def _lines(header: Sequence[str], rows: Iterator[list[str]]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=2):
        values = dict.fromkeys(filter(None, header), "")
        values |= {name: value for name, value in zip(header, row, strict=False) if name}
        if any(values.values()):
            yield Line(number, values)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise LabellingError(
            f"{path}: is not UTF-8; save it as xlsx, or as CSV in UTF-8"
        ) from error
    head, _, rest = text.partition("\n")
    if re.fullmatch(r'"?sep=(.)"?\r?', head):  # a hint that Excel reads and writes
        head, text = rest.partition("\n")[0], rest
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield [value.strip() for value in row]
    except csv.Error as error:
        raise LabellingError(
            f"{path}: line {reader.line_num}: is not CSV ({error}); save it anew from a spreadsheet"
        ) from error


def _workbook_rows(path: Path) -> Iterator[Iterator[list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second that CSV need not pay

    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, which are not read
            book = load_workbook(path, read_only=True, data_only=True)
    except _BROKEN as error:
        raise _not_a_workbook(path) from error
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong one, and rows would be lost
            yield _sheet_rows(path, sheet)
    finally:
        book.close()


def _sheet_rows(path: Path, sheet: object) -> Iterator[list[str]]:
    try:
        for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]
            yield [_cell_text(value) for value in row]
    except _BROKEN as error:
        raise _not_a_workbook(path) from error


def _not_a_workbook(path: Path) -> LabellingError:
    return LabellingError(
        f"{path}: cannot be read as xlsx (another format, encrypted, or damaged);"
        " open it in a spreadsheet and save it as xlsx or as CSV in UTF-8"
    )


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value).strip()


def _csv_value(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return value
    text = fitted(value)
    if not text.startswith(FORMULA_STARTS):
        return text
    return fitted(f"'{text}")


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
