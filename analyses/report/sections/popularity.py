"""RQ1: is it getting more popular? Questions and users a year, a set on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.figures import popularity_panel
from analyses.figures.numbers import and_list, count
from analyses.figures.popularity import is_partial
from analyses.marts import YearlyPopularity
from analyses.report.blocks import Chart, Column, Prose, Section, Table
from analyses.report.sections.trends import share_blocks, trend_blocks
from analyses.report.study import day

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study

_MART = "yearly_popularity"
_EVERYTHING = "all_questions"


def popularity(study: Study) -> Section:
    """Show questions and users a year."""
    name, title, short, kicker = "rq1", "Is it getting more popular?", "Popularity", "RQ1"
    rows = study.records(YearlyPopularity)
    sets = [one.question_set for one in study.of_kind("topic", "baseline")]
    of_sets = {name: [row for row in rows if row.question_set == name] for name in sets}
    counted = [row.year for found in of_sets.values() for row in found if row.n_questions]
    if not counted:
        sentence = "No question set has a question in any year, so there is nothing to draw."
        return Section(name, title, short, (Prose(sentence),), kicker)
    years = range(min(counted), max(counted) + 1)
    partial = is_partial(years[-1], study.data_end)
    end = (
        f" The data end on {day(study.data_end)}: {years[-1]} is not whole, so its step is dotted"
        " and cannot be held against whole years."
        if partial
        else ""
    )
    blocks: list[Block] = [
        *_lead(study, of_sets, years[-2] if partial else years[-1]),
        Chart(
            "popularity",
            "Questions and users a year",
            "How many questions of each set were asked in a year (filled), and by how many users"
            " (open), each counted once a year; askers whose account is gone are not counted. The"
            f" scales differ from panel to panel.{end}{_without(study, of_sets)}",
            tuple(
                popularity_panel(found, study.style(one), years, study.data_end)
                for one, found in of_sets.items()
                if has_questions(found)
            ),
            study.mart(_MART),
            tuple(one for one, found in of_sets.items() if has_questions(found)),
        ),
        *share_blocks(study, rows, years),
        *trend_blocks(study),
        _table(study, rows, years, "n_questions", "Questions a year", partial=partial),
        _table(study, rows, years, "n_users", "Users who asked, a year", partial=partial),
    ]
    return Section(name, title, short, tuple(blocks), kicker)


def has_questions(rows: list[YearlyPopularity]) -> bool:
    """Whether a set has a question in any year."""
    return any(row.n_questions for row in rows)


def _without(study: Study, of_sets: dict[str, list[YearlyPopularity]]) -> str:
    missing = [study.style(one).label for one, rows in of_sets.items() if not has_questions(rows)]
    return f" No question in these data: {and_list(missing)}." if missing else ""


def _lead(
    study: Study, of_sets: dict[str, list[YearlyPopularity]], last_whole: int
) -> tuple[Prose, ...]:
    """Say from what to what each set went, whole years only."""
    parts = []
    for name, found in of_sets.items():
        whole = [row for row in found if row.year <= last_whole and row.n_questions]
        if len(whole) < 2:
            continue
        parts.append(
            f"{study.style(name).in_words} from {count(whole[0].n_questions)} ({whole[0].year}) to"
            f" {count(whole[-1].n_questions)} ({whole[-1].year})"
        )
    if not parts:
        return ()
    return (Prose(f"Questions a year, over whole years: {and_list(parts)}.", is_lead=True),)


def _table(  # noqa: PLR0913 - what a table of years needs
    study: Study,
    rows: tuple[YearlyPopularity, ...],
    years: range,
    column: str,
    caption: str,
    *,
    partial: bool,
) -> Table:
    values = {(row.question_set, row.year): getattr(row, column) for row in rows}
    counted = {row.question_set for row in rows}
    shown = [
        one.question_set
        for one in study.of_kind("topic", "union", "baseline", "base")
        if one.question_set in counted
    ]
    if _EVERYTHING in counted:
        shown.append(_EVERYTHING)
    headers = [Column("All questions" if one == _EVERYTHING else study.name(one)) for one in shown]
    body = []
    for year in years:
        cut = partial and year == years[-1]
        label = (
            Markup('{}&nbsp;<span class="mark">to {}</span>').format(
                year, f"{study.data_end:%-d %b}"
            )
            if cut
            else str(year)
        )
        body.append((label, *(count(values.get((one, year), 0)) for one in shown)))
    return Table(
        f"{_MART}_{column}",
        caption,
        (Column("Year", is_number=False), *headers),
        tuple(body),
        study.mart(_MART),
    )
