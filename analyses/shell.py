"""`stackstudy sql`: the DuckDB shell on the database, or one query."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import click

from analyses.warehouse import connect, database_path
from loader.errors import WarehouseError
from loader.options import data_option

FORMATS = ("duckbox", "box", "csv", "json", "jsonlines", "markdown", "line")


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


@click.command("sql")
@click.argument("query", required=False)
@data_option
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    default="duckbox",
    show_default=True,
    help="How a query's rows are printed.",
)
@click.pass_context
def command(context: click.Context, query: str | None, data: Path, output: str) -> None:
    """Open the DuckDB shell on the database, or run one QUERY.

    The database is opened read-only. A QUERY of `-` is read from standard input. Close the shell
    (Ctrl-D) before the next build.

    \b
    Examples:
      stackstudy sql
      stackstudy sql "from acceptance"
      stackstudy sql "from yearly_popularity where question_set = 'mobile'" --format csv
      stackstudy sql - < my_query.sql
    """
    with connect(data):
        pass  # says in one line when there is no database or it is in use
    arguments = [shell_program(), "-readonly", "-cmd", "set TimeZone = 'UTC'"]
    if output != "duckbox":  # the shell's own default, for which it has no flag
        arguments.append(f"-{output}")
    arguments.append(str(database_path(data)))
    if query is not None:
        arguments += ["-c", click.get_text_stream("stdin").read() if query == "-" else query]
    context.exit(subprocess.run(arguments, check=False).returncode)  # noqa: S603 - no shell in between
