"""What hangs on choices that a study leaves unstated: topics by other readings of their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, duration, percent
from analyses.figures import sensitivity_strips
from analyses.figures.sensitivity import MEASURES, variant_in_words
from analyses.report.blocks import Cell, Chart, Column, Fold, Prose, Section, Table
from analyses.report.sections.acceptance import share_interval

if TYPE_CHECKING:
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MART = "rule_sensitivity"
_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Reading", is_number=False, wraps=True),
    Column("Questions"),
    Column("Of these as studied", explanation="Questions that the study’s own reading finds too"),  # noqa: RUF001
    Column("Share without"),
    Column("95% interval"),
    Column("Median response"),
)


def sensitivity(study: Study) -> Section:
    """Show every reading."""
    name, title, short = "sensitivity", "What hangs on the rules", "Sensitivity"
    rows = tuple(sorted(study.rows("rule_sensitivity"), key=lambda row: _place(study, row)))
    if not any(row.n_questions for row in rows):
        sentence = (
            "No other reading of the rules was counted: the table rule_sensitivity is absent, or"
            " no reading finds a question."
        )
        return Section(name, title, short, (Prose(sentence),))
    table = Table(
        _MART,
        "Each topic by each reading of its rules",
        _COLUMNS,
        tuple(
            (
                study.name(row.question_set),
                variant_in_words(row) + (" (as studied)" if row.is_study_variant else ""),
                count(row.n_questions),
                count(row.n_in_study_variant),
                percent(row.no_accepted_share),
                share_interval(row.share_ci_low, row.share_ci_high),
                Cell(duration(row.median_response_minutes)),
            )
            for row in rows
        ),
        study.table(_MART),
    )
    blocks = (
        *_lead(study, rows),
        Prose(
            "A study that searches for words must say whether “cloud” may stand inside another"
            " word, whether the body counts, and whether code does. Where it does not say, each"
            " answer is a different set. Here every topic is made anew by each of them, by rules"
            " alone, without people’s decisions; rules on tags, and the sets to which a topic"  # noqa: RUF001
            " leaves questions, stay as they are."
        ),
        Chart(
            "sensitivity",
            "The topics by every reading of their rules",
            "How the size, the share without an accepted answer and the median response time of"
            " each topic move with the reading: a mark is a reading, the filled one that of the"
            f" study, by rules alone{_beside(study, rows)}. Marks close together mean that the"
            " choice matters little.",
            tuple(sensitivity_strips(rows, study.styles, measure) for measure in MEASURES),
            study.table(_MART),
            tuple(measure.column.replace("_", "-") for measure in MEASURES),
        ),
        Fold(f"The {count(len(rows))} readings one by one", (table,)),
    )
    return Section(name, title, short, blocks)


def _beside(study: Study, rows: tuple[Row, ...]) -> str:
    """Say how large the sets are, where people's decisions make them other than the rules do."""
    sizes = {row.question_set: row.n_questions for row in study.rows("acceptance")}
    parts = [
        f"{study.style(row.question_set).label} {count(row.n_questions)} where the set has"
        f" {count(sizes[row.question_set])}"
        for row in rows
        if row.is_study_variant and sizes.get(row.question_set, row.n_questions) != row.n_questions
    ]
    return f" and without people’s decisions ({and_list(parts)})" if parts else ""  # noqa: RUF001


def _place(study: Study, row: Row) -> tuple[object, ...]:
    """Order the readings of a set: the study's own, then from the narrowest to the widest."""
    return (
        list(study.sets).index(row.question_set) if row.question_set in study.sets else 99,
        row.question_set,
        not row.is_study_variant,
        row.n_questions,
        row.variant,
    )


def _lead(study: Study, rows: tuple[Row, ...]) -> tuple[Prose, ...]:
    parts = []
    for name in dict.fromkeys(row.question_set for row in rows):
        shares = [
            row.no_accepted_share
            for row in rows
            if row.question_set == name and row.no_accepted_share is not None
        ]
        counts = [row.n_questions for row in rows if row.question_set == name]
        if shares:
            parts.append(
                f"{study.style(name).in_words} holds {count(min(counts))} to {count(max(counts))}"
                f" questions, {percent(min(shares))} to {percent(max(shares))} of them without an"
                " accepted answer"
            )
    return (Prose(f"By the reading, {and_list(parts)}.", is_lead=True),) if parts else ()
