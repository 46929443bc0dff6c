"""Strings to typed columns, one column at a time: values are looped over only to find a bad one.

What each type accepts (docs/decisions/loader-values.md says why):

- numbers: an optional minus and decimal digits; the empty string is null;
- flags: ``True``, ``False`` in any letter case, ``1``, ``0``; the empty string is null;
- dates: ISO 8601 with or without a zone (then UTC), of the years 1 to 9999 in UTC; digits after the
  milliseconds are cut off; the empty string is null;
- tags: ``<a><b>`` and ``|a|b|``, also with blanks between them; the empty string is the empty list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from loader import schemas

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Sequence

    from loader.schemas import Table

_HEX_MARK: Final = re.compile(rb"[xX]")
_ZONE: Final = r"(?:Z|[+-]\d\d(?::?\d\d)?)$"
_FIRST_MOMENT: Final = -62_135_596_800_000  # 0001-01-01T00:00:00.000 in ms since 1970
_LAST_MOMENT: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999
_ODD_TAGS: Final = r"[<>]|\|\||^\s|\s$|\s\||\|\s"
_BETWEEN_TAGS: Final = r"\s*[<>|][<>|\s]*"
_EXPECTED: Final = {
    schemas.ID: "a whole number of 64 bits",
    schemas.ENUMERATION: "a whole number of 32 bits",
    schemas.FLAG: "True or False",
    schemas.DATE: "a date such as 2019-12-01T05:15:10.123",
    schemas.TAGS: "tags",
}


class BadValuesError(Exception):
    """Rows hold values that their columns cannot hold.

    Attributes
    ----------
    bad : dict of int to str
        Index of each such row, and what is wrong with the first of its bad columns.
    """

    def __init__(self, bad: dict[int, str]) -> None:
        super().__init__(bad)
        self.bad = bad


def typed(rows: Sequence[dict[str, str]], table: Table, unknown: Counter[str]) -> pa.RecordBatch:
    """Return rows as typed columns.

    Parameters
    ----------
    rows : sequence of dict
        Rows as strings.
    table : Table
        Says the types.
    unknown : Counter of str
        Counts the attributes that the table does not know; their values go to
        ``OtherAttributes``.

    Raises
    ------
    BadValuesError
        When columns cannot hold some of the values.
    """
    kind = pa.struct([pa.field(name, pa.string()) for name in table.attributes])
    strings = pa.array(rows, type=kind)
    arrays = []
    bad: dict[int, str] = {}
    for name in table.attributes:
        column, kind = strings.field(name), table.schema.field(name).type
        found = (
            [index for index, row in enumerate(rows) if not row.get(name)] if name == "Id" else []
        )
        try:
            arrays.append(_cast(column, kind))
        except pa.ArrowInvalid:
            found += _all_bad(column, kind)
        for index in found:
            bad.setdefault(index, _what(rows[index].get(name), name, kind))
    if bad:
        raise BadValuesError(bad)
    arrays.append(_others(rows, strings, table, unknown))
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def typed_fast(strings: pa.RecordBatch, table: Table) -> pa.RecordBatch | None:
    """Return plain rows as typed columns.

    Parameters
    ----------
    strings : pyarrow.RecordBatch
        The known attributes as strings; the rows have no others.
    table : Table
        Says the types.

    Returns
    -------
    pyarrow.RecordBatch or None
        None where a column cannot hold a value, or a row lacks its Id; `typed` then says which.
    """
    arrays = []
    try:
        for field in table.schema:
            if field.name == schemas.OTHER_ATTRIBUTES:
                arrays.append(pa.nulls(strings.num_rows, schemas.OTHER))
            else:
                arrays.append(_cast(strings.column(field.name), field.type))
    except pa.ArrowInvalid:
        return None
    typed_rows = pa.RecordBatch.from_arrays(arrays, schema=table.schema)
    return None if typed_rows.column("Id").null_count else typed_rows


def _what(value: str | None, column: str, kind: pa.DataType) -> str:
    if not value:
        return "has no Id, which every row needs"
    shown = value if len(value) <= 60 else value[:59] + "…"
    return f"{column} is {shown!r}, not {_EXPECTED[kind]}"


def _cast(strings: pa.StringArray, kind: pa.DataType) -> pa.Array:
    if strings.null_count == len(strings):
        return pa.nulls(len(strings), kind)
    if kind == schemas.TEXT:
        return strings
    if kind == schemas.TAGS:
        return _tags(strings)
    if kind == schemas.DATE:
        return _within_years(
            _quick_or_careful(strings, lambda values: values.cast(kind), _odd_dates)
        )
    if pa.types.is_integer(kind) and _HEX_MARK.search(strings.buffers()[2] or b""):
        # Arrow reads 0x1F as 31; a dump never means that.
        raise pa.ArrowInvalid("hexadecimal")
    return _quick_or_careful(strings, lambda values: values.cast(kind), None)


def _quick_or_careful(
    strings: pa.StringArray,
    quick: Callable[[pa.StringArray], pa.Array],
    careful: Callable[[pa.StringArray], pa.Array] | None,
) -> pa.Array:
    try:
        return quick(strings)
    except pa.ArrowInvalid:
        strings = pc.if_else(pc.equal(strings, ""), None, strings)
        return (careful or quick)(strings)


def _odd_dates(strings: pa.StringArray) -> pa.Array:
    """Cast dates of which some have a zone, or more than milliseconds."""
    strings = pc.replace_substring_regex(strings, r"(\.\d{3})\d+", r"\1")
    has_zone = pc.match_substring_regex(strings, r"\d\d:\d\d.*" + _ZONE)
    zoned = pc.if_else(has_zone, strings, None).cast(pa.timestamp("ms", "UTC"))
    plain = pc.if_else(has_zone, None, strings).cast(schemas.DATE)
    return pc.coalesce(zoned.cast(schemas.DATE), plain)


def _within_years(dates: pa.Array) -> pa.Array:
    """Refuse dates before the year 1 or after 9999, which Arrow has and Python has not."""
    # As numbers: Arrow converts dates to Python by way of pandas, whose import takes a second.
    span = pc.min_max(dates.cast(pa.int64())).as_py()
    if span["min"] is not None and not _FIRST_MOMENT <= span["min"] <= span["max"] <= _LAST_MOMENT:
        raise pa.ArrowInvalid("a year that is none")
    return dates


def _tags(strings: pa.StringArray) -> pa.ListArray:
    # No Python value goes to Arrow here: the first one imports pandas, which takes a second.
    bars = pc.utf8_trim(pc.replace_substring(strings, "><", "|"), "<>|")
    if pc.any(pc.match_substring_regex(bars, _ODD_TAGS)).as_py():
        bars = pc.replace_substring_regex(strings, _BETWEEN_TAGS, "|")
        bars = pc.utf8_trim(bars, "| \t\r\n")
    has_tags = pc.binary_length(bars).cast(pa.bool_())
    tagged = bars.filter(has_tags)
    n_tags = np.zeros(len(strings), np.int32)
    if len(tagged):
        places = np.frombuffer(pc.indices_nonzero(has_tags).buffers()[1], np.uint64, len(tagged))
        n_bars = np.frombuffer(pc.count_substring(tagged, "|").buffers()[1], np.int32, len(tagged))
        n_tags[places] = n_bars + 1
    offsets = np.zeros(len(strings) + 1, np.int32)
    np.cumsum(n_tags, out=offsets[1:])
    starts = pa.Array.from_buffers(pa.int32(), len(offsets), [None, pa.py_buffer(offsets)])
    values = pc.split_pattern(tagged, "|").flatten()
    return pa.ListArray.from_arrays(starts, values, mask=strings.is_null())


def _all_bad(strings: pa.StringArray, kind: pa.DataType) -> list[int]:
    """Indexes of all values that cannot be cast."""
    try:
        _cast(pa.array(strings.to_pylist(), pa.string()), kind)
    except pa.ArrowInvalid:
        if len(strings) == 1:
            return [0]
    else:
        return []
    middle = len(strings) // 2
    late = _all_bad(strings[middle:], kind)
    return _all_bad(strings[:middle], kind) + [middle + index for index in late]


def _others(
    rows: Sequence[dict[str, str]], strings: pa.StructArray, table: Table, unknown: Counter[str]
) -> pa.MapArray:
    n_known = sum(len(child) - child.null_count for child in strings.flatten())
    if sum(map(len, rows)) == n_known:
        return pa.nulls(len(rows), schemas.OTHER)
    known = frozenset(table.attributes)
    others = []
    for row in rows:
        other = [(name, value) for name, value in row.items() if name not in known]
        unknown.update(name for name, _ in other)
        others.append(other or None)
    return pa.array(others, type=schemas.OTHER)
