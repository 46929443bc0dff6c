"""What the counts of topics can be divided by: all questions, the base set, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

TREND_MEASURES: Final = {
    "questions": "",
    "share_of_all_questions": "question_share",
    "share_of_base_set": "base_question_share",
}
"""The measures of `popularity_trends`, and the column of `yearly_popularity` of a share."""


def known_shares(study: StudyResults) -> frozenset[str]:
    """Return the columns of `yearly_popularity` whose shares mean something.

    If only questions of the topics were loaded, as some studies publish them, topics are always
    100% of all questions.
    """
    rows = study.rows("yearly_popularity")
    topics = (study.union,) if study.union else study.topics or study.of_kind("base")
    topics_hold = max((_total(study, one) for one in topics), default=0)
    n_all = sum({row.year: row.n_all_questions or 0 for row in rows}.values())
    known = set()
    if any(row.question_share is not None for row in rows) and topics_hold < n_all:
        known.add("question_share")
    has_baseline = study.baseline is None or bool(_total(study, study.baseline))
    if study.topics and has_baseline and any(row.base_question_share is not None for row in rows):
        known.add("base_question_share")
    return frozenset(known)


def counted_sets(study: StudyResults) -> tuple[Row, ...]:
    """Return the sets whose counts mean something.

    If the baseline has no questions, these are the topics and their union: the base set then has
    only the questions that were loaded with the topics.
    """
    if study.baseline and not _total(study, study.baseline):
        return study.of_kind("topic", "union")
    return tuple(study.sets.values())


def trends(study: StudyResults) -> tuple[Row, ...]:
    """Return the trends that mean something: of sets that are counted, in known shares."""
    known = known_shares(study)
    sets = {one.question_set for one in counted_sets(study)}
    return tuple(
        row
        for row in study.rows("popularity_trends")
        if row.question_set in sets and TREND_MEASURES.get(row.measure, "") in {"", *known}
    )


def reaches_beyond(study: StudyResults) -> bool:
    """Whether topics have questions outside the base set: then a share of it is a ratio."""
    base, union, baseline = (
        _total(study, one) for one in (study.base, study.union, study.baseline)
    )
    return union + baseline > base > 0


def _total(study: StudyResults, one: Row | None) -> int:
    return sum(
        row.n_questions
        for row in study.tables.rows("yearly_popularity")
        if one is not None and row.question_set == one.question_set
    )
