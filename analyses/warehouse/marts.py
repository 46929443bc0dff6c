"""The marts as plain rows: what the report and the notebooks read before anything is drawn."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import MISSING, dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from analyses.warehouse.database import connect, database_path
from analyses.warehouse.records import (
    CORE_RECORDS,
    Acceptance,
    Funnel,
    ManifestEntry,
    ProportionTest,
    QuestionSet,
    ReplicationCheck,
    ResponseTimes,
    ResponseTimeTest,
    Row,
    Rule,
    YearlyPopularity,
)
from analyses.warehouse.sources import sources_of
from analyses.warehouse.study_records import (
    STUDY_RECORDS,
    BaselineTest,
    Label,
    LabelAcceptance,
    PopularityTrend,
    PublishedResponseTimes,
    ResponseQuantile,
    RuleSensitivity,
    SampleSize,
    SurvivalPoint,
    SurvivalSummary,
    SurvivalTest,
    TaxonomyShare,
    TopicTest,
)
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb


__all__ = [
    "RECORDS",
    "Acceptance",
    "BaselineTest",
    "Funnel",
    "Label",
    "LabelAcceptance",
    "ManifestEntry",
    "Mart",
    "Marts",
    "PopularityTrend",
    "ProportionTest",
    "PublishedResponseTimes",
    "QuestionSet",
    "ReplicationCheck",
    "ResponseQuantile",
    "ResponseTimeTest",
    "ResponseTimes",
    "Row",
    "Rule",
    "RuleSensitivity",
    "SampleSize",
    "SurvivalPoint",
    "SurvivalSummary",
    "SurvivalTest",
    "TaxonomyShare",
    "TopicTest",
    "YearlyPopularity",
    "read_marts",
]

R = TypeVar("R", bound=Row)

RECORDS: tuple[type[Row], ...] = (*CORE_RECORDS, *STUDY_RECORDS)


@dataclass(frozen=True)
class Mart:
    """A table as it stands in the database.

    Attributes
    ----------
    name : str
    columns : tuple of str
    rows : tuple of tuple
        All rows, in the order of all columns, so that two reports of one warehouse are the same.
    sql : str
        The statement that made it; empty for a seed.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    sql: str = ""

    def records(self, kind: type[R]) -> tuple[R, ...]:
        """Rows as records of a dataclass: by name, a field with a default may have no column."""
        missing = [
            field.name
            for field in fields(kind)
            if field.name not in self.columns and field.default is MISSING
        ]
        if missing:
            raise WarehouseError(
                f"table {self.name}: no column {', '.join(missing)};"
                " it was built by another version: run `stackstudy build`"
            )
        wanted = [field.name for field in fields(kind) if field.name in self.columns]
        places = [self.columns.index(name) for name in wanted]
        return tuple(
            kind(**{name: row[place] for name, place in zip(wanted, places, strict=True)})
            for row in self.rows
        )

    def to_csv(self) -> str:
        """All columns and rows as CSV: a null is empty, a date ISO 8601, a flag true or false."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_csv_value(value) for value in row] for row in self.rows)
        return text.getvalue()


@dataclass(frozen=True)
class Marts:
    """The marts that a database holds, by name."""

    tables: Mapping[str, Mart]

    def table(self, name: str) -> Mart | None:
        """Return a mart, or None where it was not built."""
        return self.tables.get(name)

    def records(self, kind: type[R]) -> tuple[R, ...]:
        """Return the records of a dataclass; none where its mart was not built."""
        mart = self.table(kind.mart)
        return () if mart is None else mart.records(kind)


def read_marts(data: Path, names: Iterable[str] = ()) -> Marts:
    """Read the marts of a data folder; the database is closed again when this returns.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.
    names : iterable of str
        Further small tables to read, beside those that have a record here.

    Returns
    -------
    Marts
        Those that are there; one that was not built is absent.

    Raises
    ------
    WarehouseError
        When there is no database, it is locked, or none of the tables was built.
    """
    wanted = [*(record.mart for record in RECORDS), *names]
    with connect(data) as connection:
        built = {
            name
            for (name,) in connection.execute(
                "select table_name from information_schema.tables where table_schema = 'main'"
            ).fetchall()
        }
        tables = {name: _read(connection, name) for name in wanted if name in built}
    sources = sources_of(data, tables)
    tables = {name: replace(mart, sql=sources.get(name, "")) for name, mart in tables.items()}
    if not tables:
        raise WarehouseError(
            f"{database_path(data)}: the tables are not built yet; run `stackstudy build`"
        )
    return Marts(tables)


def _read(connection: duckdb.DuckDBPyConnection, name: str) -> Mart:
    result = connection.execute(f'select * from main."{name}" order by all')
    columns = tuple(column[0] for column in result.description)
    return Mart(name, columns, tuple(result.fetchall()))


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
