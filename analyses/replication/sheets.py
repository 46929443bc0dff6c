"""The sheets of the authors' spreadsheets, as rows of values."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl

from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.replication.package import Member


def read_sheets(member: Member, names: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Read sheets of a spreadsheet.

    Parameters
    ----------
    member : Member
        The .xlsx file.
    names : sequence of str
        The sheets that must be there.

    Returns
    -------
    dict of str to list of tuple
        All rows of each sheet; the first is row 1, an empty cell is None.

    Raises
    ------
    PackageError
        When the file is no spreadsheet, or lacks a sheet.
    """
    content = io.BytesIO(member.read())
    try:
        workbook = openpyxl.load_workbook(content, read_only=True, data_only=True)
        sheets = {name: workbook[name] for name in names if name in workbook.sheetnames}
        rows = {name: list(sheet.iter_rows(values_only=True)) for name, sheet in sheets.items()}
    except Exception as error:  # a damaged file raises whatever the part raises that meets it
        raise PackageError(
            f"{member}: is not a whole .xlsx spreadsheet ({' '.join(str(error).split())});"
            " get the package anew"
        ) from error
    for name in names:
        if name not in rows:
            raise PackageError(
                f"{member}: has no sheet {name!r}, but {', '.join(workbook.sheetnames)};"
                " get the package anew"
            )
    return rows
