"""RQ1: is it getting more popular? Questions and users a year, a set on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import and_list, count
from analyses.figures import popularity_panel
from analyses.figures.popularity import is_partial
from analyses.report.blocks import Chart, Column, Prose, Section, Table
from analyses.report.sections.trends import share_blocks, trend_blocks
from analyses.report.study import day
from analyses.report.wholes import counted_sets, known_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MART = "yearly_popularity"
_EVERYTHING = "all_questions"


def popularity(study: Study) -> Section:
    """Show questions and users a year."""
    name, title, short, kicker = "rq1", "Is it getting more popular?", "Popularity", "RQ1"
    rows = study.rows("yearly_popularity")
    has_others = "question_share" in known_shares(study)
    if not has_others:  # 100% of what was loaded says nothing of the topics
        rows = tuple(row._replace(question_share=None) for row in rows)
    sets = [one.question_set for one in study.of_kind("topic", "baseline")]
    of_sets = {name: [row for row in rows if row.question_set == name] for name in sets}
    counted = [row.year for found in of_sets.values() for row in found if row.n_questions]
    if not counted:
        sentence = "No question set has a question in any year, so there is nothing to draw."
        return Section(name, title, short, (Prose(sentence),), kicker)
    years = range(min(counted), max(counted) + 1)
    cut = _cut_years(study, rows, years)
    drawn = {one: found for one, found in of_sets.items() if has_questions(found)}
    blocks: list[Block] = [
        *_lead(study, of_sets, [year for year, marks in cut.items() if not marks]),
        Chart(
            "popularity",
            "Questions and users a year",
            "How many questions of each set were asked in a year (filled), and by how many users"
            " (open), each counted once a year; askers whose account is gone are not counted. The"
            f" scales differ from panel to panel.{_edges(study, years, cut)}"
            f"{_without(study, of_sets)}",
            tuple(
                popularity_panel(found, study.style(one), years, study.data_end)
                for one, found in drawn.items()
            ),
            study.table(_MART),
            tuple(drawn),
        ),
        *share_blocks(study, rows, years),
        *trend_blocks(study),
        _table(study, rows, cut, "n_questions", "Questions a year"),
        _table(study, rows, cut, "n_users", "Users who asked, a year"),
    ]
    return Section(name, title, short, tuple(blocks), kicker)


def has_questions(rows: list[Row]) -> bool:
    """Whether a set has a question in any year."""
    return any(row.n_questions for row in rows)


def _without(study: Study, of_sets: dict[str, list[Row]]) -> str:
    missing = [study.style(one).label for one, rows in of_sets.items() if not has_questions(rows)]
    return f" No question in these data: {and_list(missing)}." if missing else ""


def _cut_years(study: Study, rows: Sequence[Row], years: range) -> dict[int, tuple[str, ...]]:
    """Return all years, each with what the data cut of it: where they begin, where they end."""
    begun_late = {
        row.year for row in rows if row.covered_share is not None and row.covered_share < 1
    }
    result = {}
    for year in years:
        marks = []
        begin = study.data_begin
        if (
            begin is not None
            and begin.year == year
            and year in begun_late
            and (begin.month, begin.day) > (1, 1)
        ):
            marks.append(f"from {begin:%-d %b}")
        if is_partial(year, study.data_end):
            marks.append(f"to {study.data_end:%-d %b}")
        result[year] = tuple(marks)
    return result


def _edges(study: Study, years: range, cut: dict[int, tuple[str, ...]]) -> str:
    """Say where the data begin and end inside a year."""
    said = ""
    if any(mark.startswith("from") for mark in cut[years[0]]):
        said += f" The data begin on {day(study.data_begin)}: {years[0]} is not whole."
    if any(mark.startswith("to") for mark in cut[years[-1]]):
        said += (
            f" The data end on {day(study.data_end)}: {years[-1]} is not whole, so its step is"
            " dotted and cannot be held against whole years."
        )
    return said


def _lead(study: Study, of_sets: dict[str, list[Row]], whole_years: list[int]) -> tuple[Prose, ...]:
    """Say from what to what each set went, whole years only."""
    parts = []
    for name, found in of_sets.items():
        whole = [row for row in found if row.year in whole_years and row.n_questions]
        if len(whole) < 2:
            continue
        parts.append(
            f"{study.style(name).in_words} from {count(whole[0].n_questions)} ({whole[0].year}) to"
            f" {count(whole[-1].n_questions)} ({whole[-1].year})"
        )
    if not parts:
        return ()
    return (Prose(f"Questions a year, over whole years: {and_list(parts)}.", is_lead=True),)


def _table(
    study: Study,
    rows: tuple[Row, ...],
    cut: dict[int, tuple[str, ...]],
    column: str,
    caption: str,
) -> Table:
    values = {(row.question_set, row.year): getattr(row, column) for row in rows}
    counted = {row.question_set for row in rows}
    sets = counted_sets(study)
    shown = [
        one.question_set
        for one in study.of_kind("topic", "union", "baseline", "base")
        if one.question_set in counted and one in sets
    ]
    if _EVERYTHING in counted and "question_share" in known_shares(study):
        shown.append(_EVERYTHING)
    headers = [Column("All questions" if one == _EVERYTHING else study.name(one)) for one in shown]
    body = []
    for year, marks in cut.items():
        label = Markup("{}{}").format(
            year,
            Markup("").join(
                Markup('&nbsp;<span class="mark">{}</span>').format(mark) for mark in marks
            ),
        )
        body.append((label, *(count(values.get((one, year), 0)) for one in shown)))
    return Table(
        f"{_MART}_{column}",
        caption,
        (Column("Year", is_number=False), *headers),
        tuple(body),
        study.table(_MART),
    )
