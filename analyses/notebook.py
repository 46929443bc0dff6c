"""What a notebook needs: the database, found from wherever it is started, read and closed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from analyses.report.document import read_results
from analyses.report.study import StudyResults, day
from analyses.warehouse.database import connect
from loader.errors import WarehouseError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StudyResults", "ask", "find_data", "open_study"]

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
        if not _has_database(data):
            raise WarehouseError(
                f"{data}: STACKSTUDY_DATA names this folder, but no database is in it;"
                " run `stackstudy build --data` with it, or unset the variable"
            )
        return data
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for place in _PLACES:
            if _has_database(folder / place):
                return folder / place
    raise WarehouseError(
        f"{here}: no database in data or data/demo, here or in any folder above; run `make demo`,"
        " or name its folder in the environment variable STACKSTUDY_DATA"
    )


def _has_database(folder: Path) -> bool:
    return any(folder.glob("*.duckdb"))


def open_study(data: Path | None = None, study: str | None = None) -> StudyResults:
    """Read the tables of a study, print which data they are of, and close the database again.

    Parameters
    ----------
    data : Path, optional
        A data folder; found by `find_data` if it is not given.
    study : str, optional
        Name or folder of a study; by default that of the only database in the folder.
    """
    folder = find_data() if data is None else data
    results = read_results(folder, study)
    print(results.title)  # noqa: T201 - a notebook's output
    for site in results.sites:
        made_up = " - synthetic: no number here is a finding" if site.is_synthetic else ""
        print(f"{site.name}, posts until {day(site.last)}{made_up}")  # noqa: T201
    print(f"data folder: {folder}")  # noqa: T201
    return results


def ask(query: str, data: Path | None = None, study: str | None = None) -> pd.DataFrame:
    """Run one query on the database, close it again, and return the rows.

    An open database would block a bare `dbt build`, and hide what is built meanwhile.

    Parameters
    ----------
    query : str
        SQL over the tables and, as views, the loaded dump.
    data, study : optional
        As for `open_study`.

    Raises
    ------
    WarehouseError
        When the query is wrong, or the tables or the files behind them are not there.
    """
    folder = find_data() if data is None else data
    with connect(folder, study) as connection:
        try:
            return connection.execute(query).df()
        except duckdb.Error as error:
            raise WarehouseError(str(error)) from error
