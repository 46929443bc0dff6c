"""The main table of a study, for the terminal: one row per question set."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from analyses.common.numbers import count, duration, number, percent
from analyses.warehouse.tables import read_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PIPED_WIDTH = 120
"""Characters of a table's lines in a file, where there is no terminal to ask."""

_READ: Final = (
    *("question_sets", "acceptance", "response_time_summary", "dump_manifest", "site_tags"),
    *("published_response_times", "replication_checks"),
)
_NO_MATCH: Final = (
    "No question of the loaded sites is in a set of this study. Load the sites that it is about,"
    " make a dump to try with (`stackstudy sample`), or begin a study of a tag of these sites:"
    " `stackstudy study new my_study --tag {tag}` (docs/study.md)."
)


def console() -> Console:
    """Return a console on standard output that neither colours nor crops the output to a file."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=PIPED_WIDTH)


def print_fitting(out: Console, *layouts: Callable[[], Sequence[Table]]) -> None:
    """Print the first layout that the console has room for, so that no cell is cut.

    Parameters
    ----------
    out : Console
        One that writes to a file is made as wide as the first layout.
    *layouts : callable
        Each returns tables, the widest layout first. If not even the last has room, the terminal
        breaks its lines.
    """
    room = out.options.update(max_width=100_000)
    for last, layout in enumerate(layouts, start=1 - len(layouts)):
        tables = layout()
        width = max(Measurement.get(out, room, table).maximum for table in tables)
        if width <= out.width or not out.is_terminal or last == 0:
            out.width = max(out.width, width)
            for table in tables:
                out.print(table)
            return


def _table(rows: list[dict[str, str]], without: set[str]) -> Table:
    table = Table(title="Question sets", title_justify="left")
    for name in rows[0] if rows else ():
        if name not in without:
            table.add_column(name, justify="left" if name == "set" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(value for name, value in row.items() if name not in without))
    return table


def announce(data: Path, study: str | None = None) -> None:
    """Print questions, acceptance and response times of every question set.

    Raises
    ------
    WarehouseError
        When the tables are not built.
    """
    tables = read_tables(data, study, only=_READ)
    acceptance = {row.question_set: row for row in tables.rows("acceptance")}
    times = {row.question_set: row for row in tables.rows("response_time_summary")}
    sets = sorted(tables.rows("question_sets"), key=lambda row: row.position)
    rows = [
        {
            "set": row.question_set + (" *" if row.is_candidate_set else ""),
            "questions": count(accepted.n_questions),
            "no accepted\nanswer": percent(accepted.no_accepted_share),
            "median\nresponse": duration(time.median_response_minutes),
            "in minutes": number(time.median_response_minutes),
            "days\ndropped": number(time.median_response_minutes_days_dropped),
        }
        for row in sets
        if (accepted := acceptance.get(row.question_set)) and (time := times.get(row.question_set))
    ]
    out = console()
    print_fitting(
        out,
        *([lambda: [_table(rows, set())]] if tables.drops_days else []),
        lambda: [_table(rows, {"days\ndropped"})],
        lambda: [_table(rows, {"days\ndropped", "in minutes"})],
    )
    if not any(
        acceptance[row.question_set].n_questions for row in sets if row.question_set in acceptance
    ):
        out.print(_NO_MATCH.format(tag=shlex.quote(tables.largest_tag)), soft_wrap=True)
    if any(row.is_candidate_set for row in sets):
        out.print("* candidates: the rules alone chose them, no person decided (docs/decide.md)")
    if any(entry.is_synthetic for entry in tables.rows("dump_manifest")):
        out.print("Synthetic data: made by `stackstudy sample`, not from any real site.")
