"""RQ1: is it getting more popular? Questions and users per year, their shares, their trends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from analyses.common.numbers import and_list, between, count, few, number, p_words
from analyses.figures import popularity_panel, popularity_shares
from analyses.figures.popularity import is_partial
from analyses.report.blocks import (
    SET,
    Cell,
    Chart,
    Column,
    Fold,
    Missing,
    Prose,
    Section,
    Table,
    interval,
    table_of,
    words,
)
from analyses.report.denominators import counted_sets, known_shares, reaches_beyond, trends
from analyses.report.sections.acceptance import LEAST
from analyses.report.study import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA: Final = "yearly_popularity"
_EVERYTHING: Final = "all_questions"
_TREND_COLUMNS = (
    Column("Years", "first_year last_year", "{} to {}".format, "The years that are compared"),
    Column("Factor per year", "rate_ratio"),
    interval("rate_ratio_ci_low rate_ratio_ci_high"),
    Column("p", "rate_p_value"),
    Column("p, Holm", "rate_p_value_adjusted"),
    Column(
        "Kendall’s\N{NO-BREAK SPACE}τ",
        "tau tau_ci_low tau_ci_high",
        lambda tau, low, high: number(tau) + ("" if low is None else f" ({between(low, high)})"),
        "With its 95% interval, where there is one",
    ),
    Column("p of τ", "mann_kendall_p_value"),
    Column("p of τ, Holm", "mann_kendall_p_value_adjusted"),
)


def popularity(study: StudyResults) -> Section:
    """Show questions and users per year."""
    name, title, short, kicker = "rq1", "Is it getting more popular?", "Popularity", "RQ1"
    rows = study.rows(_DATA)
    if "question_share" not in known_shares(study):  # 100% of what was loaded says nothing
        rows = tuple(row._replace(question_share=None) for row in rows)
    if not study.knows_askers:
        rows = tuple(row._replace(n_users=None) for row in rows)
    shown = study.of_kind("topic", "baseline") or study.of_kind("base")
    of_sets = {
        one.question_set: [row for row in rows if row.question_set == one.question_set]
        for one in shown
    }
    asked = [row.year for found in of_sets.values() for row in found if row.n_questions]
    if not asked:
        because = "no question set has a question in any year" if rows else study.why_empty(_DATA)
        return Section(name, title, short, (Missing(title, because),), kicker)
    years = range(min(asked), max(asked) + 1)
    cut = _cut_years(study, rows, years)
    drawn = {one: found for one, found in of_sets.items() if any(row.n_questions for row in found)}
    empty = [study.style(one).label for one in of_sets if one not in drawn]
    without = f" No question in these data: {and_list(empty)}." if empty else ""
    scales = " The scales differ from panel to panel." if len(drawn) > 1 else ""
    blocks: list[Block] = [
        *_lead(study, rows, tuple(drawn), _whole_years(rows, cut)),
        Chart(
            "popularity",
            "Questions and users per year" if study.knows_askers else "Questions per year",
            f"{_who_asked(study)}{scales}{_edges(study, years, cut)}{without}",
            tuple(
                popularity_panel(found, study.style(one), years, study.data_end)
                for one, found in drawn.items()
            ),
            study.table(_DATA),
            tuple(drawn),
        ),
        *_shares(study, rows, years),
        *_trends(study),
        _table(study, rows, cut, "n_questions", "Questions per year"),
        *(
            [_table(study, rows, cut, "n_users", "Users who asked, per year")]
            if study.knows_askers
            else []
        ),
    ]
    return Section(name, title, short, tuple(blocks), kicker)


def _who_asked(study: StudyResults) -> str:
    """Say what a chart of questions per year counts, and whether it has users."""
    if not study.knows_askers:
        return "How many questions of each set were asked per year. The data do not say by whom."
    return (
        "How many questions of each set were asked per year (filled markers), and by how many users"
        " (open), each counted once per year; deleted accounts are not counted."
    )


def _cut_years(
    study: StudyResults, rows: Sequence[Row], years: range
) -> dict[int, tuple[str, ...]]:
    """Return all years, each with the days on which the data begin or end in it."""
    in_part = _years_in_part(rows)
    begin, end = study.data_begin, study.data_end
    result = {}
    for year in years:
        marks = []
        if begin and begin.year == year in in_part and (begin.month, begin.day) > (1, 1):
            marks.append(f"from {begin:%-d %b}")
        if end and is_partial(year, end):
            marks.append(f"to {end:%-d %b}")
        result[year] = tuple(marks)
    return result


def _whole_years(rows: Sequence[Row], cut: dict[int, tuple[str, ...]]) -> list[int]:
    """Return the years of which no site of the study lacks a day."""
    in_part = _years_in_part(rows)
    return [year for year, marks in cut.items() if not marks and year not in in_part]


def _years_in_part(rows: Sequence[Row]) -> set[int]:
    return {row.year for row in rows if row.covered_share is not None and row.covered_share < 1}


def _edges(study: StudyResults, years: range, cut: dict[int, tuple[str, ...]]) -> str:
    """Say where the data begin and end inside a year."""
    said = ""
    if any(mark.startswith("from") for mark in cut[years[0]]):
        said += f" The data begin on {day(study.data_begin)}: {years[0]} is not whole."
    if any(mark.startswith("to") for mark in cut[years[-1]]):
        said += (
            f" The data end on {day(study.data_end)}: {years[-1]} is not whole, so its step is"
            " dotted and cannot be compared with whole years."
        )
    return said


def _lead(
    study: StudyResults, rows: Sequence[Row], drawn: Sequence[str], whole_years: list[int]
) -> tuple[Prose, ...]:
    """Compare the last whole year with the first that is comparable; of many sets, the main two.

    That is the first year in which all of them have ten questions, or else any. A set that begins
    in the last year is named apart: nothing to divide by is no rise. One that was asked about
    before, but in no whole year, is not compared.
    """
    if len(drawn) > 4 and study.contrast:
        drawn = [one.question_set for one in study.contrast]
    if len(whole_years) < 2:
        return ()
    *earlier, last = whole_years
    n = {(row.question_set, row.year): row.n_questions for row in rows}
    begun = [name for name in drawn if any(n.get((name, year)) for year in earlier)]
    first = next(
        (
            year
            for least in (LEAST, 1)
            for year in earlier
            if all(n.get((name, year), 0) >= least for name in begun)
        ),
        None,
    )
    if not begun or first is None:
        return ()
    ends = {name: (n[name, first], n.get((name, last), 0)) for name in begun}
    parts = [
        f"{study.style(name).in_words} from {count(before)} to {count(after)}"
        for name, (before, after) in ends.items()
    ]
    begin = few(min(before + after for before, after in ends.values()))
    said = f"{begin}Questions per year, {first} compared with {last}: {and_list(parts)}."
    new = [
        f"{study.style(name).in_words} ({count(n[name, last])})"
        for name in drawn
        if n.get((name, last)) and min(study.asked(name), default=last) == last
    ]
    if new:
        said += f" First asked about in {last}: {and_list(new)}."
    return (Prose(said, is_lead=True),)


# --- shares


def _shares(study: StudyResults, rows: tuple[Row, ...], years: range) -> tuple[Block, ...]:
    """Draw the shares of all questions and of the base set, if they mean something."""
    base = study.base
    wholes = {"question_share": "all questions"}
    if base is not None and study.topics:
        wholes["base_question_share"] = f"the base set ({base.label})"
    names = {one.question_set for one in study.of_kind("topic", "union") or study.of_kind("base")}
    asked = {row.question_set for row in rows if row.n_questions}
    of_sets = [row for row in rows if row.question_set in names & asked]
    beyond = reaches_beyond(study)
    drawn = {
        column: popularity_shares(
            of_sets, study.styles, years, column=column, whole=whole, data_end=study.data_end,
            is_part=column == "question_share" or not beyond,
        )
        for column, whole in wholes.items()
        if column in known_shares(study)
        and any(getattr(row, column) is not None for row in of_sets)
    }  # fmt: skip
    because = "the data hold no question outside the topics, so there is nothing to divide by"
    if not of_sets:
        because = "the data hold no question of the topics"
    left_out = [
        Missing(f"Shares of {whole}", because)
        for column, whole in wholes.items()
        if column not in drawn
    ]
    if not drawn:
        return tuple(left_out)
    ratio = (
        " Topics also hold questions that are not in the base set, so this is a ratio to it, not"
        " a part of it, and may exceed 100%."
        if "base_question_share" in drawn and beyond
        else ""
    )
    chart = Chart(
        "popularity-shares",
        "Share of the questions of a year",
        f"How large each set is compared with {and_list([wholes[one] for one in drawn])} of the"
        f" same year: a count can rise because a site grows, a share cannot.{ratio}",
        tuple(drawn.values()),
        study.table(_DATA),
        tuple(column.replace("_", "-") for column in drawn),
    )
    return (chart, *left_out)


# --- trends


def _measures(study: StudyResults) -> dict[str, str]:
    """Return the measures of a trend, in words."""
    return {
        "questions": "questions",
        "share_of_all_questions": "share of all questions",
        "share_of_base_set": "ratio to the base set"
        if reaches_beyond(study)
        else "share of the base set",
    }


def _trends(study: StudyResults) -> tuple[Block, ...]:
    """Say in a sentence whether the study's subject rises, and give all trends in a table."""
    measures = _measures(study)
    shown = trends(study)
    if not shown:
        return (Missing("Trends from year to year", study.why_empty("popularity_trends")),)
    rows = [row for row in shown if (row.rate_ratio, row.tau) != (None, None)]
    if not rows:
        return (Missing("Trends from year to year", "there are too few years"),)
    subjects = (study.union,) if study.union else study.topics or (study.subject,)
    said = [
        Prose(sentence)
        for one in subjects
        if one is not None and (sentence := _sentence(study, one.question_set, measures, rows))
    ]
    measure = words("Measure", "measure", lambda measure: measures[measure])
    table = table_of(
        study, "popularity_trends", "Does it rise from year to year?",
        (SET, measure, *_TREND_COLUMNS), rows,
        note="A year that the data cover in part counts as that part. With few years, the p-value"
        " of Kendall’s test can hardly fall below 0.05; a dash means too few."
        " Holm’s correction goes over the topics, their union and the baseline in one measure; any"
        " other set stands alone.",
    )  # fmt: skip
    return (
        *(said or [Prose("There are too few years for a trend.")]),
        Fold(f"Trends one by one ({count(len(rows))})", (table,)),
    )


