"""What depends on choices that a study leaves unstated: topics by other readings of their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, few, percent
from analyses.figures import sensitivity_strips
from analyses.figures.sensitivity import MEASURES, variant_in_words
from analyses.report.blocks import (
    SET,
    Chart,
    Column,
    Fold,
    Missing,
    Prose,
    Section,
    interval,
    table_of,
    words,
)
from analyses.report.denominators import known_shares
from analyses.report.sections.question_sets import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA = "rule_sensitivity"
_COLUMNS = (
    SET,
    words(
        "Reading", "",
        lambda row: variant_in_words(row) + (" (as studied)" if row.is_study_variant else ""),
        wraps=True,
    ),
    Column("Questions", "n_questions"),
    Column("Of these as studied", "n_in_study_variant"),
    Column("Share without", "no_accepted_share"),
    interval("share_ci_low share_ci_high"),
    Column("Median response", "median_response_minutes"),
)  # fmt: skip


def sensitivity(study: StudyResults) -> Section:
    """Show every reading."""
    name, title, short = "sensitivity", "What depends on the rules", "Sensitivity"
    places = {one: place for place, one in enumerate(study.sets)}
    rows = sorted(
        study.rows(_DATA),
        key=lambda row: (
            places.get(row.question_set, len(places)),
            not row.is_study_variant,
            row.n_questions,
            row.variant,
        ),
    )
    found = {row.question_set for row in rows if row.n_questions}
    drawn = [row for row in rows if row.question_set in found]
    if not drawn:
        because = "no reading finds a question" if rows else _why_none(study)
        return Section(name, title, short, (Missing(title, because),))
    blocks: tuple[Block, ...] = (
        *_lead(study, drawn),
        Prose(
            f"A study that searches for words must say whether {_word(study)} may stand inside"
            " another word, whether the body counts, and whether code does. If it does not say,"
            " each answer gives a different set. Here every topic is made by each of these"
            " readings, from rules alone, without people’s decisions; rules on tags, and the sets"
            " to which a topic leaves questions, stay as they are."
        ),
        Chart(
            "sensitivity",
            "The topics by every reading of their rules",
            "How the size, the share without an accepted answer and the median response time of"
            " each topic vary with the reading: a mark’s line says where words are searched, its"
            " shape how they are matched, and the filled one is the study’s, by rules"
            f" alone{_beside(study, drawn)}.{_meaning(study)}",
            tuple(sensitivity_strips(drawn, study.styles, measure) for measure in MEASURES),
            study.table(_DATA),
            tuple(measure.column.replace("_", "-") for measure in MEASURES),
        ),
        Fold(
            f"Readings one by one ({count(len(rows))})",
            (table_of(study, _DATA, "Each topic by each reading of its rules", _COLUMNS, rows),),
        ),
    )
    return Section(name, title, short, blocks)


def _why_none(study: StudyResults) -> str:
    """Say why there is no reading: the study searches for no word, or the table is missing."""
    rules = study.tables.rows(RULES)
    if study.table(_DATA) is not None and rules and all(rule.kind == "tag" for rule in rules):
        return "the rules search for no word, so that there is one reading of them"
    return study.why_empty(_DATA)


def _meaning(study: StudyResults) -> str:
    return (
        "" if _is_selected(study) else " Marks close together mean that the choice matters little."
    )


def _is_selected(study: StudyResults) -> bool:
    """Whether the data hold no question outside the topics."""
    return "question_share" not in known_shares(study)


def _word(study: StudyResults) -> str:
    """Take the first word that the study searches for as the example."""
    terms = (rule.value for rule in study.tables.rows(RULES) if rule.kind == "term")
    return next((f"“{term}”" for term in terms), "one")


def _beside(study: StudyResults, rows: list[Row]) -> str:
    """Say how large the sets are, if people's decisions change them."""
    sizes = {name: row.n_questions for name, row in study.by_set("acceptance").items()}
    parts = [
        f"{study.style(row.question_set).label} {count(row.n_questions)} where the set has"
        f" {count(sizes[row.question_set])}"
        for row in rows
        if row.is_study_variant and sizes.get(row.question_set, row.n_questions) != row.n_questions
    ]
    return f" and without people’s decisions ({and_list(parts)})" if parts else ""


def _span(values: list[float], write: Callable[[float], str]) -> str:
    """Write the least and the largest value; one alone where both are written alike."""
    return " to ".join(dict.fromkeys((write(min(values)), write(max(values)))))


def _lead(study: StudyResults, rows: list[Row]) -> tuple[Prose, ...]:
    parts, least = [], None
    for name in dict.fromkeys(row.question_set for row in rows):
        own = [row for row in rows if row.question_set == name]
        counts = [row.n_questions for row in own]
        shares = [row.no_accepted_share for row in own if row.n_questions >= 10]
        questions = "question" if max(counts) == 1 else "questions"
        said = f"{study.style(name).in_words} holds {_span(counts, count)} {questions}"
        if shares:
            said += f", {_span(shares, percent)} of them without an accepted answer"
        parts.append(said)
        least = min(counts) if least is None else min(least, *counts)
    said = f"{few(least or 0)}Depending on the reading, {'; '.join(parts)}."
    if _is_selected(study):
        known = (
            "These data hold only questions that a reading of the rules had already selected, so"
            " that other readings cannot find more here: whether the choice matters, they do not"
            " tell."
        )
        return Prose(known, is_lead=True), Prose(said)
    return (Prose(said, is_lead=True),)
