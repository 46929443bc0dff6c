"""Opening the database: read-only, and closed after use: an open reader blocks `dbt build`."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE = "stackstudy.duckdb"


def database_path(data: Path) -> Path:
    """Path of the database in a data folder."""
    return data / DATABASE


@contextmanager
def connect(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database of a data folder for reading.

    Parameters
    ----------
    data : Path
        The data folder, as given by ``--data``.

    Yields
    ------
    duckdb.DuckDBPyConnection
        A read-only connection with time zone UTC; closed on leaving.

    Raises
    ------
    WarehouseError
        When there is no database yet, or another program holds it open for writing.
    """
    path = database_path(data)
    if not path.is_file():
        raise WarehouseError(f"{path}: no database yet; load a dump, then run `stackstudy build`")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseError(
                f"{path}: another program is writing to the database;"
                " close it, or wait, and try again"
            ) from error
        raise WarehouseError(f"{path}: cannot be opened as a DuckDB database: {error}") from error
    try:
        connection.execute("set TimeZone = 'UTC'")  # as a config it comes before its extension
        yield connection
    finally:
        connection.close()