def _sentence(
    study: StudyResults, name: str, measures: dict[str, str], rows: list[Row]
) -> str | None:
    own = {
        row.measure: row
        for row in rows
        if row.question_set == name and None not in (row.rate_ratio, row.rate_ratio_ci_low)
    }
    if not own:
        return None
    is_adjusted = len(study.of_kind("topic", "union", "baseline")) > 1
    parts = []
    for measure, measured in measures.items():
        if measure not in own:
            continue
        row = own[measure]
        test = (
            f", {p_words(row.rate_p_value_adjusted)}{' adjusted' if is_adjusted else ''}"
            if row.rate_p_value_adjusted is not None
            else ""
        )
        scatter = "" if row.dispersion is None else f", dispersion {number(row.dispersion, 1)}"
        parts.append(
            f"{'' if measure == 'questions' else f'their {measured} '}by a factor of"
            f" {number(row.rate_ratio)}"
            f" (95% interval {between(row.rate_ratio_ci_low, row.rate_ratio_ci_high)}{scatter}"
            f"{test})"
        )
    one = next(iter(own.values()))
    return (
        f"From {one.first_year} to {one.last_year} the number of questions of"
        f" {study.style(name).in_words}, {count(one.n_questions)} in all, changed per year, on"
        f" average, {and_list(parts)}. A factor of 1 is no trend. Rates are quasi-Poisson; their"
        " dispersion is 1 where years scatter as counts do by chance"
        + (
            "; p-values, not intervals, are adjusted for several tests (Holm)."
            if is_adjusted
            else "."
        )
    )


# --- the numbers


def _table(
    study: StudyResults,
    rows: tuple[Row, ...],
    cut: dict[int, tuple[str, ...]],
    column: str,
    caption: str,
) -> Table:
    """Make a table of years, one column per set."""
    values = {(row.question_set, row.year): getattr(row, column) for row in rows}
    known = {row.question_set for row in rows}
    sets = counted_sets(study)
    shown = [
        one.question_set
        for one in study.of_kind("topic", "union", "baseline", "base")
        if one.question_set in known and one in sets
    ]
    heads = [Column(study.name(one)) for one in shown]
    if _EVERYTHING in known and "question_share" in known_shares(study):
        shown.append(_EVERYTHING)
        heads.append(Column("All questions" if column == "n_questions" else "All askers"))
    cells = []
    for year, marks in cut.items():
        marked = [Markup('&nbsp;<span class="mark">{}</span>').format(mark) for mark in marks]
        label = Markup("{}{}").format(year, Markup("").join(marked))
        counts = [Cell(count(values.get((one, year), 0))) for one in shown]
        cells.append([Cell(label), *counts])
    return Table(
        f"{_DATA}_{column}", caption, (words("Year", "year"), *heads), cells,
        study.table(_DATA),
    )  # fmt: skip
