"""The database of a study: where it is, how it is opened, and whether its sources have changed.

A connection is opened, used and closed: an open reader blocks a bare `dbt build`. Whoever opens the
database is told in one line, once, when the store or the study has changed since it was built. If
the data folder was moved or copied, the views follow it.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

import click

from loader.errors import WarehouseError, on_one_line
from loader.store import Store, first_of, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

UNFINISHED: Final = "unfinished_build"
"""Table that a bare `dbt build` makes first and drops when all went well: dbt_project/macros."""

_OF_EARLIER_VERSIONS: Final = "stackstudy.duckdb"
_LOCKED: Final = re.compile(r"IO Error: Could not set lock on file ")
_told: set[str] = set()


class UnfinishedError(WarehouseError):
    """The database holds tables of a build that did not end."""


def database_path(data: Path, study: str) -> Path:
    """Return the path of a study's database in a data folder."""
    return data / f"{study}.duckdb"


def databases(data: Path) -> list[Path]:
    """Return the databases that a data folder holds, by name."""
    found = sorted(path for path in data.glob("*.duckdb") if path.is_file())
    return [path for path in found if path.name != _OF_EARLIER_VERSIONS]


def find_database(data: Path, study: str | None = None) -> Path:
    """Find the database that a reader means.

    Parameters
    ----------
    study : str, optional
        Name or folder of a study, which need not exist any more: a database is found by its study's
        name. By default that of the only database in the folder.

    Raises
    ------
    WarehouseError
        When there is no database, or there are several and `study` is not given.
    """
    found = {path.stem: path for path in databases(data)}
    if study is not None:
        path = Path(study)
        name = (path.parent if path.name == "study.yml" else path).resolve().name
        if name in found:
            return found[name]
        check_no_folder(database_path(data, name))
        there = f"; this folder holds {', '.join(found)}" if found else ""
        raise WarehouseError(
            f"{database_path(data, name)}: no database yet; load a dump, then run"
            f" `stackstudy build --study {study}`{there}"
        )
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise WarehouseError(
            f"{data}: holds the databases of several studies; name one with --study:"
            f" {', '.join(found)}"
        )
    for path in data.glob("*.duckdb"):
        check_no_folder(path)
    if (data / _OF_EARLIER_VERSIONS).is_file():
        raise WarehouseError(
            f"{data / _OF_EARLIER_VERSIONS}: an earlier version made this database, and a study"
            " has its own now; run `stackstudy build`, then delete the file"
        )
    raise WarehouseError(f"{data}: no database yet; load a dump, then run `stackstudy build`")


def check_no_folder(path: Path) -> None:
    """Raise WarehouseError when a folder is where a database should be."""
    if path.is_dir():
        raise WarehouseError(
            f"{path}: is a folder, where a database should be; move it away, then run"
            " `stackstudy build`"
        )


def explanation(error: duckdb.Error, data: Path | None) -> str:
    """Return one line on why DuckDB could not read a data folder.

    Its message names the damaged Parquet file, if one is seen to be damaged without reading it
    whole.
    """
    wrong = verify(data) if data is not None else []
    if wrong:
        return first_of(wrong)
    import duckdb

    reason = " ".join(str(error).partition("\n")[0].split())
    place = f"{data}: " if data is not None else ""
    if isinstance(error, duckdb.OutOfMemoryException) or "No space left" in reason:
        return f"{place}{reason}; make room in memory or on the disk, and try again"
    return (
        f"{place}the database or the dump cannot be read ({reason}); `stackstudy info --verify`"
        " names a damaged file; if there is none, run `stackstudy build --full`"
    )


