"""RQ1 beyond counts: shares of what else was asked, and whether they rise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, number, p_value
from analyses.figures import popularity_shares
from analyses.report.blocks import Chart, Column, Fold, Prose, Table
from analyses.report.sections.acceptance import p_words
from analyses.report.wholes import counted_sets, known_shares, reaches_beyond

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MEASURES = {
    "questions": "questions",
    "share_of_all_questions": "share of all questions",
    "share_of_base_set": "share of the base set",
}
_COLUMN_OF = {
    "share_of_all_questions": "question_share",
    "share_of_base_set": "base_question_share",
}
_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Measure", is_number=False),
    Column("Years"),
    Column("Factor a year", explanation="Of a log-linear rate: 2 is doubling every year"),
    Column("95% interval", explanation="Quasi-Poisson: allows for years that scatter more"),
    Column("p"),
    Column("p, Holm", explanation="Adjusted for several tests by Holm’s method"),  # noqa: RUF001
    Column("Kendall’s\N{NO-BREAK SPACE}τ", explanation="From −1 (falls every year) to 1 (rises)"),  # noqa: RUF001
    Column("p of τ"),
    Column("p of τ, Holm"),
)


def share_blocks(study: Study, rows: tuple[Row, ...], years: range) -> tuple[Block, ...]:
    """Draw the shares of all questions and of the base set, where they mean something."""
    names = {one.question_set for one in study.of_kind("topic", "union")}
    of_sets = [row for row in rows if row.question_set in names]
    base = next(iter(study.of_kind("base")), None)
    wholes = {"question_share": "all questions"}
    if base is not None:
        wholes["base_question_share"] = f"the base set ({base.label})"
    known = known_shares(study)
    drawn = {
        column: popularity_shares(
            of_sets, study.styles, years, column=column, whole=whole, data_end=study.data_end,
            is_part=column == "question_share" or not reaches_beyond(study),
        )
        for column, whole in wholes.items()
        if column in known and any(getattr(row, column) is not None for row in of_sets)
    }  # fmt: skip
    said = and_list([whole for column, whole in wholes.items() if column not in drawn])
    left_out = (
        f"Shares of {said} are left out: the data hold no question outside the topics"
        f"{'' if 'question_share' not in drawn else ' in that set'}, so there is nothing to divide"
        " by."
    )
    if not drawn:
        return (Prose(left_out),)
    beyond = "base_question_share" in drawn and reaches_beyond(study)
    return (
        Chart(
            "popularity-shares",
            "Share of the questions of a year",
            "How large each topic of a year is beside"
            f" {and_list([wholes[column] for column in drawn])}: a count can rise because a site"
            " grows, a share cannot."
            + (
                " Topics also hold questions that are not in the base set: to it this is a ratio,"
                " not a part of it, and may exceed 100%."
                if beyond
                else ""
            )
            + ("" if len(drawn) == len(wholes) else f" {left_out}"),
            tuple(drawn.values()),
            study.table("yearly_popularity"),
            tuple(column.replace("_", "-") for column in drawn),
        ),
    )


def _measures(study: Study) -> dict[str, str]:
    """Names of the measures that mean something in these data."""
    known = known_shares(study)
    names = {
        measure: name
        for measure, name in _MEASURES.items()
        if measure not in _COLUMN_OF or _COLUMN_OF[measure] in known
    }
    if "share_of_base_set" in names and reaches_beyond(study):
        names["share_of_base_set"] = "ratio to the base set"
    return names


def trend_blocks(study: Study) -> tuple[Block, ...]:
    """Say in a sentence whether the union of the topics rises, and give all trends in a table."""
    measures = _measures(study)
    sets = {one.question_set for one in counted_sets(study)}
    rows = [
        row
        for row in study.rows("popularity_trends")
        if row.question_set in sets and (row.measure in measures or row.measure not in _MEASURES)
    ]
    if not rows:
        return (Prose("No trend was tested: the table popularity_trends is absent or empty."),)
    said = [
        sentence
        for one in (study.of_kind("union") or study.of_kind("topic"))
        if (sentence := _sentence(study, one.question_set, rows))
    ]
    table = Table(
        "popularity_trends",
        "Does it rise from year to year?",
        _COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                measures.get(row.measure, row.measure.replace("_", " ")),
                f"{row.first_year}–{row.last_year}",  # noqa: RUF001
                number(row.rate_ratio),
                _between(row.rate_ratio_ci_low, row.rate_ratio_ci_high),
                p_value(row.rate_p_value),
                p_value(row.rate_p_value_adjusted),
                number(row.tau),
                p_value(row.mann_kendall_p_value),
                p_value(row.mann_kendall_p_value_adjusted),
            )
            for row in rows
        ),
        study.table("popularity_trends"),
        "A year that the data cut counts for the part of it that they hold. With few years,"
        " Kendall’s test can hardly fall below 0.05 whatever happened; a dash: too few.",  # noqa: RUF001
    )
    few = "" if said else "Too few years for a trend."
    return (
        *(Prose(sentence) for sentence in (said or [few])),
        Fold(f"The {count(len(rows))} trends one by one", (table,)),
    )


def _sentence(study: Study, name: str, rows: list[Row]) -> str | None:
    parts = []
    for measure, measured in _measures(study).items():
        for row in rows:
            if (row.question_set, row.measure) != (name, measure) or None in (
                row.rate_ratio,
                row.rate_ratio_ci_low,
            ):
                continue
            interval = _between(row.rate_ratio_ci_low, row.rate_ratio_ci_high)
            of = "" if measure == "questions" else f"their {measured} "
            test = (
                ""
                if row.rate_p_value_adjusted is None
                else f", {p_words(row.rate_p_value_adjusted)} adjusted"
            )
            parts.append(f"{of}by {number(row.rate_ratio)} (95% interval {interval}{test})")
            span = f"From {row.first_year} to {row.last_year}"
    if not parts:
        return None
    return (
        f"{span} the questions of {study.style(name).in_words} multiplied a year {and_list(parts)}."
        " 1 is no trend; quasi-Poisson rates; p-values, not intervals, are adjusted for several"
        " tests (Holm)."
    )


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return number(None)
    return f"{number(low)} to {number(high)}"
