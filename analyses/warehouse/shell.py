"""`stackstudy sql`: the DuckDB shell on the database, or one query."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import click

from analyses.common.subprocesses import started
from analyses.study.options import built_study_option
from analyses.study.slips import instead
from analyses.warehouse.database import connect, find_database, table_names
from loader.errors import WarehouseError
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import TextIOWrapper

    import duckdb

FORMATS = ("duckbox", "box", "csv", "json", "jsonlines", "markdown", "line")
SAVED = Path(__file__).parent.parent / "queries"
"""Folder of the saved queries, one .sql file each."""

_STEERING = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"
}
"""What may steer a terminal, U+009B like ESC [: a dump has it, and the shell prints it as it is."""

_REF = re.compile(r"\{\{\s*ref\('(\w+)'\)\s*\}\}")


def saved_queries() -> dict[str, str]:
    """Return the saved queries by name, and what each answers, from its first comment."""
    found = {}
    for path in sorted(SAVED.glob("*.sql")):
        lines = path.read_text(encoding="utf-8").splitlines()
        comment = takewhile(lambda line: line.startswith("--"), lines)
        found[path.stem] = " ".join(line[2:].strip() for line in comment)
    return found


def saved_query(name: str) -> str:
    """Return the SQL of a saved query for the shell: each ``ref`` becomes the table's name.

    Raises
    ------
    WarehouseError
        When no saved query has that name.
    """
    path = SAVED / f"{name}.sql"
    if name not in saved_queries():
        raise WarehouseError(
            f"no saved query is named {name!r}; there are {', '.join(saved_queries())}"
        )
    return _REF.sub(r"\1", path.read_text(encoding="utf-8"))


def saved_rows(
    data: Path, study: str | None, name: str, sets: Sequence[str] = (), limit: int | None = None
) -> str:
    """Return the SQL of a saved query whose rows are those of some sets, in the study's order.

    Parameters
    ----------
    sets : sequence of str
        The question sets to keep, for a row about two sets either of them; by default all.
    limit : int, optional
        Rows to keep of each set; by default as many as the query says.

    Raises
    ------
    WarehouseError
        When no saved query, or no question set of the study, has that name, or nothing is built.
    """
    query = saved_query(name)
    with connect(data, study) as connection:
        if "question_sets" not in table_names(connection):
            raise WarehouseError(
                f"{find_database(data, study)}: the tables are not built yet; run"
                " `stackstudy build`"
            )
        known = _set_names(connection)
        columns = [row[0] for row in connection.execute(f"describe {query}").fetchall()]
    for one in sets:
        if one not in known:
            raise WarehouseError(f"--set {one}: no question set has this name{instead(one, known)}")
    of_sets = [column for column in ("question_set", "set_a", "set_b") if column in columns]
    names = ", ".join(f"'{one}'" for one in sets)
    wanted = " or ".join(f"{column} in ({names})" for column in of_sets) if sets else "true"
    places = ", ".join(
        f"list_position({known}, {column})" for column in of_sets if column == "question_set"
    )
    kept = f"place_in_set <= {limit}" if limit is not None else "true"
    return f"""
        with saved as ({query}),
        numbered as (select *, row_number() over () as place_in_answer from saved),
        chosen as (
            select
                *,
                row_number() over (
                    partition by {of_sets[0]} order by place_in_answer
                ) as place_in_set
            from numbered
            where {wanted}
        )
        select * exclude (place_in_answer, place_in_set)
        from chosen
        where {kept}
        order by {places + ", " if places else ""}place_in_answer
    """


def _set_names(connection: duckdb.DuckDBPyConnection, order: str = "position") -> list[str]:
    """Return the names of the question sets, in the order of the study unless it says another."""
    found = connection.execute(f"select question_set from question_sets order by {order}")
    return [name for (name,) in found.fetchall()]


def shell_program() -> str:
    """Return the path of the DuckDB shell: that of this Python's environment, else of the PATH.

    The package's own `duckdb` is a script around the program, which Ctrl-C would end while the
    program lives on; so the program itself goes first.

    Raises
    ------
    WarehouseError
        When there is no shell.
    """
    package = find_spec("duckdb_cli")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if program := shutil.which("duckdb", path=folder):
            return program
    beside = shutil.which("duckdb", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("duckdb")
    if program is None:
        raise WarehouseError(
            "no DuckDB shell found; install it with `pip install 'duckdb-cli==1.5.*'`"
        )
    return program


STARTING_POINTS = (
    "questions",
    "question_sets",
    "question_set_members",
    "yearly_popularity",
    "acceptance",
    "response_time_summary",
    "survival_summary",
    "proportion_tests",
    "response_time_tests",
    "taxonomy_distribution",
)
"""The tables to look at first."""


_JOIN: Final = "join question_set_members using (site, question_id)"

_EXAMPLES: Final = "kind != 'topic', position"
"""Order of sets for an example: a topic is what people look at first."""

_NO_SET: Final = re.compile(r'Referenced column "(?:question_)?set" not found')
"""How DuckDB says that a table without sets was asked for one: so the first query of many ends."""


def hint(said: str, query: str, sets: Sequence[str]) -> str | None:
    """Return how to ask for the questions of a set, when a query failed because it asked otherwise.

    Parameters
    ----------
    said : str
        What the shell wrote to standard error.
    query : str
        The query, in which the set may be named, as it may be in what the shell said of it.
    sets : sequence of str
        Names of the study's question sets, a good example first.
    """
    if not sets or not _NO_SET.search(said):
        return None
    words = set(re.findall(r"\w+", f"{query} {said}"))
    one = next((name for name in sets if name in words), sets[0])
    return (
        "Hint: `questions` has one row per question, which may be in several sets. Ask\n"
        f"  from {one}_questions\n"
        f"or  from questions {_JOIN}\n    where question_set = '{one}'"
    )


def greeting(data: Path, study: str | None) -> str:
    """Return what the shell says first: the tables, and queries to try."""
    with connect(data, study) as connection:
        tables = sorted(
            name for name in table_names(connection) if not name.startswith(("int_", "stg_"))
        )
        is_built = "question_sets" in tables
        sets = _set_names(connection) if is_built else []
        examples = _set_names(connection, _EXAMPLES) if is_built else []
    if "questions" not in tables:
        return "Nothing is built here yet: leave with Ctrl-D, then run `stackstudy build`.\n"
    first = [name for name in STARTING_POINTS if name in tables]
    views = {f"{name}_questions" for name in sets}
    others = [name for name in tables if name not in first and name not in views]
    one = examples[0] if examples else "SET"
    return (
        f"Tables to start from:\n{_wrapped(first)}\n"
        f"The questions of each set:\n{_wrapped([f'{name}_questions' for name in sets])}\n"
        f"Others (and the dump itself as views: stg_posts, stg_users, ...):\n{_wrapped(others)}\n"
        "Try:\n"
        "  from acceptance;\n"
        f"  from yearly_popularity where question_set = '{one}';\n"
        f"  select title, url from {one}_questions\n"
        "    order by view_count desc limit 10;\n"
        f"  select title, url from questions\n    {_JOIN}\n"
        f"    where question_set = '{one}' limit 10;\n"
        "Leave with Ctrl-D. To see what is built meanwhile, open the shell again.\n"
    )


def _wrapped(names: list[str]) -> str:
    return click.wrap_text(", ".join(names), 78, "  ", "  ")


def _list_saved(context: click.Context, _option: click.Option, is_wanted: bool) -> None:  # noqa: FBT001 - click's
    if not is_wanted:
        return
    is_plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    for name, answer in saved_queries().items():
        click.echo(name if is_plain else click.style(name, bold=True))
        click.echo(click.wrap_text(answer, 78, "    ", "    "))
    context.exit()


@click.command("sql")
@click.argument("query", required=False)
@data_option
@built_study_option
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
    "--set",
    "sets",
    metavar="SET",
    multiple=True,
    help="Saved query: only this question set; may be given again.",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help="Saved query: at most N rows of each question set.",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(FORMATS),
    default="duckbox",
    show_default=True,
    help="How a query's rows are printed.",
)
@click.option(
    "--safe",
    is_flag=True,
    help="Let no query or command read or write a file; the views of the dump (stg_...) do, so they"
    " are off, too.",
)
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - an option each
    context: click.Context,
    query: str | None,
    data: Path,
    study: str | None,
    saved: str | None,
    sets: tuple[str, ...],
    limit: int | None,
    output: str,
    *,
    safe: bool,
) -> None:
    """Open the DuckDB shell on the database, or run one QUERY.

    The database is opened read-only. A QUERY of `-` is read from standard input. An open shell
    keeps the tables that it has found, even while others are built.

    A query may read and write any file that you may, and a script may start programs: run those of
    others with --safe.

    \b
    Examples:
      stackstudy sql
      stackstudy sql "from acceptance"
      stackstudy sql "from yearly_popularity order by year" --format csv
      stackstudy sql --saved self_answers
      stackstudy sql --saved unanswered_most_viewed --set mobile --limit 5
      stackstudy sql - < my_query.sql
      stackstudy sql --safe - < query_of_somebody.sql
    """
    if query is not None and saved is not None:
        raise click.UsageError("give a QUERY or --saved NAME, not both")
    if saved is None and (sets or limit is not None):
        raise click.UsageError("--set and --limit are for a saved query: name one with --saved")
    welcome = greeting(data, study)  # says in one line when there is no database, or it is in use
    commands = ["-cmd", "set TimeZone = 'UTC'"]
    if saved is not None:
        query = saved_rows(data, study, saved, sets, limit)
        commands += ["-cmd", f"set variable rows_per_set = {limit or 'null'}"]
        commands += ["-cmd", ".maxrows 1000"]  # they are short, and only a shell has `.last`
    elif query == "-":
        query = _read_query()
    if safe:
        commands += ["-cmd", ".safe_mode"]
    arguments = [shell_program(), "-readonly", *commands]
    if output != "duckbox":  # the shell's own default, for which it has no flag
        arguments.append(f"-{output}")
    arguments.append(str(find_database(data, study)))
    is_shell = query is None and sys.stdin.isatty()
    if is_shell:
        click.echo(welcome)
        with _left_to_the_shell(), started(arguments) as process:
            pass
    else:
        process, said = _run(arguments, query)
        if said and (how := hint(said, query or "", _example_sets(data, study))):
            click.echo(how, err=True)
    context.exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)


def _read_query() -> str:
    """Return the query on standard input."""
    content = sys.stdin.buffer.read()
    try:
        query = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        query = "\0"
    if "\0" in query:
        raise click.UsageError("standard input is not a query in UTF-8; save its file as UTF-8")
    return query


def _run(arguments: list[str], query: str | None) -> tuple[subprocess.Popen[str], str]:
    """Run the shell on a query, or on standard input; return it ended, and what it said of errors.

    What goes to a terminal is shown as it fits, and does not steer it.
    """
    is_filtered = sys.stdout.isatty()
    if is_filtered:
        width = shutil.get_terminal_size().columns
        arguments = [arguments[0], "-cmd", f".maxwidth {width}", *arguments[1:]]
    if query is not None:
        arguments = [*arguments, "-c", query]
    said: list[str] = []
    with started(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        telling = threading.Thread(target=_tell, args=(process.stderr, said))
        telling.start()
        try:
            if is_filtered:
                for line in process.stdout or ():
                    click.echo(line.translate(_STEERING), nl=False)
            else:  # the shell itself does not notice that a disk is full
                output = cast("TextIOWrapper", process.stdout).buffer
                shutil.copyfileobj(output, sys.stdout.buffer)
                sys.stdout.flush()
        except BaseException:
            process.terminate()
            raise
        finally:
            telling.join()
    return process, "".join(said)


def _tell(errors: IO[str] | None, said: list[str]) -> None:
    """Pass on what the shell writes to standard error, and keep it; a terminal is not steered."""
    is_terminal = sys.stderr.isatty()
    for line in errors or ():
        said.append(line)
        click.echo(line.translate(_STEERING) if is_terminal else line, nl=False, err=True)


def _example_sets(data: Path, study: str | None) -> list[str]:
    with connect(data, study) as connection:
        is_built = "question_sets" in table_names(connection)
        return _set_names(connection, _EXAMPLES) if is_built else []


@contextmanager
def _left_to_the_shell() -> Iterator[None]:
    """Leave Ctrl-C to the shell, which breaks off a query with it.

    A function rather than SIG_IGN, which the shell would inherit.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
