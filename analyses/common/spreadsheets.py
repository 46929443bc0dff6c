"""Small tables that people edit, CSV and xlsx: as we write them and as spreadsheets return them."""

from __future__ import annotations

import csv
import difflib
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
from typing import TYPE_CHECKING, Any

from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from loader.errors import StackstudyError

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
"""Endings of the files that are read as tables."""

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, and so no spreadsheet: control characters and lone surrogates."""

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
    """A row of a table.

    Attributes
    ----------
    number : int
        Its number as a spreadsheet shows it.
    values : mapping of str to str
        By the column's name in lower case.
    surplus : tuple of str
        Values to the right of the last column: often an unquoted comma.
    """

    number: int
    values: Mapping[str, str]
    surplus: tuple[str, ...] = ()


def is_workbook(path: Path, error: type[StackstudyError] = LabellingError) -> bool:
    """Whether a name says xlsx; CSV (also as .tsv or .txt) is the other form.

    Raises
    ------
    StackstudyError
        Of the type `error`, when it says neither.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise error(f"{path}: is neither .xlsx nor .csv; save it as one of these")
    return suffix == ".xlsx"


def read_table(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str] = (),
    error: type[StackstudyError] = LabellingError,
) -> list[Line]:
    """Read a table, in whatever form a spreadsheet has left it.

    Parameters
    ----------
    path : Path
        An xlsx (its first sheet with the required columns is read), or a CSV in UTF-8 or UTF-16,
        with or without byte order mark, parted by commas, semicolons or tabs.
    required : sequence of str
        Columns that must be there, in any order and case, beside any others.
    optional : sequence of str
        Columns that may be missing; a column whose name resembles a missing one is refused.
    error : type of StackstudyError
        What is raised.

    Returns
    -------
    list of Line
        Those that hold anything; values are text without blanks around it, whole numbers without
        decimals, flags ``true`` and ``false``.

    Raises
    ------
    StackstudyError
        Of the type `error`, when the file cannot be read, a column is missing or there twice.
    """
    fault = None
    try:
        is_xlsx = is_workbook(path, error)
        for rows in _workbook_rows(path, error) if is_xlsx else [_csv_rows(path, error)]:
            header = [name.lower() for name in next(rows, [])]
            found = _fault_of(header, required, optional)
            if not found:
                return list(_lines(header, rows))
            fault = fault or found
    except OSError as failure:
        reason = failure.strerror or failure
        raise error(f"{path}: cannot be read ({reason}); check its name and its permissions") from (
            failure
        )
    names = ", ".join((*required, *optional))
    raise error(f"{path}: row 1: {fault or 'there is no header'}; the columns are {names}")


def _fault_of(
    header: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> str | None:
    missing = [column for column in required if column not in header]
    if missing:
        return f"no column {', '.join(missing)}"
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        return f"column {', '.join(twice)} is there twice; keep one"
    absent = [column for column in optional if column not in header]
    for name in header:
        if name not in (*required, *optional):
            for close in difflib.get_close_matches(name, absent, n=1, cutoff=0.8):
                return f"no column is named {name!r}; did you mean {close}?"
    return None


def whole_number(text: str) -> int | None:
    """Read an id, also as a spreadsheet writes it, ``12.0`` or ``1.2E+01``; None if it is none."""
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else None


def clean_text(text: str) -> str:
    """Replace what XML cannot hold by U+FFFD, and write every line end as a line feed."""
    return NOT_IN_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


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
        surplus = tuple(filter(None, row[len(header) :]))
        if surplus or any(values.values()):
            yield Line(number, values, surplus)


def _csv_rows(path: Path, error: type[StackstudyError]) -> Iterator[list[str]]:
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as failure:
        raise error(f"{path}: is not UTF-8; save it as xlsx, or as CSV in UTF-8") from failure
    head, _, rest = text.partition("\n")
    if re.fullmatch(r'"?sep=(.)"?\r?', head):  # a hint that Excel reads and writes
        head, text = rest.partition("\n")[0], rest
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for row in reader:
            yield [value.strip() for value in row]
    except csv.Error as failure:
        raise error(
            f"{path}: line {reader.line_num}: is not CSV ({failure}); save it anew from a"
            " spreadsheet"
        ) from failure


def _workbook_rows(path: Path, error: type[StackstudyError]) -> Iterator[Iterator[list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second that CSV need not pay

    try:
        with warnings.catch_warnings(action="ignore"):  # of styles and the like, which are not read
            book = load_workbook(path, read_only=True, data_only=True)
    except _BROKEN as failure:
        raise error(_not_a_workbook(path)) from failure
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write a wrong one, and rows would be lost
            yield _sheet_rows(path, sheet, error)
    finally:
        book.close()


def _sheet_rows(path: Path, sheet: Any, error: type[StackstudyError]) -> Iterator[list[str]]:
    try:
        for row in sheet.iter_rows(values_only=True):
            yield [_cell_text(value) for value in row]
    except _BROKEN as failure:
        raise error(_not_a_workbook(path)) from failure


def _not_a_workbook(path: Path) -> str:
    return (
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
