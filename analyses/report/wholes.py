"""What the topics can be held against: all questions, the base set, or nothing that was loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.study import Study
    from analyses.warehouse.tables import Row


def known_shares(study: Study) -> frozenset[str]:
    """Columns of `yearly_popularity` whose shares say something: the data hold more than topics.

    Where only questions of the topics were loaded, as the authors published them, every share is
    one of the topics themselves: all of them are 100% of all questions, whatever happened.
    """
    rows = study.rows("yearly_popularity")
    n = {one: _total(rows, one) for one in {row.question_set for row in rows}}
    topics = study.of_kind("union") or study.of_kind("topic")
    topics_hold = max((n.get(one.question_set, 0) for one in topics), default=0)
    known = set()
    if any(row.question_share is not None for row in rows) and topics_hold < sum(
        {row.year: row.n_all_questions or 0 for row in rows}.values()
    ):
        known.add("question_share")
    baselines = study.of_kind("baseline")
    has_baseline = not baselines or any(n.get(one.question_set) for one in baselines)
    if has_baseline and any(row.base_question_share is not None for row in rows):
        known.add("base_question_share")
    return frozenset(known)


def counted_sets(study: Study) -> tuple[Row, ...]:
    """Return the sets whose counts mean something: without a baseline the topics, their union.

    The base set is then only what of it was loaded with the topics.
    """
    if study.of_kind("baseline") and "base_question_share" not in known_shares(study):
        return study.of_kind("topic", "union")
    return tuple(study.sets.values())


def _total(rows: Sequence[Row], name: str) -> int:
    return sum(row.n_questions for row in rows if row.question_set == name)


def reaches_beyond(study: Study) -> bool:
    """Whether topics hold questions that the base set does not: then no share is a part of it."""
    rows = study.rows("yearly_popularity")
    base, union, baseline = (
        sum(_total(rows, one.question_set) for one in study.of_kind(kind)[:1])
        for kind in ("base", "union", "baseline")
    )
    return union + baseline > base > 0
