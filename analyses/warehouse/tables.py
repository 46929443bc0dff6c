"""The tables of a study as plain rows, for the report and the notebooks.

Tables and columns are declared once: in the contracts of the models
(`analyses.warehouse.dictionary`) and in the relation itself. A `Row` has the relation's own columns
as attributes, so nothing here or elsewhere repeats them.
"""

from __future__ import annotations

import csv
import io
import json
from collections import namedtuple
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analyses.warehouse.database import connect, table_names
from analyses.warehouse.dictionary import read_dictionary
from analyses.warehouse.statements import compiled_models, statement_of
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import duckdb

__all__ = ["Row", "Table", "Tables", "read_tables"]

_LARGE: Final = {
    *("questions", "question_set_members", "question_set_matches", "labels", "tag_candidates"),
}
"""Tables with a row per question or tag: read only when they are named; so are views of sets."""


class Row:
    """A row of a table: frozen, and each column of the table is an attribute.

    Every row is also a named tuple, so that rows compare, hash, and have ``_asdict`` and
    ``_replace``.
    """

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        """Raise an error of one line for a column that does not exist."""
        if name.startswith("__"):  # a protocol of Python that asks whether it is supported
            raise AttributeError(name)
        raise WarehouseError(
            f"table {type(self).__name__}: no column {name};"
            " it was built by another version: run `stackstudy build`"
        )


@dataclass(frozen=True)
class Table:
    """A table as it stands in the database.

    Attributes
    ----------
    values : tuple of tuple
        One per row, in the order of all columns, so that two reports of one database are the same.
    sql : str
        A statement that gives its rows in the DuckDB shell; empty where no database has it.
    """

    name: str
    columns: tuple[str, ...]
    values: tuple[tuple[object, ...], ...]
    sql: str = ""

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows, each with the columns as attributes."""
        # a class per table: its columns are known only now
        base = namedtuple(self.name, self.columns)  # type: ignore[misc]  # noqa: PYI024
        kind = type(self.name, (Row, base), {"__slots__": ()})
        return tuple(kind(*one) for one in self.values)

    def to_csv(self) -> str:
        """Return all columns and rows as CSV: nulls empty, dates ISO 8601, flags true or false."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_csv_value(value) for value in one] for one in self.values)
        return text.getvalue()


@dataclass(frozen=True)
class Tables:
    """The tables that were read, by name."""

    by_name: Mapping[str, Table]

    def table(self, name: str) -> Table | None:
        """Return a table, or None if it was not built or not read."""
        return self.by_name.get(name)

    def rows(self, name: str) -> tuple[Row, ...]:
        """Return the rows of a table; an empty tuple if it was not built."""
        found = self.table(name)
        return () if found is None else found.rows

    @property
    def largest_tag(self) -> str:
        """The tag with the most questions of all sites; a placeholder if there is none."""
        tags = self.rows("site_tags")
        return max(tags, key=lambda row: row.n_questions).tag if tags else "TAG"

    @property
    def drops_days(self) -> bool:
        """Whether the study recomputes response times that were printed with days dropped."""
        return bool(self.rows("published_response_times")) or any(
            row.figure.startswith("response_minutes") and row.computed_as_printed is not None
            for row in self.rows("replication_checks")
        )


def read_tables(
    data: Path,
    study: str | None = None,
    names: Iterable[str] = (),
    *,
    only: Collection[str] | None = None,
) -> Tables:
    """Read the tables of a study; the database is closed again when this returns.

    Parameters
    ----------
    names : iterable of str
        Further tables to read: those with a row per question (`questions`, `labels`, ...) are
        left out otherwise.
    only : collection of str, optional
        Read these alone, without their statements.

    Returns
    -------
    Tables
        Without those that were not built.

    Raises
    ------
    WarehouseError
        When there is no database, it is locked, or none of the tables was built.
    """
    if only is None:
        small = (name for name in read_dictionary() if not _is_large(name))
        wanted = dict.fromkeys((*small, *names))
    else:
        wanted = dict.fromkeys(only)
    with connect(data, study) as connection:
        built = table_names(connection)
        found = [_read(connection, name) for name in wanted if name in built]
        _, _, path = connection.execute("pragma database_list").fetchall()[0]
    if not found:
        raise WarehouseError(f"{path}: the tables are not built yet; run `stackstudy build`")
    if only is not None:
        return Tables({one.name: one for one in found})
    models = compiled_models(data, Path(path).stem)
    return Tables(
        {one.name: replace(one, sql=statement_of(one.name, one.columns, models)) for one in found}
    )


def _is_large(name: str) -> bool:
    return name in _LARGE or name.endswith("_questions")


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> Table:
    result = connection.execute(f'select * from main."{name}" order by all')
    columns = tuple(column[0] for column in result.description or ())
    return Table(name, columns, tuple(result.fetchall()))


def _csv_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value
