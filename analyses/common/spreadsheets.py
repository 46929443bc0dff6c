"""Small tables that people edit, CSV and xlsx: as we write them and as spreadsheets return them."""

from __future__ import annotations

import csv
import difflib
import errno
import io
import re
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from loader import files
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from loader.errors import StackstudyError

# Of styles and the like, which are not read. Once and for all: a build's threads share the filters.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx")
"""Endings of the files that are read as tables."""

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 and so spreadsheets cannot hold: control characters and lone surrogates."""

MAX_CELL = 32_767
"""Characters a spreadsheet's cell can hold, in UTF-16 units (Excel's specifications and limits)."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t")
"""What makes a spreadsheet compute a text that it reads from CSV."""

MAX_LINKS = 65_530
"""Links that a worksheet can hold (as above)."""

MAX_ROW_HEIGHT = 409
"""Greatest height of a row in points (as above): some 30 lines."""

MAX_SHEET_NAME = 31
"""Characters of a sheet's name (as above)."""

_CONVERTED = (*FORMULA_STARTS, "#")
"""Beginnings of texts that openpyxl takes for a formula or an error."""
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{1,4}_)")
_LINE_HEIGHT = 13.5
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
"""What openpyxl raises for a file that is no workbook, or a damaged or encrypted one."""


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
        Values to the right of the last column: often due to an unquoted comma.
    """

    number: int
    values: Mapping[str, str]
    surplus: tuple[str, ...] = ()


def is_workbook(path: Path, error: type[StackstudyError] = LabellingError) -> bool:
    """Whether a name ends in .xlsx; raise `error` unless it ends in .csv, .tsv or .txt."""
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
        with or without byte order mark, separated by commas, semicolons or tabs.
    required : sequence of str
        Columns that must be there, in any order and case, beside any others.
    optional : sequence of str
        Columns that may be missing; a column whose name resembles a missing one is refused.
    error : type of StackstudyError
        Raised when the file cannot be read, or a column is missing or there twice.

    Returns
    -------
    list of Line
        The rows that are not empty; values are text without blanks around it, whole numbers without
        decimals, flags ``true`` and ``false``.
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


def read_sheets(
    content: BinaryIO, names: Sequence[str], where: str, error: type[StackstudyError]
) -> dict[str, list[tuple[Any, ...]]]:
    """Read sheets of an xlsx, cell by cell.

    Parameters
    ----------
    names : sequence of str
        The sheets that must be there.
    where : str
        The file's name in error messages.
    error : type of StackstudyError
        Raised when the file is no workbook, or lacks a sheet.

    Returns
    -------
    dict of str to list of tuple
        All rows of each sheet; the first is row 1, an empty cell is None.
    """
    from openpyxl import load_workbook  # half a second that CSV need not pay

    try:
        book = load_workbook(content, read_only=True, data_only=True)
        sheets = {name: book[name] for name in names if name in book.sheetnames}
        rows = {name: list(sheet.iter_rows(values_only=True)) for name, sheet in sheets.items()}
    except _BROKEN as failure:
        reason = " ".join(str(failure).split())
        raise error(f"{where}: is not a whole .xlsx spreadsheet ({reason}); get it again") from (
            failure
        )
    for name in names:
        if name not in rows:
            raise error(
                f"{where}: has no sheet {name!r}, but {', '.join(book.sheetnames)}; get it again"
            )
    return rows


def whole_number(text: str) -> int | None:
    """Read an id, also as a spreadsheet writes it (``12.0``, ``1.2E+01``); None if it is no id."""
    if not _WHOLE_NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else None


def clean_text(text: str) -> str:
    """Replace what XML cannot hold by U+FFFD, and write every line end as a line feed."""
    return NOT_IN_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def fitted(text: str) -> str:
    """Make text fit a cell: without what XML cannot hold, and cut at `MAX_CELL` with a notice."""
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


def write_table(
    path: Path,
    columns: Mapping[str, int],
    rows: Iterable[Sequence[object]],
    *,
    force: bool = False,
) -> None:
    """Write a table, as xlsx or CSV by the file's ending.

    Parameters
    ----------
    columns : mapping of str to int
        Columns with their widths in characters.
    force : bool
        Whether to overwrite an existing file.

    Raises
    ------
    LabellingError
        When the file exists already, or its ending is neither that of xlsx nor of CSV.
    """
    is_xlsx = is_workbook(path)
    with written_whole(path, force=force) as staged:
        if not is_xlsx:
            write_csv(staged, list(columns), rows)
            return
        book = Workbook()
        sheet = book.sheet(path.stem, columns, Look())
        for row in rows:
            sheet.append(row)
        book.save(staged)


@contextmanager
def written_whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Hand out a staging file that takes the name when it is whole.

    Raises
    ------
    LabellingError
        When the file exists, which may hold somebody's work, and not `force`; or the folder cannot
        be written.
    """
    if path.exists() and not force:
        raise LabellingError(
            f"{path}: exists already and may hold labels; choose another name, or add --force"
        )
    if not path.parent.is_dir():
        raise LabellingError(f"{path}: there is no folder {path.parent}; make it first")
    staged = None
    try:
        with files.written_whole(path) as staged:
            staged.touch()
            yield staged
    except OSError as error:
        is_full = error.filename is None and error.errno in {errno.ENOSPC, errno.EDQUOT}
        if staged is None or not (is_full or str(error.filename) == str(staged)):
            raise
        raise LabellingError(
            f"{path.parent}: cannot be written ({error.strerror}); change its permissions, make"
            " room, or name a file in another folder"
        ) from error