@contextmanager
def connect(
    data: Path, study: str | None = None, *, is_told: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database of a study for reading.

    Parameters
    ----------
    study : str, optional
        As for `find_database`.
    is_told : bool
        Whether to say on standard error what has changed since the build.

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
    path = find_database(data, study)
    _follow(path, data)
    connection = _opened(path)
    try:
        _check_whole(connection, path)
        for note in _changes(connection, data, path) if is_told else ():
            _tell(note)
        yield connection
    except BaseException:
        connection.interrupt()  # to close it would wait for a query that Ctrl-C broke off
        raise
    finally:
        connection.close()


def table_names(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the names of the tables and views of a database."""
    return {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    }


def records(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query, each by the names of its columns."""
    return connection.execute(query).to_arrow_table().to_pylist()


def loaded_since(connection: duckdb.DuckDBPyConnection, data: Path) -> list[str]:
    """Return the sites of which something was loaded, or removed, since a database was built.

    An empty store gives no site: there is no dump that the tables could be mixed with.
    """
    manifests = Store(data).manifests()
    if not manifests or "dump_manifest" not in table_names(connection):
        return []
    built = {
        (site, table): (n_rows, finished_at)
        for site, table, n_rows, finished_at in connection.execute(
            'select site, "table", n_rows, finished_at from dump_manifest'
        ).fetchall()
    }
    loaded = {(one.site, one.table): (one.n_rows, _moment(one.finished_at)) for one in manifests}
    keys = built.keys() | loaded.keys()
    return sorted({key[0] for key in keys if built.get(key) != loaded.get(key)})


def _opened(path: Path, *, read_only: bool = True) -> duckdb.DuckDBPyConnection:
    import duckdb  # a tenth of a second that `stackstudy --help` need not wait

    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        # DuckDB says so at the start of its message; any path may have "lock" in it.
        if _LOCKED.match(str(error)):
            raise WarehouseError(
                f"{path}: another program has the database open"
                + (" for writing" if read_only else "")
                + "; close it, or wait, and try again"
            ) from error
        if not os.access(path, os.R_OK if read_only else os.W_OK):
            raise WarehouseError(
                f"{path}: cannot be opened (Permission denied); change its permissions"
            ) from error
        raise WarehouseError(
            f"{path}: cannot be opened as a DuckDB database; move it away, then run"
            f" `stackstudy build` ({str(error).splitlines()[0]})"
        ) from error
    connection.execute("set TimeZone = 'UTC'")  # as a config it comes before its extension
    return connection


def _check_whole(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if UNFINISHED in table_names(connection):
        raise UnfinishedError(
            f"{path}: the last `dbt build` did not end whole, so its tables do not belong"
            " together; run `stackstudy build`"
        )


def _quoted(data: Path) -> str:
    """Return a folder as it stands in the SQL of the views (macro `store_files`)."""
    return re.sub(r"([*?\[])", r"[\1]", str(data.absolute())).replace("'", "''")


def _is_the_folder(quoted: str, data: Path) -> bool:
    """Whether a folder in the SQL of the views is this one, by whatever way it is reached."""
    named = Path(re.sub(r"\[([*?\[])\]", r"\1", quoted.replace("''", "'")))
    return named.is_dir() and named.samefile(data)


def _folder_of_views(connection: duckdb.DuckDBPyConnection) -> str | None:
    rows = connection.execute(
        "select sql from duckdb_views() where view_name = 'stg_posts' and schema_name = 'main'"
    ).fetchall()
    found = re.search(r"read_parquet\('(.*?)/posts/site=\*", rows[0][0]) if rows else None
    return found[1] if found else None


def _follow(path: Path, data: Path) -> None:
    """Let the views of the dump read the folder that a database is in now."""
    import duckdb

    with _opened(path) as connection:
        before, now = _folder_of_views(connection), _quoted(data)
    if before is None or _is_the_folder(before, data):
        return
    if "?" in str(path):
        raise WarehouseError(
            f"{data}: DuckDB cannot write to a database in a folder with ? in its name; rename it"
        )
    with _opened(path, read_only=False) as connection:
        views = connection.execute(
            "select sql from duckdb_views() where schema_name = 'main' and contains(sql, ?)",
            [f"'{before}/"],
        ).fetchall()
        try:
            connection.execute("begin")
            for (sql,) in views:
                moved = sql.replace(f"'{before}/", f"'{now}/")
                connection.execute(re.sub(r"^CREATE VIEW", "CREATE OR REPLACE VIEW", moved))
            connection.execute("commit")
        except duckdb.Error:  # no file where a view would read, or a damaged one
            _tell(
                f"{data} does not hold the dump that {path.name} was built from; its tables can be"
                " read, but not the views of the dump (stg_posts, ...)"
            )
        else:
            _tell(f"{data} was moved or copied since it was built; the views of the dump follow it")


def _changes(connection: duckdb.DuckDBPyConnection, data: Path, path: Path) -> Iterator[str]:
    """Say what has changed since the database was built."""
    again = f"run `stackstudy build --data {quote(str(data))} --study"
    if sites := loaded_since(connection, data):
        yield (
            f"{path.name} was built before the last load (of {', '.join(sites)}), so its tables and"
            f" the dump do not belong together; {again} {path.stem}`"
        )
    if "studies" in table_names(connection):
        from analyses.study.study import hash_of  # it reads YAML

        for folder, built_hash in connection.execute(
            "select study_folder, study_hash from studies where study_folder is not null"
        ).fetchall():
            if Path(folder).is_dir() and hash_of(Path(folder)) != built_hash:
                yield f"{folder} has changed since {path.name} was built; {again} {quote(folder)}`"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None) if text else None


def _tell(note: str) -> None:
    """Print a note on standard error, once per process."""
    if note not in _told:
        _told.add(note)
        click.echo(f"Note: {on_one_line(note)}", err=True)
