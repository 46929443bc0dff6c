"""`stackstudy sql`: the DuckDB shell on the database, or one query."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import click

from analyses.warehouse import connect, database_path
from loader.errors import WarehouseError
from loader.options import data_option

FORMATS = ("duckbox", "box", "csv", "json", "jsonlines", "markdown", "line")
SAVED = Path(__file__).parent
"""Folder of the saved queries, one .sql file each."""

_REF = re.compile(r"\{\{\s*ref\('(\w+)'\)\s*\}\}")


def saved_queries() -> dict[str, str]:
    """Names of the saved queries and what each answers, from its first comment."""
    found = {}
    for path in sorted(SAVED.glob("*.sql")):
        lines = path.read_text(encoding="utf-8").splitlines()
        comment = [line[2:].strip() for line in lines[: _first_code(lines)]]
        found[path.stem] = " ".join(comment)
    return found


def saved_query(name: str) -> str:
    """Return the SQL of a saved query as the shell takes it: each ``ref`` is the table's own name.

    Raises
    ------
    WarehouseError
        When there is none of that name.
    """
    path = SAVED / f"{name}.sql"
    if name not in saved_queries():
        raise WarehouseError(
            f"no saved query is named {name!r}; there are {', '.join(saved_queries())}"
        )
    return _REF.sub(r"\1", path.read_text(encoding="utf-8"))


def _first_code(lines: list[str]) -> int:
    return next(n for n, line in enumerate(lines) if not line.startswith("--"))


def shell_program() -> str:
    """Path of the DuckDB shell: the one installed with this Python, else the one on the PATH.

    Raises
    ------
    WarehouseError
        When there is none.
    """
    beside = shutil.which("duckdb", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("duckdb")
    if program is None:
        raise WarehouseError(
            "no DuckDB shell found; install it with `pip install 'duckdb-cli==1.5.*'`"
        )
    return program


def greeting(data: Path) -> str:
    """Say what the shell says first: the tables there are, and queries to try."""
    with connect(data) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main'"
            " and not regexp_matches(table_name, '^(int|stg)_') order by table_name"
        ).fetchall()
    names = click.wrap_text(", ".join(name for (name,) in tables), 78, "  ", "  ")
    return (
        f"Tables (and the dump itself as views: stg_posts, stg_users, ...):\n{names}\n"
        "Try:\n"
        "  from acceptance;\n"
        "  from yearly_popularity where question_set = 'deployment' order by year;\n"
        "  select title, url from questions order by view_count desc limit 10;\n"
        "Leave with Ctrl-D: while the shell is open, nothing can be built.\n"
    )


def _list_saved(context: click.Context, _option: click.Option, is_wanted: bool) -> None:  # noqa: FBT001 - click's
    if not is_wanted:
        return
    for name, answer in saved_queries().items():
        click.echo(click.style(name, bold=True))
        click.echo(click.wrap_text(answer, 78, "    ", "    "))
    context.exit()


@click.command("sql")
@click.argument("query", required=False)
@data_option
@click.option("--saved", metavar="NAME", help="Run a saved query; --list shows them.")
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_saved,
    help="List the saved queries and what each answers.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    default="duckbox",
    show_default=True,
    help="How a query's rows are printed.",
)
@click.pass_context
def command(
    context: click.Context, query: str | None, data: Path, saved: str | None, output: str
) -> None:
    """Open the DuckDB shell on the database, or run one QUERY.

    The database is opened read-only. A QUERY of `-` is read from standard input. Close the shell
    (Ctrl-D) before the next build.

    \b
    Examples:
      stackstudy sql
      stackstudy sql "from acceptance"
      stackstudy sql "from yearly_popularity where question_set = 'mobile'" --format csv
      stackstudy sql --saved self_answers
      stackstudy sql - < my_query.sql
    """
    if query is not None and saved is not None:
        raise click.UsageError("give a QUERY or --saved NAME, not both")
    welcome = greeting(data)  # says in one line when there is no database, or it is in use
    if saved is not None:
        query = saved_query(saved)
    elif query == "-":
        query = click.get_text_stream("stdin").read()
    arguments = [shell_program(), "-readonly", "-cmd", "set TimeZone = 'UTC'"]
    if output != "duckbox":  # the shell's own default, for which it has no flag
        arguments.append(f"-{output}")
    arguments.append(str(database_path(data)))
    if query is not None:
        arguments += ["-c", query]
    elif sys.stdin.isatty():
        click.echo(welcome)
    context.exit(subprocess.run(arguments, check=False).returncode)  # noqa: S603 - no shell between
