"""The marts as plain rows: what the report and the notebooks read before anything is drawn."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from analyses.warehouse import connect, database_path
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb


class Row(Protocol):
    """A record of a mart: a dataclass whose fields are columns of that mart."""

    mart: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, object]]


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class QuestionSet:
    """A named set of questions (table `question_sets`)."""

    mart: ClassVar[str] = "question_sets"
    question_set: str
    label: str
    position: int
    kind: str
    base_set: str | None
    description: str | None
    is_candidate_set: bool
    depends_on_candidates: bool = False


@dataclass(frozen=True)
class Rule:
    """Why a question is in a set (seed `question_set_rules`)."""

    mart: ClassVar[str] = "question_set_rules"
    rule: str
    question_set: str
    kind: str
    value: str
    scope: str | None
    match: str | None
    code: str | None
    runs_over: str | None
    must_contain: str | None


@dataclass(frozen=True)
class Funnel:
    """How a question set came to its questions (table `question_set_funnel`)."""

    mart: ClassVar[str] = "question_set_funnel"
    question_set: str
    n_tag_matched: int | None
    n_term_matched: int | None
    n_matched: int | None
    n_left_to_others: int | None
    n_excluded: int | None
    n_included: int | None
    n_questions: int | None
    n_undecided: int | None = None


@dataclass(frozen=True)
class YearlyPopularity:
    """Questions and askers of a set in a year (table `yearly_popularity`)."""

    mart: ClassVar[str] = "yearly_popularity"
    question_set: str
    year: int
    n_questions: int
    n_users: int
    question_share: float | None


@dataclass(frozen=True)
class Acceptance:
    """Questions of a set with and without an accepted answer (table `acceptance`)."""

    mart: ClassVar[str] = "acceptance"
    question_set: str
    n_questions: int
    n_accepted: int
    n_not_accepted: int
    no_accepted_share: float | None


@dataclass(frozen=True)
class ResponseTimes:
    """Time to the accepted answer, in minutes (table `response_time_summary`)."""

    mart: ClassVar[str] = "response_time_summary"
    question_set: str
    n_accepted: int
    n_response_times: int
    n_answered_before_asked: int
    median_response_minutes: float | None
    q1: float | None
    q3: float | None
    p10: float | None
    p90: float | None
    lower_whisker: float | None
    upper_whisker: float | None
    min_response_minutes: float | None
    max_response_minutes: float | None
    median_response_minutes_days_dropped: float | None


@dataclass(frozen=True)
class ProportionTest:
    """Shares without an accepted answer of two sets, compared (table `proportion_tests`)."""

    mart: ClassVar[str] = "proportion_tests"
    set_a: str
    set_b: str
    chi2: float | None
    df: float | None
    p_value: float | None
    p_value_adjusted: float | None
    share_difference: float | None
    ci_low: float | None
    ci_high: float | None
    cohens_h: float | None


@dataclass(frozen=True)
class ResponseTimeTest:
    """Response times of two sets, compared (table `response_time_tests`)."""

    mart: ClassVar[str] = "response_time_tests"
    set_a: str
    set_b: str
    n_a: int
    n_b: int
    u: float | None
    p_value: float | None
    p_value_adjusted: float | None
    cliffs_delta: float | None
    ci_low: float | None
    ci_high: float | None
    hodges_lehmann_minutes: float | None = None


@dataclass(frozen=True)
class ReplicationCheck:
    """A published figure beside the computed one (table `replication_checks`)."""

    mart: ClassVar[str] = "replication_checks"
    step: object
    figure: str
    question_set: str | None
    year: int | None
    published: float | None
    computed: float | None
    verdict: str | None
    reason: str | None
    unit: str | None = None


@dataclass(frozen=True)
class ManifestEntry:
    """What was loaded for a table of a site (table `dump_manifest`)."""

    mart: ClassVar[str] = "dump_manifest"
    site: str
    table: str
    state: str
    is_synthetic: bool
    source_file: str | None
    n_rows: int | None
    n_rejected_rows: int | None
    n_fabricated_rows: int | None
    n_replaced_characters: int | None
    first_at: datetime | str | None
    last_at: datetime | str | None
    loader_version: str | None
    finished_at: datetime | str | None


RECORDS: tuple[type[Row], ...] = (
    QuestionSet,
    Rule,
    Funnel,
    YearlyPopularity,
    Acceptance,
    ResponseTimes,
    ProportionTest,
    ResponseTimeTest,
    ReplicationCheck,
    ManifestEntry,
)


@dataclass(frozen=True)
class Mart:
    """A table as it stands in the database.

    Attributes
    ----------
    name : str
    columns : tuple of str
    rows : tuple of tuple
        All rows, in the order of all columns, so that two reports of one warehouse are the same.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

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
