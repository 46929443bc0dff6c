"""Writing xlsx: text that stays text, ids that stay whole, lists to choose from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from analyses.common.spreadsheets import FORMULA_STARTS, fitted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

MAX_LINKS = 65_530
"""Links that a worksheet can hold (Excel's specifications and limits)."""

MAX_ROW_HEIGHT = 409
"""Points that a row can be high (Excel's specifications and limits): some 30 lines."""

_LINE_HEIGHT = 13.5
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{1,4}_)")  # Excel reads _x0041_ as A, LibreOffice _x41_ too
_HEADER = PatternFill("solid", fgColor="FFE7E6E6")
_TO_FILL = PatternFill("solid", fgColor="FFFFF8DC")
_LINK = Font(color="FF0563C1", underline="single")


@dataclass(frozen=True)
class Sheet:
    """A sheet to write.

    Attributes
    ----------
    name : str
    columns : mapping of str to int
        Columns with their widths in characters.
    rows : sequence of sequences
        Text, whole numbers, flags or None.
    frozen : str or None
        The last column that stays in view.
    to_fill : tuple of str
        Columns shaded for a person to fill.
    link : str or None
        The column whose text is an address to follow.
    is_tall : bool
        Whether rows hold long text: wrapped, and as high as it is.
    """

    name: str
    columns: Mapping[str, int]
    rows: Sequence[Sequence[object]]
    frozen: str | None = None
    to_fill: tuple[str, ...] = ()
    link: str | None = None
    is_tall: bool = False

    def letter(self, column: str) -> str:
        """Return the letter of a column."""
        return get_column_letter(list(self.columns).index(column) + 1)


@dataclass(frozen=True)
class Choice:
    """Cells of a sheet that are chosen from a list on another.

    ``rows`` and ``options`` are positions in the rows of their sheets, from 0. What is not on the
    list is warned of and not forbidden: after sorting, a row may stand beside another set's list.
    """

    columns: tuple[str, ...]
    rows: range
    list_column: str
    options: range


def write_workbook(
    path: Path, sheet: Sheet, lists: Sheet | None = None, choices: Sequence[Choice] = ()
) -> None:
    """Write a workbook of one sheet, and one more that holds the lists to choose from."""
    book = Workbook()
    book.remove(book.active)
    worksheet = _write_sheet(book, sheet)
    if lists is not None:
        _write_sheet(book, lists)
        for choice in choices:
            _add_choice(worksheet, sheet, lists, choice)
    book.save(path)


def _write_sheet(book: Workbook, sheet: Sheet) -> Worksheet:
    worksheet = book.create_sheet(sheet.name)
    for index, (column, width) in enumerate(sheet.columns.items(), start=1):
        cell = worksheet.cell(1, index, column)
        cell.font = Font(bold=True)
        cell.fill = _HEADER
        worksheet.column_dimensions[cell.column_letter].width = width
    aligned = Alignment(vertical="top", wrap_text=sheet.is_tall)
    to_fill = {list(sheet.columns).index(column) + 1 for column in sheet.to_fill}
    linked = list(sheet.columns).index(sheet.link) + 1 if sheet.link else None
    for number, row in enumerate(sheet.rows, start=2):
        for index, value in enumerate(row, start=1):
            cell = worksheet.cell(number, index)
            _fill(cell, value)
            if index == linked and value and number <= MAX_LINKS:
                cell.hyperlink = value
                cell.font = _LINK
            cell.alignment = aligned
            if index in to_fill:
                cell.fill = _TO_FILL
        if sheet.is_tall:
            worksheet.row_dimensions[number].height = _height(row, list(sheet.columns.values()))
    if sheet.frozen is not None:
        index = list(sheet.columns).index(sheet.frozen) + 2
        worksheet.freeze_panes = f"{get_column_letter(index)}2"
    else:
        worksheet.freeze_panes = "A2"
    if sheet.rows:
        worksheet.auto_filter.ref = worksheet.dimensions
    return worksheet


def _fill(cell: Cell, value: object) -> None:
    if not isinstance(value, str):
        cell.value = value
        if isinstance(value, int) and not isinstance(value, bool):
            cell.number_format = "0"
        return
    text = _ESCAPED.sub("_x005F_", fitted(value))
    cell.value = text
    cell.data_type = "s"  # also what looks like a formula or an error
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True  # and after a person has been in the cell


def _height(row: Sequence[object], widths: Sequence[int]) -> float:
    """Return the height that a row's text needs, as far as a row can be high."""
    n_lines = max(
        (
            sum(1 + len(line) // width for line in value.split("\n"))
            for value, width in zip(row, widths, strict=True)
            if isinstance(value, str)
        ),
        default=1,
    )
    return min(MAX_ROW_HEIGHT, _LINE_HEIGHT * max(2, n_lines))


def _add_choice(worksheet: Worksheet, sheet: Sheet, lists: Sheet, choice: Choice) -> None:
    if not choice.rows or not choice.options:
        return
    column = lists.letter(choice.list_column)
    first, last = choice.options[0] + 2, choice.options[-1] + 2
    validation = DataValidation(
        type="list",
        formula1=f"{quote_sheetname(lists.name)}!${column}${first}:${column}${last}",
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle="Not on the list",
        error=f"Choose from the list; all names are on the sheet {lists.name}.",
    )
    letters = [sheet.letter(name) for name in choice.columns]
    validation.add(f"{letters[0]}{choice.rows[0] + 2}:{letters[-1]}{choice.rows[-1] + 2}")
    worksheet.add_data_validation(validation)
