"""The funnel of question sets: what each is, its rules, and what each stage left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, count
from analyses.figures import funnel_panel
from analyses.report.blocks import Chart, Column, Fold, Points, Prose, Section, Table
from analyses.report.rules import in_words

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_COLUMNS = (
    Column("Question set", is_number=False),
    Column("Kind", is_number=False),
    Column("By tag", explanation="Questions that carry a tag which a rule names"),
    Column("By term", explanation="Questions that contain a term which a rule names"),
    Column("Any rule", explanation="Distinct questions that match by tag, by term or both"),
    Column("Left to others", explanation="Matches that a set with precedence keeps"),
    Column("Excluded", explanation="Taken out by a person's decision"),
    Column("Included", explanation="Put in by a person's decision"),
    Column("Questions", explanation="Members of the set"),
)
_RULE_COLUMNS = (
    Column("Tag or term", is_number=False),
    Column("Question set", is_number=False),
    Column("Kind", is_number=False),
    Column("Where", is_number=False),
    Column("Match", is_number=False),
    Column("Code", is_number=False),
    Column("Searched among", is_number=False),
    Column("Must contain", is_number=False),
)
_KINDS = {
    "base": "base",
    "scope": "search scope",
    "topic": "topic",
    "union": "union of topics",
    "baseline": "base without topics",
}


def question_sets(study: Study) -> Section:
    """Show the funnel."""
    rows = study.rows("question_set_funnel")
    title, short = "From all questions to question sets", "Question sets"
    if not rows:
        sentence = "No question set is defined, or the table question_set_funnel was not built."
        return Section("question-sets", title, short, (Prose(sentence),))
    topics = {one.question_set for one in study.of_kind("topic")}
    drawn = [row for row in rows if row.question_set in topics]
    blocks: list[Block] = [
        Prose(
            "A question is in a set because a rule matches it, unless a set with precedence keeps"
            " it or a person decided otherwise. A question may be in several sets."
        ),
        Points(tuple(_description(study, one) for one in study.sets.values())),
    ]
    end = max(
        (
            value or 0
            for row in drawn
            for value in (row.n_tag_matched, row.n_term_matched, row.n_matched, row.n_questions)
        ),
        default=0,
    )
    if drawn and not end:
        blocks.append(Prose("No rule of any topic matches a question in these data."))
    if end:
        blocks.append(
            Chart(
                "funnel",
                "How each topic came to its questions",
                "How many questions the rules of each topic match, how many of these go elsewhere"
                " or are taken out by hand (hatched), and how many are in the set (full bar). All"
                " panels share one scale.",
                tuple(funnel_panel(row, study.style(row.question_set), end) for row in drawn),
                study.table("question_set_funnel"),
                tuple(row.question_set for row in drawn),
            )
        )
    blocks.append(
        Table(
            "question_set_funnel",
            "Questions at each stage",
            _COLUMNS,
            tuple(_row(study, row) for row in rows),
            study.table("question_set_funnel"),
            _note(study, rows),
        )
    )
    if rules := _rules(study):
        blocks.append(rules)
    return Section("question-sets", title, short, tuple(blocks))


def _description(study: Study, one: Row) -> Markup:
    """Say what a set is, and by which rules."""
    rules = [
        rule
        for rule in study.tables.rows("question_set_rules")
        if rule.question_set == one.question_set
    ]
    said = (
        Markup(' <span class="rules">Rules: {}.</span>').format(in_words(study, rules))
        if rules
        else ""
    )
    return Markup("<strong>{}</strong> {}{}").format(
        study.name(one.question_set), one.description or "", said
    )


def _rules(study: Study) -> Fold | None:
    rules = study.rows("question_set_rules")
    if not rules:
        return None
    table = Table(
        "question_set_rules",
        "The rules, one by one",
        _RULE_COLUMNS,
        tuple(
            (
                Markup("<code>{}</code>").format(rule.value),
                study.name(rule.question_set),
                rule.kind,
                *(
                    (value or NONE).replace("_", " ")
                    for value in (rule.scope, rule.match, rule.code, rule.runs_over)
                ),
                Markup("<code>{}</code>").format(rule.must_contain) if rule.must_contain else NONE,
            )
            for rule in rules
        ),
        study.table("question_set_rules"),
    )
    return Fold(f"The {count(len(rules))} rules one by one", (table,))


def _row(study: Study, row: Row) -> tuple[Markup | str, ...]:
    known = study.sets.get(row.question_set)
    kind = known.kind if known else ""
    return (
        study.name(row.question_set),
        _KINDS.get(kind, kind),
        count(row.n_tag_matched),
        count(row.n_term_matched),
        count(row.n_matched),
        count(row.n_left_to_others),
        count(row.n_excluded),
        count(row.n_included),
        Markup("<strong>{}</strong>").format(count(row.n_questions)),
    )


def _note(study: Study, rows: tuple[Row, ...]) -> str:
    """Say what candidates are, how many wait for a decision, and which sets they bear on."""
    if not study.has_candidates:
        return ""
    waiting = [
        f"{count(row.n_undecided)} of {study.style(row.question_set).label}"
        for row in rows
        if row.n_undecided and study.style(row.question_set).is_candidate_set
    ]
    leaning = [
        one.label
        for one in study.sets.values()
        if one.depends_on_candidates and not one.is_candidate_set
    ]
    parts = [
        "Candidates: the rules of this set find questions that people must inspect"
        + (f"; {and_list(waiting)} wait for a decision." if waiting else ".")
    ]
    if leaning:
        parts.append(
            f"The numbers of {and_list(leaning)} will change with these decisions too, because what"
            " is a candidate elsewhere is left out there."
        )
    return " ".join(parts)