class Workbook:
    """An xlsx that is written row by row: text stays text, and ids stay whole."""

    def __init__(self) -> None:
        from openpyxl import Workbook as Book  # half a second that CSV need not pay

        self.book = Book(write_only=True)
        self._names: set[str] = set()
        self._sheets: list[Sheet] = []

    def sheet(
        self, name: str, columns: Mapping[str, int | None], look: Look | None = None
    ) -> Sheet:
        """Begin a sheet.

        Parameters
        ----------
        name : str
            Shortened to what Excel allows, and numbered if a sheet has that name already.
        columns : mapping of str to int or None
            Columns with their widths in characters; None leaves the width as it is.
        look : Look, optional
            How rows look to people; without it they are plain values for programs.
        """
        free, number = name[:MAX_SHEET_NAME], 1
        while free.lower() in self._names:
            number += 1
            suffix = f" ({number})"
            free = name[: MAX_SHEET_NAME - len(suffix)] + suffix
        self._names.add(free.lower())
        self._sheets.append(Sheet(self.book.create_sheet(free), columns, look))
        return self._sheets[-1]

    def save(self, path: Path) -> None:
        """Write the file; the rows of a sheet with a look can be filtered."""
        for sheet in self._sheets:
            sheet.finish()
        self.book.save(path)


@dataclass(frozen=True)
class Look:
    """How the rows of a sheet look.

    Attributes
    ----------
    frozen : str or None
        The last column that stays in view.
    to_fill : tuple of str
        Columns shaded for a person to fill.
    link : str or None
        The column whose text is an address to follow.
    is_tall : bool
        Whether rows hold long text, which is wrapped, and are as high as it needs.
    """

    frozen: str | None = None
    to_fill: tuple[str, ...] = ()
    link: str | None = None
    is_tall: bool = False


