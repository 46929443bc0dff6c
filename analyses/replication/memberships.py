"""What the authors put into a set and what not, as decisions, which beat every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.replication.questions import SITE
from analyses.study.decisions import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.replication.questions import PublishedSet


def decide(sets: Sequence[PublishedSet]) -> list[Decision]:
    """Decide every published question for every published set.

    A question is included in the sets whose file holds it, and excluded from the others, whether
    or not a rule would have let it in there.
    """
    published = sorted({question.question_id for one in sets for question in one.questions})
    decisions = []
    for one in sets:
        members = {question.question_id for question in one.questions}
        decisions += [
            Decision(one.question_set, SITE, question_id, "include", f"in {one.file}")
            if question_id in members
            else Decision(one.question_set, SITE, question_id, "exclude", f"not in {one.file}")
            for question_id in published
        ]
    return decisions
