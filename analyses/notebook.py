"""What a notebook needs: the database from wherever it is started, opened, read and closed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from analyses.report.study import Study, day
from analyses.warehouse.database import connect, database_path
from analyses.warehouse.tables import read_tables
from loader.errors import WarehouseError

if TYPE_CHECKING:
    import pandas as pd

_PLACES = ("data", "data/demo")


def find_data(start: Path | None = None) -> Path:
    """Find the data folder: ``STACKSTUDY_DATA``, else ``data`` or ``data/demo`` here or above.

    Parameters
    ----------
    start : Path, optional
        Where to look first; the working directory if it is not given.

    Raises
    ------
    WarehouseError
        When there is no database in any of them.
    """
    named = os.environ.get("STACKSTUDY_DATA")
    if named:
        data = Path(named).expanduser().resolve()
        if not database_path(data).is_file():
            raise WarehouseError(
                f"{data}: STACKSTUDY_DATA names this folder, but no database is in it;"
                " run `stackstudy build --data` with it, or unset the variable"
            )
        return data
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for place in _PLACES:
            if database_path(folder / place).is_file():
                return folder / place
    raise WarehouseError(
        f"{here}: no database in data or data/demo, here or in any folder above; run `make demo`,"
        " or name its folder in the environment variable STACKSTUDY_DATA"
    )


def open_study(data: Path | None = None) -> Study:
    """Read the marts, print which data they are of, and close the database again.

    Parameters
    ----------
    data : Path, optional
        A data folder; found by `find_data` if it is not given.
    """
    folder = find_data() if data is None else data
    study = Study(read_tables(folder))
    for site in study.sites:
        made_up = " - synthetic: no number here is a finding" if site.is_synthetic else ""
        print(f"{site.name}, posts until {day(site.last)}{made_up}")  # noqa: T201 - a notebook's output
    print(f"database: {database_path(folder)}")  # noqa: T201
    return study


def ask(query: str, data: Path | None = None) -> pd.DataFrame:
    """Run one query on the database, close it again, and return the rows.

    An open database would block a bare `dbt build`, and hide what is built meanwhile: none is kept.

    Parameters
    ----------
    query : str
        SQL over the tables and, as views, the loaded dump.
    data : Path, optional
        A data folder; found by `find_data` if it is not given.

    Raises
    ------
    WarehouseError
        When the query is wrong, or the tables or the files behind them are not there.
    """
    with connect(find_data() if data is None else data) as connection:
        try:
            return connection.execute(query).df()
        except duckdb.Error as error:
            raise WarehouseError(str(error)) from error
