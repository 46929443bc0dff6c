"""The funnel of question sets: what each is, its rules, and what each stage left."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, count
from analyses.figures import funnel_panel
from analyses.report.blocks import (
    SET,
    Chart,
    Column,
    Fold,
    Missing,
    Points,
    Prose,
    Section,
    table_of,
    words,
)
from analyses.report.study import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

RULES = "question_set_rules"
_KINDS = {
    "base": "base",
    "scope": "searched set",
    "topic": "topic",
    "union": "union of topics",
    "baseline": "base without topics",
}
_STEPS = {
    "loaded": "all loaded questions",
    "sites": "of other sites",
    "asked_from": "asked before",
    "asked_until": "asked after",
    "min_score": "with a lower score",
    "deleted": "deleted",
    "closed": "closed",
    "duplicate": "marked as duplicates",
    "wiki": "community wikis",
}
_SCOPES = {"title": "in the title", "title_body": "in title or body"}
_MATCHES = {
    "token": "as a word between spaces",
    "word": "as a whole word",
    "substring": "also inside words",
}
_CODE = {"blocks_dropped": "code blocks left out", "all_dropped": "all code left out"}


def _words(name: str | None) -> str:
    return (name or NONE).replace("_", " ")


def _code(text: str | None) -> Markup | str:
    return Markup("<code>{}</code>").format(text) if text else NONE


_COLUMNS = (
    SET,
    words("Kind", "kind", lambda kind: _KINDS[kind]),
    Column("By tag", "n_tag_matched"),
    Column("By term", "n_term_matched"),
    Column("Any rule", "n_matched"),
    Column("Left to others", "n_left_to_others"),
    Column("Excluded", "n_excluded"),
    Column("Included", "n_included"),
    Column("Questions", "n_questions", lambda n: Markup("<strong>{}</strong>").format(count(n))),
)
_RULE_COLUMNS = (
    words("Tag or term", "value", _code),
    SET,
    words("Kind", "kind", _words),
    words("Where", "scope", _words),
    words("Match", "match", _words),
    words("Code", "code", _words),
    words("Searched among", "runs_over", _words),
    words("Must contain", "must_contain", _code),
)


def question_sets(study: StudyResults) -> Section:
    """Show the funnel."""
    rows = study.rows("question_set_funnel")
    title, short = "From all questions to question sets", "Question sets"
    if not rows:
        missing = Missing(title, study.why_empty("question_set_funnel"))
        return Section("question-sets", title, short, (missing,))
    blocks: list[Block] = [
        Prose(
            "A question is in a set because a rule matches it, unless a set with precedence keeps"
            f" it or a person decided otherwise. A question may be in several sets.{_frame(study)}"
        ),
        *_steps(study),
        Points(tuple(_description(study, one) for one in study.sets.values())),
        *_funnel(study, rows),
        table_of(
            study, "question_set_funnel", "Questions at each stage", _COLUMNS, rows,
            note=_note(study, rows),
        ),
    ]  # fmt: skip
    if n_rules := len(study.tables.rows(RULES)):
        table = table_of(study, RULES, "The rules, one by one", _RULE_COLUMNS)
        blocks.append(Fold(f"Rules one by one ({count(n_rules)})", (table,)))
    return Section("question-sets", title, short, tuple(blocks))


def _frame(study: StudyResults) -> str:
    """Say which questions the study takes at all."""
    about = study.about
    if about is None:
        return ""
    parts = []
    if about.asked_from:
        parts.append(f"from {day(about.asked_from)} on")
    if about.asked_until:
        parts.append(f"before {day(about.asked_until)}")
    said = f" Only questions asked {' and '.join(parts)} count." if parts else ""
    if about.min_score is not None:
        said += f" Only questions with a score of {about.min_score} or more count."
    if about.leave_out:
        said += f" Left out of all sets: {and_list(list(about.leave_out))} questions."
    return said


def _steps(study: StudyResults) -> tuple[Block, ...]:
    """Show which of the loaded questions the study looks at, where it leaves any out."""
    steps = sorted(study.tables.rows("question_funnel"), key=lambda row: row.position)
    if not any(row.n_left_out for row in steps):
        return ()
    columns = (
        words("Step", "step", _STEPS.__getitem__),
        Column("Left out", "n_left_out"),
        Column("Questions", "n_questions"),
    )
    shown = [row for row in steps if row.is_asked_for]
    caption = "From what is loaded to the questions that the study looks at"
    return (table_of(study, "question_funnel", caption, columns, shown),)


def _funnel(study: StudyResults, rows: Sequence[Row]) -> tuple[Block, ...]:
    """Draw the funnels of the topics in which any rule matches; without topics, of the base set."""
    sets = {one.question_set for one in study.topics or study.of_kind("base")}
    stages = ("n_tag_matched", "n_term_matched", "n_matched", "n_questions")
    ends = {
        row: max(getattr(row, stage) or 0 for stage in stages)
        for row in rows
        if row.question_set in sets
    }
    drawn = [row for row, end in ends.items() if end]
    if not drawn:
        because = "no rule matches a question in these data"
        return (Missing("How each topic came to its questions", because),)
    return (
        Chart(
            "funnel",
            "How each topic came to its questions" if study.topics else "How the set came to be",
            "How many questions the rules match, how many of these go to other sets or are excluded"
            " by hand (hatched), and how many are in the set (full bar)."
            + (" All panels share one scale." if len(drawn) > 1 else "")
            + _without(study, [row for row, end in ends.items() if not end]),
            tuple(
                funnel_panel(row, study.style(row.question_set), max(ends.values()))
                for row in drawn
            ),
            study.table("question_set_funnel"),
            tuple(row.question_set for row in drawn),
        ),
    )


def _without(study: StudyResults, rows: list[Row]) -> str:
    names = [study.style(row.question_set).label for row in rows]
    return f" No rule matches a question in these data: {and_list(names)}." if names else ""


def _description(study: StudyResults, one: Row) -> Markup:
    """Say what a set is, and by which rules."""
    rules = [rule for rule in study.tables.rows(RULES) if rule.question_set == one.question_set]
    said = (
        Markup(' <span class="rules">{}: {}.</span>').format(
            "Rule" if len(rules) == 1 else "Rules", rules_in_words(study, rules)
        )
        if rules
        else ""
    )
    return Markup("<strong>{}</strong> {}{}").format(
        study.name(one.question_set), one.description or "", said
    )


def rules_in_words(study: StudyResults, rules: Sequence[Row]) -> Markup:
    """Say the rules of one set, as "tagged keras; or …"; those that differ in value only, together.

    Parameters
    ----------
    rules : sequence of Row
        Of `question_set_rules`, in the order in which they are said.
    """

    def but_for_value(rule: Row) -> tuple[str | None, ...]:
        return (rule.kind, rule.scope, rule.match, rule.code, rule.runs_over, rule.must_contain)

    groups = [list(group) for _, group in groupby(rules, key=but_for_value)]
    return Markup("; or ").join(_group(study, group) for group in groups)


def _group(study: StudyResults, rules: list[Row]) -> Markup:
    one = rules[0]
    *first, last = [_code(rule.value) for rule in rules]
    values = Markup(" or ").join([Markup(", ").join(first), last]) if first else last
    said = Markup("{} {}").format("tagged" if one.kind == "tag" else "with", values)
    if one.must_contain:
        comma = "," if one.kind == "tag" or first else ""
        also = "with" if one.kind == "tag" else "and"
        said += Markup("{} {} {}").format(comma, also, _code(one.must_contain))
    if where := _SCOPES.get(one.scope or ""):
        said += f" {where}"
    notes = [_MATCHES.get(one.match or ""), _CODE.get(one.code or "")]
    if one.runs_over:
        notes.append(f"searched among {study.style(one.runs_over).questions}")
    if any(notes):
        said += Markup(" ({})").format("; ".join(note for note in notes if note))
    return said


def _note(study: StudyResults, rows: Sequence[Row]) -> str:
    """Say what candidates are, how many wait for a decision, and which sets depend on them."""
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
    said = "Candidates: the rules of this set find questions that people must inspect" + (
        f"; {and_list(waiting)} wait for a decision." if waiting else "."
    )
    if leaning:
        said += (
            f" The numbers of {and_list(leaning)} will change with these decisions too, because a"
            " candidate of another set is left out there."
        )
    return said
