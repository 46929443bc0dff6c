"""The rules of the question sets, said in words."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_SCOPES = {"title": "in the title", "title_body": "in title or body"}
_MATCHES = {
    "token": "as a word between spaces",
    "word": "as a whole word",
    "substring": "also inside words",
}
_CODE = {"blocks_dropped": "code blocks left out", "all_dropped": "all code left out"}


def in_words(study: Study, rules: Sequence[Row]) -> Markup:
    """Say the rules of one set: those that differ in their value only, together.

    Parameters
    ----------
    study : Study
    rules : sequence of Row
        In the order in which they are to be said.

    Returns
    -------
    Markup
        A sentence without its end, as "tagged keras; or …".
    """
    return Markup("; or ").join(
        _group(study, list(group)) for _, group in groupby(rules, key=_but_for_value)
    )


def _but_for_value(rule: Row) -> tuple[str | None, ...]:
    return (rule.kind, rule.scope, rule.match, rule.code, rule.runs_over, rule.must_contain)


def _group(study: Study, rules: list[Row]) -> Markup:
    one = rules[0]
    values = _or_list([Markup("<code>{}</code>").format(rule.value) for rule in rules])
    also = Markup("<code>{}</code>").format(one.must_contain) if one.must_contain else None
    if one.kind == "tag":
        said = Markup("tagged {}").format(values)
        said += Markup(", with {}").format(also) if also else ""
    elif also:
        several = "," if len(rules) > 1 else ""
        said = Markup("with {}{} and {}").format(values, several, also)
    else:
        said = Markup("with {}").format(values)
    if where := _SCOPES.get(one.scope or ""):
        said += " " + where
    notes = [_MATCHES.get(one.match or ""), _CODE.get(one.code or "")]
    if one.runs_over:
        notes.append(f"searched among {study.style(one.runs_over).label} questions")
    if any(notes):
        said += Markup(" ({})").format("; ".join(note for note in notes if note))
    return said


def _or_list(words: list[Markup]) -> Markup:
    if len(words) == 1:
        return words[0]
    return Markup(", ").join(words[:-1]) + Markup(" or ") + words[-1]
