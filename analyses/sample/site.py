"""The site's life: one clock, a heap of what is still to come, and rows written as things happen.

Memory holds what is pending (answers, edits, comments and votes to come of recent posts) and rings of bounded size;
it depends on how busy a day is, not on how long the site has lived.
"""

from __future__ import annotations

import heapq
from math import exp
from random import Random
from typing import TYPE_CHECKING, Any, Final

from analyses.sample import tables, votes
from analyses.sample.arrivals import FIRST_DAY, Arrivals, day_of
from analyses.sample.history import Records
from analyses.sample.official import DAY_MS
from analyses.sample.people import COMMUNITY, People, Ring
from analyses.sample.registry import Registry
from analyses.sample.threads import DAY, HOUR, MINUTE, Answer, Edit, Planner, Question
from analyses.sample.wording import Text, Wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analyses.sample.official import TableFile
    from analyses.sample.shape import Stratum

_HTTPS_COMMENT: Final = "replaced http://stackoverflow.com/ with https://stackoverflow.com/"


class Site:
    """A site from its first day to the snapshot.

    Parameters
    ----------
    strata : tuple of Stratum
        Kinds of questions.
    n_questions : int
        How many questions.
    seed : int
        Same seed, same bytes.
    until : datetime
        The snapshot date.
    files : dict of str to TableFile
        The open files by the name of their table.
    """

    def __init__(
        self,
        strata: tuple[Stratum, ...],
        n_questions: int,
        seed: int,
        until: datetime,
        files: dict[str, TableFile],
    ) -> None:
        self._strata = strata
        self._rng = Random(seed)  # noqa: S311 - reproducible chance is what is wanted here
        self._posts = files["Posts"]
        self._last_id = 0
        self._arrivals = Arrivals(strata, n_questions, until, self._rng)
        self._until = self._arrivals.until_ms
        self._planner = Planner(self._rng, strata, self._arrivals)
        self._wording = Wording()
        self._records = Records(files, self._rng)
        self._votes = votes.Votes(files["Votes"], self._rng, self._until)
        self._registry = Registry(files, self._rng, self._records, self._until)
        self._people = People(self._rng, strata, self._registry.register)
        self._registry.community(day_of(FIRST_DAY) * DAY_MS)
        self._recent = Ring(self._rng)
        self._pending: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._sequence = 0

    def live(self, progress: Callable[[int], None]) -> None:
        """Live through all days, telling after each question how many there are."""
        day = 0
        for n, (number, post_id, ms) in enumerate(self._arrivals.questions(), start=1):
            self._until_now(ms)
            if ms // DAY_MS != day:
                day = ms // DAY_MS
                self._votes.write_before(day)
            question = self._planner.plan(number, post_id, ms)
            self._later(question.ms, self._ask, question)
            for answer in question.answers:
                self._later(answer.ms, self._answer, answer)
            progress(n)
        self._until_now(self._until)
        self._votes.write_before(self._until // DAY_MS + 1)
        self._registry.write_tags()

    def _later(self, ms: int, happen: Callable[[Any], None], what: object) -> None:
        if ms < self._until:
            self._sequence += 1
            heapq.heappush(self._pending, (ms, self._sequence, happen, what))

    def _until_now(self, ms: int) -> None:
        pending = self._pending
        while pending and pending[0][0] < ms:
            _, _, happen, what = heapq.heappop(pending)
            happen(what)

    def _ask(self, question: Question) -> None:
        rng, random = self._rng, self._rng.random
        stratum = self._strata[question.stratum]
        self._people.start_year(question.year)
        question.owner = self._people.asker(question.stratum, question.ms)
        if question.owner is None:
            question.owner_name = self._people.deleted_name()
        self._name_editors(question)
        text = self._question_text(question)
        day = question.ms // DAY_MS
        age = (self._until - question.ms) / (365 * DAY)
        score = self._votes.receive(question.id, day, stratum.votes * (0.5 + 0.12 * age))
        n_views = 4 + int(exp(rng.gauss(5.1 + 0.25 * age**0.7, 1.5)) * (1 + max(0, score)) ** 0.4)
        n_favorites = self._planner.count(0.28) if score >= 0 else 0
        for _ in range(n_favorites):
            self._votes.cast_named(
                question.id,
                votes.FAVORITE,
                day + int(rng.expovariate(1 / 40)),
                self._people.bystander(question.ms),
            )
        owned = question.ms if random() < (0.004 if question.year < 2012 else 0.0005) else None
        n_comments = self._discuss(question)
        self._post(
            question.id,
            tables.question_row(
                question,
                title=text.title,
                html=text.html,
                tags=text.tags,
                score=score,
                n_views=n_views,
                n_comments=n_comments,
                n_favorites=n_favorites,
                owned_ms=owned,
            ),
        )
        retitled = any(edit.title for edit in question.edits)
        retagged = any(edit.tags for edit in question.edits) and len(text.tags) > 1
        self._records.asked(
            question.id,
            question.ms,
            question.owner,
            question.owner_name,
            text.revision(0),
            text.title.lower() if retitled else text.title,
            text.tags[:-1] if retagged else text.tags,
        )
        if owned:
            self._records.made_wiki(question.id, question.ms, question.owner)
        for tag in text.tags:
            if self._registry.tagged(tag):
                due = question.ms + int(rng.expovariate(1 / (60 * DAY)))
                self._later(due, self._describe, (tag, due))
        self._edits_later(question)
        self._close_later(question)
        self._registry.asked(question, n_views)
        self._bounty(question)
        self._links(question.id, question.ms)
        self._recent.add(question.id)

    def _answer(self, answer: Answer) -> None:
        random = self._rng.random
        question = answer.question
        if answer.is_own:
            answer.owner, answer.owner_name = question.owner, question.owner_name
        else:
            answer.owner = self._people.answerer(answer.ms, question.owner)
            if answer.owner is None:
                answer.owner_name = self._people.deleted_name()
        self._name_editors(answer)
        text = self._answer_text(answer)
        scale = self._strata[answer.stratum].votes * (1.6 if answer.is_accepted else 0.8)
        score = self._votes.receive(answer.id, answer.ms // DAY_MS, scale)
        owned = answer.ms if random() < 0.001 else None
        n_comments = self._discuss(answer)
        self._post(
            answer.id,
            tables.answer_row(
                answer, html=text.html, score=score, n_comments=n_comments, owned_ms=owned
            ),
        )
        self._records.written(
            answer.id, answer.ms, answer.owner, answer.owner_name, text.revision(0)
        )
        if owned:
            self._records.made_wiki(answer.id, answer.ms, answer.owner)
        self._edits_later(answer)
        if answer.is_accepted or random() < 0.003:  # minds were changed
            accepted = answer.ms + self._planner.delay(3 * HOUR, 2.0)
            accepted = max(accepted, question.ms)
            self._votes.cast(answer.id, votes.ACCEPTED, accepted // DAY_MS)
        self._registry.answered(answer, score)
        self._links(answer.id, answer.ms)

    def _post(self, post_id: int, row: str) -> None:
        assert post_id > self._last_id, post_id
        self._last_id = post_id
        self._arrivals.release(post_id)
        self._posts.add(row)

    def _question_text(self, question: Question) -> Text:
        return self._wording.question(
            self._strata[question.stratum].name,
            question.seed,
            question.year,
            question.month,
            sum(edit.body for edit in question.edits),
        )

    def _answer_text(self, answer: Answer) -> Text:
        n_edits = sum(edit.body for edit in answer.edits)
        return self._wording.answer(self._strata[answer.stratum].name, answer.seed, n_edits)

    def _name_editors(self, post: Question | Answer) -> None:
        for edit in post.edits:
            if edit.by == "owner":
                edit.editor_id = post.owner
            elif edit.by == "community":
                edit.editor_id = COMMUNITY
            else:
                edit.editor_id = self._people.bystander(post.ms)

    def _discuss(self, post: Question | Answer) -> int:
        n = 0
        at = post.ms
        for _ in range(self._planner.count(0.52)):
            at += 30_000 + self._planner.delay(35 * MINUTE, 1.8)
            if at >= self._until:
                break
            n += 1
            self._later(at, self._comment, (post, at))
        return n

    def _comment(self, what: tuple[Question | Answer, int]) -> None:
        post, ms = what
        random = self._rng.random
        user = post.owner if random() < 0.4 else self._people.bystander(ms)
        name = post.owner_name
        if random() < 0.014:
            user, name = None, self._people.deleted_name()
        self._records.comment(
            post.id, ms, user, name, self._wording.comment(self._rng.getrandbits(32))
        )
        if user is not None and random() < 0.02:
            self._records.badge(user, "Commentator", ms)

    def _edits_later(self, post: Question | Answer) -> None:
        for i, edit in enumerate(post.edits):
            self._later(edit.ms, self._edit, (post, i))

    def _edit(self, what: tuple[Question | Answer, int]) -> None:
        post, i = what
        edit: Edit = post.edits[i]
        n_body = sum(earlier.body for earlier in post.edits[: i + 1])
        title = tags = None
        if isinstance(post, Question):
            text = self._question_text(post)
            title = text.title if edit.title else None
            tags = text.tags if edit.tags else None
        else:
            text = self._answer_text(post)
        suggested = None
        if edit.by == "suggested":
            suggested = (edit.editor_id or COMMUNITY, self._people.bystander(edit.ms))
            self._votes.cast(post.id, votes.EDIT_APPROVED, edit.ms // DAY_MS)
        self._records.edited(
            post.id,
            edit.ms,
            edit.editor_id,
            post.owner_name if edit.editor_id is None else "",
            title=title,
            body=text.revision(n_body) if edit.body else None,
            tags=tags,
            comment=_HTTPS_COMMENT if edit.by == "community" else "",
            suggested=suggested,
        )
        if edit.editor_id != COMMUNITY and self._rng.random() < 0.1:
            self._records.badge(edit.editor_id, "Editor", edit.ms)

    def _close_later(self, question: Question) -> None:
        if question.closed_ms is not None:
            self._later(question.closed_ms, self._close, question)
        if question.reopened_ms is not None:
            self._later(question.reopened_ms, self._reopen, question)

    def _close(self, question: Question) -> None:
        ms = question.closed_ms or question.ms
        original = self._recent.any() if question.is_duplicate else None
        if original == question.id:
            original = None
        self._records.closed(question.id, ms, self._voters(ms, 5), original)
        if original:
            self._records.link(ms, question.id, original, 3)

    def _reopen(self, question: Question) -> None:
        ms = question.reopened_ms or question.ms
        self._records.happened(11, question.id, ms, self._voters(ms, 5))

    def _voters(self, ms: int, most: int) -> list[tuple[int, str]]:
        n = 1 if self._rng.random() < 0.4 else most
        ids = dict.fromkeys(self._people.bystander(ms) for _ in range(n))
        return [(user_id, self._people.name(user_id)) for user_id in ids]

    def _bounty(self, question: Question) -> None:
        start = question.ms + 2 * DAY + int(self._rng.random() * 5 * DAY)
        if self._rng.random() > 0.008 or question.owner is None or start >= self._until:
            return
        amount = (50, 50, 50, 100, 150, 200, 500)[int(self._rng.random() * 7)]
        day = start // DAY_MS
        self._votes.cast_named(question.id, votes.BOUNTY_START, day, question.owner, amount)
        end = start + 7 * DAY
        awarded = [answer for answer in question.answers if answer.ms < end]
        if awarded and end < self._until:
            self._votes.cast_named(awarded[0].id, votes.BOUNTY_CLOSE, end // DAY_MS, None, amount)

    def _links(self, post_id: int, ms: int) -> None:
        if self._rng.random() < 0.04 and len(self._recent):
            related = self._recent.any()
            if self._rng.random() < 0.02:
                related += 1  # as often as not a post that has been deleted
            if related != post_id:
                self._records.link(ms, post_id, related, 1)

    def _describe(self, what: tuple[str, int]) -> None:
        tag, due = what
        reserved = self._arrivals.reserve(due, self._last_id, width=2)
        if reserved is not None:
            self._later(reserved[1], self._write_wiki, (tag, *reserved))

    def _write_wiki(self, what: tuple[str, int, int]) -> None:
        tag, post_id, ms = what
        user = self._people.bystander(ms)
        excerpt = (
            f"For questions about {tag}: how to use it, and why it does not do what you expect."
        )
        body = f"&lt;p&gt;{excerpt}&lt;/p&gt;&#xA;"
        for i, (kind, html) in enumerate(((5, body), (4, excerpt))):
            self._post(post_id + i, tables.wiki_row(post_id + i, kind, ms + i * 10, html, user))
            self._records.written(post_id + i, ms + i * 10, user, "", excerpt)
        self._registry.described(tag, post_id)
