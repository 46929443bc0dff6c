"""Rows of the tables that people write, typed as the fields of a dataclass."""

from __future__ import annotations

import math
from dataclasses import MISSING, astuple, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_type_hints

from analyses.common.files import write_records
from analyses.common.spreadsheets import read_table, whole_number
from loader.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from analyses.study.slips import Slips

T = TypeVar("T")


def read_rows(path: Path, kind: type[T], slips: Slips) -> Iterator[tuple[int, T]]:
    """Read a table, and collect a slip for every value that its column cannot hold.

    Parameters
    ----------
    path : Path
        CSV or xlsx, see `analyses.common.spreadsheets.read_table`.
    kind : type
        A dataclass whose fields are the columns; those with a default may be missing or empty.

    Yields
    ------
    int, T
        Number and values of each row without a slip.
    """
    columns = column_types(kind)
    needed = [one.name for one in fields(kind) if one.default is MISSING]  # type: ignore[arg-type]
    optional = [name for name in columns if name not in needed]
    try:
        lines = read_table(path, needed, optional, StudyError)
    except StudyError as error:
        slips.add_lines(path, error)
        return
    for line in lines:
        if line.surplus:
            slips.add(
                path,
                f"{line.surplus[0]!r} is to the right of the last column; put quotes around a text"
                " with a comma in it",
                row=line.number,
            )
            continue
        values: dict[str, Any] = {}
        for name, column in columns.items():
            text = line.values.get(name, "")
            if not text:
                if name in needed:
                    slips.add(path, f"{name} is empty; fill it, or remove the row", row=line.number)
                continue
            value = _converted(text, column)
            if value is None:
                slips.add(path, f"{name} {text!r} is {_NOT[column]}", row=line.number)
            else:
                values[name] = value
        if all(name in values or not line.values.get(name) for name in columns) and all(
            name in values for name in needed
        ):
            yield line.number, kind(**values)


def write_rows(path: Path, kind: type[T], rows: Iterable[T]) -> None:
    """Write rows of a dataclass as the CSV that `read_rows` reads."""
    write_records(path, [one.name for one in fields(kind)], map(astuple, rows))  # type: ignore[arg-type]


def column_types(kind: Any) -> dict[str, type]:
    """Return the type of each field of a dataclass, without its None."""
    hints = get_type_hints(kind)
    return {
        one.name: next(iter(get_args(hints[one.name]) or [hints[one.name]])) for one in fields(kind)
    }


_NOT = {
    int: "not a whole number; write digits alone",
    float: "not a number; write it with a point and without other marks, such as 12.5",
}


def _converted(text: str, column: type) -> Any:
    if column is int:
        number = whole_number(text)
        return number if number is not None and number < 2**63 else None
    if column is float:
        try:
            value = float(text)
        except ValueError:
            return None
        return value if math.isfinite(value) else None
    return text
