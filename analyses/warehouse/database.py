"""Opening the database: read-only, and closed after use: it would block a bare `dbt build`."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

DATABASE: Final = "stackstudy.duckdb"

UNFINISHED: Final = "unfinished_build"
"""Table that a bare `dbt build` makes first and drops when all went well: dbt_project/macros."""

_LOCKED: Final = re.compile(r"IO Error: Could not set lock on file ")
_PEOPLE: Final = {
    "decisions": "stg_decisions",
    "labels": "stg_labels",
    "published-response-times": "stg_published_response_times",
}


class UnfinishedError(WarehouseError):
    """The database holds tables of a build that did not end."""


def database_path(data: Path) -> Path:
    """Path of the database in a data folder."""
    return data / DATABASE


@contextmanager
def connect(data: Path, study: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database of a data folder for reading.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.
    study : str, optional
        Name of the study; by default the only one of the folder.

    Yields
    ------
    duckdb.DuckDBPyConnection
        A read-only connection with time zone UTC; closed on leaving.

    Raises
    ------
    WarehouseError
        When there is no database yet, another program holds it open for writing, or the last
        build in it did not end whole.
    """
    import duckdb  # noqa: PLC0415 - a tenth of a second that `stackstudy --help` need not wait

    del study
    path = database_path(data)
    if not path.is_file():
        raise WarehouseError(f"{path}: no database yet; load a dump, then run `stackstudy build`")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        # DuckDB's word for it, at the start of its message: any path may have "lock" in it.
        if _LOCKED.match(str(error)):
            raise WarehouseError(
                f"{path}: another program has the database open for writing;"
                " close it, or wait, and try again"
            ) from error
        raise WarehouseError(
            f"{path}: cannot be opened as a DuckDB database; move it away, then run"
            f" `stackstudy build` ({str(error).splitlines()[0]})"
        ) from error
    try:
        connection.execute("set TimeZone = 'UTC'")  # as a config it comes before its extension
        _check_whole(connection, path)
        yield connection
    except BaseException:
        connection.interrupt()  # to close it would wait for a query that Ctrl-C broke off
        raise
    finally:
        connection.close()


def people_of(data: Path) -> dict[str, int]:
    """Count what people handed to the last build, by the name of its option; nothing before one.

    Raises
    ------
    WarehouseError
        As `connect`; but a database that is not whole counts as none.
    """
    if not database_path(data).is_file():
        return {}
    try:
        with connect(data) as connection:
            there = _tables(connection)
            return {
                name: connection.execute(f"select count(*) from main.{table}").fetchall()[0][0]
                for name, table in _PEOPLE.items()
                if table in there
            }
    except UnfinishedError:
        return {}


def _check_whole(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if UNFINISHED in _tables(connection):
        raise UnfinishedError(
            f"{path}: the last `dbt build` did not end whole, so its tables do not belong"
            " together; run `stackstudy build`"
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall()
    }
