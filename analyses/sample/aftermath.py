"""What happens to a post once it is written: comments, edits, closing, bounties, links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.sample import votes
from analyses.sample.chance import count, delay
from analyses.sample.official import DAY_MS
from analyses.sample.people import COMMUNITY, Author, Ring
from analyses.sample.threads import HOUR, MINUTE, Answer, Question

if TYPE_CHECKING:
    from random import Random

    from analyses.sample.clock import Clock
    from analyses.sample.people import People
    from analyses.sample.records import Records, Voters
    from analyses.sample.threads import Edit
    from analyses.sample.wording import Wording

_COMMENTED: Final = 0.52
"""Chance of a further comment."""

_BOUNTIES: Final = (50, 50, 50, 100, 150, 200, 500)
_CLOSERS: Final = 5


@dataclass(frozen=True)
class Aftermath:
    """Plans what follows on a post, and lets it happen.

    Attributes
    ----------
    rng : Random
        Source of chance.
    clock : Clock
        Takes what is to come.
    people : People
        Who comments, edits and votes.
    wording : Wording
        What they write.
    records, votes : Records, Votes
        Where it is written down.
    recent : Ring
        Questions that others refer to.
    """

    rng: Random
    clock: Clock
    people: People
    wording: Wording
    records: Records
    votes: votes.Votes
    recent: Ring

    def name_editors(self, post: Question | Answer) -> None:
        """Decide who will edit a post."""
        for edit in post.edits:
            if edit.by == "owner":
                edit.editor = post.owner
            elif edit.by == "community":
                edit.editor = Author(COMMUNITY)
            else:
                edit.editor = Author(self.people.bystander(post.ms))

    def comment(self, post: Question | Answer) -> int:
        """Plan the comments on a post, and return how many there will be."""
        n = 0
        at = post.ms
        for _ in range(count(self.rng, _COMMENTED)):
            at += 30_000 + delay(self.rng, 35 * MINUTE, 1.8)
            if at >= self.clock.until_ms:
                break
            n += 1
            self.clock.at(at, self._comment, (post, at))
        return n

    def follow(self, post: Question | Answer) -> None:
        """Plan edits and links of a post; for a question its closing and its bounty too."""
        for edit in post.edits:
            self.clock.at(edit.ms, self._edit, (post, edit))
        if isinstance(post, Question):
            if post.closed_ms is not None:
                self.clock.at(post.closed_ms, self._close, post)
            if post.reopened_ms is not None:
                self.clock.at(post.reopened_ms, self._reopen, post)
            if self.rng.random() < 0.002:
                at = post.ms + delay(self.rng, 20 * DAY_MS, 0.8)
                self.clock.at(at, self._protect, (post, at))
            self._offer(post)
        if self.rng.random() < 0.04 and len(self.recent):
            related = self.recent.any()
            if self.rng.random() < 0.02:
                related += 1  # nearly always a post that has been deleted
            if related != post.id:
                self.records.link(post.ms, post.id, related, 1)
        if isinstance(post, Question):
            self.recent.add(post.id)

    def accept(self, answer: Answer) -> None:
        """Let the asker accept an answer, and now and then another one before."""
        if answer.is_accepted or self.rng.random() < 0.003:
            at = max(answer.ms + delay(self.rng, 3 * HOUR, 2.0), answer.question.ms)
            self.votes.cast(answer.id, votes.ACCEPTED, at // DAY_MS)

    def _comment(self, what: tuple[Question | Answer, int]) -> None:
        post, ms = what
        random = self.rng.random
        author = post.owner if random() < 0.4 else Author(self.people.bystander(ms))
        if random() < 0.014:
            author = self.people.deleted()
        text = self.wording.comment(self.rng.getrandbits(32))
        self.records.comment(post.id, ms, author, text)
        if random() < 0.02:
            self.records.badge(author.id, "Commentator", ms)

    def _edit(self, what: tuple[Question | Answer, Edit]) -> None:
        post, edit = what
        reviewer = COMMUNITY
        if edit.by == "suggested":
            reviewer = self.people.bystander(edit.ms)
            self.votes.cast(post.id, votes.EDIT_APPROVED, edit.ms // DAY_MS)
        self.records.edited(post, edit, self.wording.of(post), reviewer)
        if edit.by != "community" and self.rng.random() < 0.1:
            self.records.badge(edit.editor.id, "Editor", edit.ms)

    def _close(self, question: Question) -> None:
        ms = question.closed_ms or question.ms
        original = self.recent.any() if question.is_duplicate else None
        if original == question.id:
            original = None
        self.records.closed(question, ms, self._voters(ms), original)

    def _reopen(self, question: Question) -> None:
        ms = question.reopened_ms or question.ms
        self.records.reopened(question, ms, self._voters(ms))

    def _protect(self, what: tuple[Question, int]) -> None:
        question, ms = what
        self.records.protected(question, ms, [(COMMUNITY, self.people.name(COMMUNITY))])

    def _voters(self, ms: int) -> Voters:
        n = 1 if self.rng.random() < 0.4 else _CLOSERS
        ids = dict.fromkeys(self.people.bystander(ms) for _ in range(n))
        return [(user_id, self.people.name(user_id)) for user_id in ids]

    def _offer(self, question: Question) -> None:
        """Let the asker offer a bounty, which goes to an answer that is there after a week."""
        random = self.rng.random
        start = question.ms + 2 * DAY_MS + int(random() * 5 * DAY_MS)
        end = start + 7 * DAY_MS
        if random() > 0.008 or question.owner.id is None or start >= self.clock.until_ms:
            return
        amount = _BOUNTIES[int(random() * len(_BOUNTIES))]
        day = start // DAY_MS
        self.votes.cast_named(question.id, votes.BOUNTY_START, day, question.owner.id, amount)
        awarded = [answer for answer in question.answers if answer.ms < end]
        if awarded and end < self.clock.until_ms:
            self.votes.cast_named(awarded[0].id, votes.BOUNTY_CLOSE, end // DAY_MS, None, amount)