class Sheet:
    """A sheet of a `Workbook` that is being written; see `Workbook.sheet`.

    Attributes
    ----------
    n_rows : int
        Rows written so far, without the header.
    letters : dict of str to str
        Letter of each column.
    """

    def __init__(
        self, worksheet: Any, columns: Mapping[str, int | None], look: Look | None
    ) -> None:
        from openpyxl.styles import Alignment, Font, PatternFill
        from openpyxl.utils import get_column_letter

        self.n_rows = 0
        self.letters = {name: get_column_letter(n) for n, name in enumerate(columns, start=1)}
        self._worksheet = worksheet
        self._columns = list(columns)
        self._widths = [width or 0 for width in columns.values()]
        self._look = look
        self._alignment = Alignment(vertical="top", wrap_text=bool(look and look.is_tall))
        self._shade = PatternFill("solid", fgColor="FFFFF8DC")
        self._link_font = Font(color="FF0563C1", underline="single")
        last = self._columns.index(look.frozen) + 2 if look and look.frozen else 1
        worksheet.freeze_panes = f"{get_column_letter(last)}2"
        header = [self._text_cell(column) for column in columns]
        for letter, cell, width in zip(self.letters.values(), header, self._widths, strict=True):
            cell.font = Font(bold=True)
            if width:
                cell.fill = PatternFill("solid", fgColor="FFE7E6E6")
                worksheet.column_dimensions[letter].width = width
        worksheet.append(header)

    def append(self, row: Sequence[object]) -> None:
        """Write a row: text, numbers, flags, times or None."""
        self.n_rows += 1
        if self._look is None:
            self._worksheet.append([self._plain(value) for value in row])
            return
        if self._look.is_tall:
            height = _height(row, self._widths)
            self._worksheet.row_dimensions[self.n_rows + 1].height = height
        self._worksheet.append(
            [self._cell(name, value) for name, value in zip(self._columns, row, strict=True)]
        )

    def finish(self) -> None:
        """Let people filter the rows of a sheet that has a look."""
        if self._look is not None and self.n_rows:
            last = self.letters[self._columns[-1]]
            self._worksheet.auto_filter.ref = f"A1:{last}{self.n_rows + 1}"

    def offer(self, columns: Sequence[str], rows: range, options: str) -> None:
        """Let cells be chosen from a list.

        Parameters
        ----------
        columns : sequence of str
            Neighbouring columns.
        rows : range
            Positions of rows, from 0.
        options : str
            The list's cells, as a formula. A name that is not on the list gives a warning and is
            not forbidden: after sorting, a row may stand beside another set's list.
        """
        from openpyxl.worksheet.datavalidation import DataValidation

        validation = DataValidation(
            type="list",
            formula1=options,
            allow_blank=True,
            showErrorMessage=True,
            errorStyle="warning",
            errorTitle="Not on the list",
            error="Choose from the list; all names are on the other sheet.",
        )
        first, last = self.letters[columns[0]], self.letters[columns[-1]]
        validation.add(f"{first}{rows[0] + 2}:{last}{rows[-1] + 2}")
        self._worksheet.data_validations.append(validation)

    def _plain(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        text = fitted(value)
        return self._text_cell(text) if text.startswith(_CONVERTED) else text

    def _cell(self, column: str, value: object) -> Any:
        from openpyxl.cell import WriteOnlyCell

        assert self._look is not None
        if isinstance(value, str):
            # Excel reads _x0041_ as A, and LibreOffice _x41_ too
            cell = self._text_cell(_ESCAPED.sub("_x005F_", fitted(value)))
        else:
            cell = WriteOnlyCell(self._worksheet, value)  # type: ignore[arg-type]
            if isinstance(value, int) and not isinstance(value, bool):
                cell.number_format = "0"
        if column == self._look.link and value and self.n_rows < MAX_LINKS:
            cell.hyperlink = value
            cell.font = self._link_font
        cell.alignment = self._alignment
        if column in self._look.to_fill:
            cell.fill = self._shade
        return cell

    def _text_cell(self, text: str) -> Any:
        from openpyxl.cell import WriteOnlyCell

        cell = WriteOnlyCell(self._worksheet, text)
        cell.data_type = "s"  # also what looks like a formula or an error
        if text.startswith(FORMULA_STARTS):
            cell.quotePrefix = True  # and after a person has been in the cell
        return cell


def _height(row: Sequence[object], widths: Sequence[int]) -> float:
    """Return the height that a row's text needs, up to the greatest there is."""
    n_lines = max(
        (
            sum(1 + len(line) // width for line in value.split("\n"))
            for value, width in zip(row, widths, strict=True)
            if isinstance(value, str)
        ),
        default=1,
    )
    return min(MAX_ROW_HEIGHT, _LINE_HEIGHT * max(2, n_lines))


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
        text = content.decode(encoding).removeprefix("\ufeff")  # a mark that was converted along
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # UTF-16 without its mark has one beside each letter
        raise error(f"{path}: is not UTF-8; save it as xlsx, or as CSV in UTF-8")
    head, _, rest = text.partition("\n")
    if re.fullmatch(r'"?sep=(.)"?\r?', head):  # a hint that Excel reads and writes
        head, text = rest.partition("\n")[0], rest
    separator = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            yield [value.strip() for value in row]
            line = reader.line_num + 1
    except csv.Error as failure:
        if str(failure) == "unexpected end of data":
            raise error(
                f"{path}: line {line}: is not CSV: a quotation mark opens a text that never ends;"
                " close it, or remove the mark"
            ) from failure
        first = f"line {line} to " if line < reader.line_num else ""
        hint = "look for a quotation mark too many in the first, or " if first else ""
        raise error(
            f"{path}: {first}line {reader.line_num}: is not CSV ({failure}); {hint}save it again"
            " from a spreadsheet"
        ) from failure


def _workbook_rows(path: Path, error: type[StackstudyError]) -> Iterator[Iterator[list[str]]]:
    from openpyxl import load_workbook  # half a second that CSV need not pay

    try:
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
