"""What becomes of a question, planned when it is asked: answers, acceptance, edits, closing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import exp, log
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from analyses.sample.chance import Even, delay
from analyses.sample.official import DAY_MS
from analyses.sample.people import Author

if TYPE_CHECKING:
    from random import Random

    from analyses.sample.arrivals import Arrivals
    from analyses.sample.shape import Stratum

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
_NORMAL: Final = NormalDist()
_LEAST: Final = 1e-6
_NOBODY: Final = Author(None)
_MERGED: Final = 0.0015
"""Share of accepted answers from a merged question, older than the one they now stand under."""

_HTTPS_MS: Final = int(datetime(2017, 5, 23, 12, tzinfo=UTC).timestamp() * 1000)
"""When the Community user replaced http by https in links all over the site."""


@dataclass(slots=True)
class Edit:
    """An edit by the ``owner``, an ``editor``, the ``community`` user, or a ``suggested`` one."""

    ms: int
    by: str
    body: bool
    title: bool = False
    tags: bool = False
    editor: Author = _NOBODY


@dataclass(slots=True)
class Question:
    """A question and its future; ``recipe`` in [0, 1) says which of its stratum's it follows."""

    id: int
    ms: int
    stratum: int
    seed: int
    recipe: float
    year: int
    month: int
    edits: list[Edit] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    accepted_id: int | None = None
    last_activity: int = 0
    closed_ms: int | None = None
    reopened_ms: int | None = None
    is_duplicate: bool = False
    owner: Author = _NOBODY
    is_wiki: bool = False


@dataclass(slots=True)
class Answer:
    """An answer and its future."""

    id: int
    ms: int
    question: Question
    seed: int
    is_accepted: bool
    is_own: bool
    edits: list[Edit] = field(default_factory=list)
    owner: Author = _NOBODY
    is_wiki: bool = False

    @property
    def stratum(self) -> int:
        """Number of the question's stratum."""
        return self.question.stratum


class Planner:
    """Plans threads.

    Parameters
    ----------
    rng : Random
        Source of chance.
    strata : sequence of Stratum
        Kinds of questions.
    arrivals : Arrivals
        Gives ids to answers to come.
    """

    def __init__(self, rng: Random, strata: tuple[Stratum, ...], arrivals: Arrivals) -> None:
        self._rng = rng
        self._strata = strata
        self._arrivals = arrivals
        self._until = arrivals.until_ms
        # Kinds with the same share or the same times draw from the same well.
        self._acceptance = {stratum.no_accepted_share: Even(rng, 32) for stratum in strata}
        self._responses = {stratum.response: Even(rng, 8) for stratum in strata}
        self._recipes = [Even(rng, 64) for _ in strata]

    def plan(self, number: int, post_id: int, ms: int) -> Question:
        """Plan the thread of a question of a stratum, asked at a time."""
        rng, stratum = self._rng, self._strata[number]
        date = datetime.fromtimestamp(ms / 1000, tz=UTC)
        seed, recipe = rng.getrandbits(32), self._recipes[number].draw()
        question = Question(post_id, ms, number, seed, recipe, date.year, date.month)
        is_accepted = (
            self._acceptance[stratum.no_accepted_share].draw() >= stratum.no_accepted_share
        )
        if is_accepted:
            if rng.random() < _MERGED and self._ask_later(question):
                self._answer(question, ms, post_id, is_accepted=True)
            else:
                self._accept(question, stratum)
        self._further_answers(question, stratum)
        question.edits = self._edits(question.ms, stratum.edited, is_question=True)
        self._close(question, stratum)
        question.last_activity = max(
            edit_or_post.ms
            for post in (question, *question.answers)
            for edit_or_post in (post, *post.edits)
        )
        return question

    def _ask_later(self, question: Question) -> bool:
        later = question.ms + 10 * MINUTE + int(self._rng.expovariate(1 / DAY_MS))
        date = datetime.fromtimestamp(later / 1000, tz=UTC)
        if date.year != question.year:
            return False
        reserved = self._arrivals.reserve(later, question.id)
        if reserved is None:
            return False
        question.id, question.ms = reserved
        question.month = date.month
        return True

    def _accept(self, question: Question, stratum: Stratum) -> None:
        median, below, above = stratum.response
        left = (self._until - question.ms) / (median * MINUTE)
        reachable = _NORMAL.cdf(log(left) / (below if left < 1 else above))
        u = self._responses[stratum.response].draw()
        if u >= reachable:  # past the snapshot: the published median is of what was in time
            least = 0.5 if reachable > 0.5 else 0.0
            u = least + self._rng.random() * (reachable - least)
        z = _NORMAL.inv_cdf(max(u, _LEAST))
        minutes = max(1.0, median * exp(z * (below if z < 0 else above)))
        reserved = self._arrivals.reserve(question.ms + int(minutes * MINUTE), question.id)
        if reserved is not None:
            self._answer(question, reserved[1], reserved[0], is_accepted=True)

    def _further_answers(self, question: Question, stratum: Stratum) -> None:
        random = self._rng.random
        again = 0.42 if stratum.name == "background" else 0.22
        if question.accepted_id is None:
            if random() < stratum.unanswered:
                return
            n_more = 1
        else:
            n_more = 0
        while random() < again:
            n_more += 1
        median = 1.5 * stratum.response[0]
        for _ in range(n_more):
            ms = question.ms + max(MINUTE, delay(self._rng, median * MINUTE, 2.2, 3.2))
            reserved = self._arrivals.reserve(ms, question.id)
            if reserved is not None:
                self._answer(question, reserved[1], reserved[0], is_accepted=False)

    def _answer(self, question: Question, ms: int, post_id: int, *, is_accepted: bool) -> None:
        stratum = self._strata[question.stratum]
        share = stratum.self_accepted if is_accepted else 0.04
        is_own = ms > question.ms and self._rng.random() < share
        answer = Answer(
            post_id, ms, question, self._rng.getrandbits(32), is_accepted=is_accepted, is_own=is_own
        )
        answer.edits = self._edits(ms, 0.3, is_question=False)
        question.answers.append(answer)
        if is_accepted:
            question.accepted_id = post_id

    def _edits(self, ms: int, share: float, *, is_question: bool) -> list[Edit]:
        random = self._rng.random
        edits: list[Edit] = []
        if _HTTPS_MS - 60 * DAY_MS < ms < _HTTPS_MS and random() < 0.05:
            at = _HTTPS_MS + int(random() * HOUR)
            edits.append(Edit(at, "community", body=True))
        if random() < share:
            at = ms
            while len(edits) < 4:
                at += 30_000 + delay(self._rng, 20 * MINUTE, 2.0, 2.6)
                chance = random()
                by = "owner" if chance < 0.66 else "suggested" if chance < 0.74 else "editor"
                title = is_question and random() < 0.18
                tags = is_question and random() < 0.2
                body = not (title or tags) or random() < 0.75
                edits.append(Edit(at, by, body, title, tags))
                if random() > 0.35:
                    break
        edits.sort(key=lambda edit: edit.ms)
        return [edit for edit in edits if edit.ms < self._until]

    def _close(self, question: Question, stratum: Stratum) -> None:
        random = self._rng.random
        if random() >= stratum.closed:
            return
        closed = question.ms + delay(self._rng, 5 * HOUR, 1.8)
        if closed >= self._until:
            return
        question.closed_ms = closed
        question.is_duplicate = random() < 0.4
        if random() < 0.08:
            reopened = closed + delay(self._rng, 30 * HOUR, 1.2)
            if reopened < self._until:
                question.reopened_ms = reopened
