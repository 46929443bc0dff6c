"""What a notebook needs: a study's tables, its figures as pictures, and SQL with completion."""

from __future__ import annotations

import os
import re
import sys
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import duckdb
import plotly.io as pio
from plotly.io.base_renderers import MimetypeRenderer

from analyses.report.document import read_results
from analyses.report.static import draw_picture
from analyses.report.study import StudyResults, day
from analyses.warehouse.database import connect, find_database
from loader.errors import ReportError, WarehouseError

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.completer import CompletionContext, SimpleMatcherResult

__all__ = ["StudyResults", "ask", "find_data", "open_study"]

_PLACES = ("data", "data/demo")
_QUERY: Final = re.compile(r"""\bask\(\s*[rf]*(\"{3}|'{3}|"|')((?:(?!\1).)*)$""", re.DOTALL)
_WORD: Final = re.compile(r"(?:(\w+)\.)?(\w*)$")
_BEHIND_FROM: Final = re.compile(r"\b(?:from|join)\s+\w*$", re.IGNORECASE)


def find_data() -> Path:
    """Find the data folder: ``STACKSTUDY_DATA``, else ``data`` or ``data/demo`` here or above.

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
    here = Path.cwd()
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
    global _opened  # noqa: PLW0603 - one notebook, one study
    folder = find_data() if data is None else data
    results = read_results(folder, study)
    _opened = folder, study
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
        As for `open_study`; without both, the study that it opened last.

    Raises
    ------
    WarehouseError
        When the query is wrong, or the tables or the files behind them are not there.
    """
    with connect(*_database(data, study)) as connection:
        try:
            return connection.execute(query).df()
        except duckdb.Error as error:
            raise WarehouseError(str(error)) from error


def _database(data: Path | None = None, study: str | None = None) -> tuple[Path, str | None]:
    """Return the data folder and the study that a query is about."""
    if data is None and study is None and _opened is not None:
        return _opened
    return find_data() if data is None else data, study


def complete(query: str, rest: str = "") -> tuple[str, list[tuple[str, str]]]:
    """Complete the name of a table or column.

    Behind ``from`` and ``join`` come tables, behind a table's name or alias and a dot its columns;
    anywhere else the columns of the query's tables, then all tables.

    Parameters
    ----------
    query, rest : str
        A query up to the cursor, and what follows.

    Returns
    -------
    (str, list of (str, str))
        The beginning of the name, and the names that begin so, each with its kind (``table`` or
        ``column``). There are none where nothing is built yet.
    """
    word = _WORD.search(query)
    assert word is not None  # it may be empty
    try:
        data, study = _database()
        columns = _columns(data, study, find_database(data, study).stat().st_mtime_ns)
    except (OSError, WarehouseError):
        return word[2], []
    if word[1]:
        aliased = re.findall(rf"\b(\w+)\s+(?:as\s+)?{word[1]}\b", query + rest)
        table = next((name for name in (word[1], *aliased) if name in columns), "")
        found = [(name, "column") for name in columns.get(table, ())]
    else:
        found = [(name, "table") for name in sorted(columns)]
        if not _BEHIND_FROM.search(query):
            named = [name for name in sorted(columns) if re.search(rf"\b{name}\b", query + rest)]
            own = dict.fromkeys(column for table in named for column in columns[table])
            found = [*((name, "column") for name in own), *found]
    return word[2], [(name, kind) for name, kind in found if name.startswith(word[2])]


@cache
def _columns(data: Path, study: str | None, _built_ns: int) -> dict[str, list[str]]:
    """Return the columns of each table and view that `ask` reads, as they are since a build."""
    columns: dict[str, list[str]] = {}
    with connect(data, study, is_told=False) as connection:
        rows = connection.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'main'"
            " and not internal order by table_name, column_index"
        ).fetchall()
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return columns


class _Picture(MimetypeRenderer):
    """Draws each figure as a PNG beside Plotly's format: for nbconvert, GitHub and mail."""

    is_told: ClassVar = False  # of the class: Plotly draws with copies

    def to_mimebundle(self, fig_dict: dict[str, Any]) -> dict[str, str]:
        """Return the picture; nothing where no browser can draw it, and the first time say so."""
        if self.is_told:
            return {}
        try:
            return {"image/png": b64encode(draw_picture(fig_dict)).decode()}
        except ReportError as error:
            _Picture.is_told = True
            print(f"No pictures beside the figures: {error}")  # noqa: T201 - a notebook's output
            return {}


def _set_up() -> None:
    """In a notebook, draw figures as pictures, too, and complete the queries of `ask`."""
    if "IPython" not in sys.modules:
        return
    from IPython.core import completer
    from IPython.core.getipython import get_ipython

    @completer.context_matcher()
    def complete_query(context: CompletionContext) -> SimpleMatcherResult:
        lines = context.full_text.split("\n")
        before = "\n".join([*lines[: context.cursor_line], context.text_until_cursor])
        query = _QUERY.search(before)
        if query is None:
            return {"completions": []}
        begun, names = complete(query[2], context.full_text[len(before) :])
        return {
            "completions": [completer.SimpleCompletion(name, type=kind) for name, kind in names],
            "matched_fragment": begun,
            "suppress": True,
            "ordered": True,
        }

    shell = get_ipython()
    if shell is not None:
        pio.renderers["stackstudy_picture"] = _Picture()
        pio.renderers.default = "plotly_mimetype+stackstudy_picture"
        shell.Completer.custom_matchers.append(complete_query)


_opened: tuple[Path, str | None] | None = None
_set_up()
