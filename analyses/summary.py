"""The main table of a study, for the terminal: one row a question set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from analyses.figures.numbers import count, duration, number, percent
from analyses.marts import Acceptance, ManifestEntry, QuestionSet, ResponseTimes, read_marts

if TYPE_CHECKING:
    from pathlib import Path

PIPED_WIDTH = 120
"""Columns of a table that is written to a file, where there is no terminal to ask."""


def console() -> Console:
    """Return a console on standard output that neither colours nor crops what goes to a file."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=PIPED_WIDTH)


def announce(data: Path) -> None:
    """Print questions, acceptance and response times of every question set.

    Raises
    ------
    WarehouseError
        When the tables are not built.
    """
    marts = read_marts(data)
    acceptance = {row.question_set: row for row in marts.records(Acceptance)}
    times = {row.question_set: row for row in marts.records(ResponseTimes)}
    table = Table(title="Question sets", title_justify="left")
    table.add_column("set")
    for heading in (
        "questions",
        "no accepted answer",
        "median response",
        "in minutes",
        "days dropped",
    ):
        table.add_column(heading, justify="right")
    sets = sorted(marts.records(QuestionSet), key=lambda row: row.position)
    for row in sets:
        accepted, time = acceptance.get(row.question_set), times.get(row.question_set)
        if accepted is None or time is None:
            continue
        table.add_row(
            row.question_set + (" *" if row.is_candidate_set else ""),
            count(accepted.n_questions),
            percent(accepted.no_accepted_share),
            duration(time.median_response_minutes),
            number(time.median_response_minutes),
            number(time.median_response_minutes_days_dropped),
        )
    out = console()
    out.print(table)
    if any(row.is_candidate_set for row in sets):
        out.print("* candidates: the rules alone chose them, no person decided (--decisions FILE)")
    if any(entry.is_synthetic for entry in marts.records(ManifestEntry)):
        out.print("Synthetic data: made by `stackstudy sample`, not from any real site.")
