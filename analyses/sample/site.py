"""The site's life from its first day to the snapshot: questions come, and rows are written.

Memory holds what is pending (answers, edits, comments and votes to come of recent posts) and rings
of bounded size; it depends on how busy a day is, not on how long the site has lived.
"""

from __future__ import annotations

from math import exp
from random import Random
from typing import TYPE_CHECKING, Final

from analyses.sample import tables, votes
from analyses.sample.aftermath import Aftermath
from analyses.sample.arrivals import FIRST_DAY, Arrivals, day_of
from analyses.sample.chance import count
from analyses.sample.clock import Clock
from analyses.sample.official import DAY_MS, escape
from analyses.sample.people import Author, People, Ring
from analyses.sample.records import Records
from analyses.sample.registry import Registry
from analyses.sample.threads import Planner
from analyses.sample.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from analyses.sample.coding import Coding
    from analyses.sample.official import TableFile
    from analyses.sample.shape import Stratum
    from analyses.sample.threads import Answer, Question

_FAVORED: Final = 0.28
"""Chance of a further favourite; 28 % of the authors' questions have one."""

_WIKI_DELAY_MS: Final = 60 * DAY_MS


class Site:
    """A site.

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
    coding : Coding
        Hears of every question.
    """

    def __init__(  # noqa: PLR0913 - what a site is made of
        self,
        strata: tuple[Stratum, ...],
        n_questions: int,
        *,
        seed: int,
        until: datetime,
        files: dict[str, TableFile],
        coding: Coding,
    ) -> None:
        rng = Random(seed)  # noqa: S311 - reproducible chance is what is wanted here
        self._rng = rng
        self._strata = strata
        self._posts = files["Posts"]
        self._coding = coding
        self._last_id = 0
        self._arrivals = Arrivals(strata, n_questions, until, rng)
        self._clock = Clock(self._arrivals.until_ms)
        self._planner = Planner(rng, strata, self._arrivals)
        self._wording = Wording(tuple(stratum.name for stratum in strata))
        self._records = Records(files, rng)
        self._votes = votes.Votes(files["Votes"], rng, self._clock.until_ms)
        self._registry = Registry(files, rng, self._records, self._clock.until_ms)
        self._people = People(rng, strata, self._registry.register)
        self._aftermath = Aftermath(
            rng, self._clock, self._people, self._wording, self._records, self._votes, Ring(rng)
        )
        self._registry.community(day_of(FIRST_DAY) * DAY_MS)

    def live(self, progress: Callable[[int], None]) -> None:
        """Live through all days, telling after each question how many there are."""
        day = 0
        for n, (number, post_id, ms) in enumerate(self._arrivals.questions(), start=1):
            self._clock.advance(ms)
            if ms // DAY_MS != day:
                day = ms // DAY_MS
                self._votes.write_before(day)
            question = self._planner.plan(number, post_id, ms)
            self._clock.at(question.ms, self._ask, question)
            for answer in question.answers:
                self._clock.at(answer.ms, self._answer, answer)
            progress(n)
        self._clock.advance(self._clock.until_ms)
        self._votes.write_before(self._clock.until_ms // DAY_MS + 1)
        self._registry.write_tags()

    def _ask(self, question: Question) -> None:
        rng = self._rng
        stratum = self._strata[question.stratum]
        self._people.start_year(question.year)
        question.owner = self._people.asker(question.stratum, question.ms)
        question.is_wiki = rng.random() < (0.004 if question.year < 2012 else 0.0005)
        self._aftermath.name_editors(question)
        text = self._wording.of(question)
        day = question.ms // DAY_MS
        age = (self._clock.until_ms - question.ms) / (365 * DAY_MS)
        score = self._votes.receive(question.id, day, stratum.votes * (0.5 + 0.12 * age))
        drawn = exp(rng.gauss(5.1 + 0.25 * age**0.7, 1.5))
        n_views = 4 + int(drawn * (1 + max(0, score)) ** 0.4)
        n_favorites = count(rng, _FAVORED) if score >= 0 else 0
        for _ in range(n_favorites):
            later = day + int(rng.expovariate(1 / 40))
            user = self._people.bystander(question.ms)
            self._votes.cast_named(question.id, votes.FAVORITE, later, user)
        row = tables.question_row(
            question,
            text,
            score=score,
            n_views=n_views,
            n_comments=self._aftermath.comment(question),
            n_favorites=n_favorites,
        )
        self._post(question.id, row)
        self._records.asked(question, text)
        self._coding.asked(stratum.name, question.id)
        if question.is_wiki:
            self._records.made_wiki(question)
        for tag in text.tags:
            if self._registry.tagged(tag):
                due = question.ms + int(rng.expovariate(1 / _WIKI_DELAY_MS))
                self._clock.at(due, self._describe, (tag, due))
        self._registry.asked(question, n_views)
        self._aftermath.follow(question)

    def _answer(self, answer: Answer) -> None:
        question = answer.question
        if answer.is_own:
            answer.owner = question.owner
        else:
            answer.owner = self._people.answerer(answer.ms, question.owner.id)
        answer.is_wiki = self._rng.random() < 0.001
        self._aftermath.name_editors(answer)
        text = self._wording.of(answer)
        scale = self._strata[answer.stratum].votes * (1.6 if answer.is_accepted else 0.8)
        score = self._votes.receive(answer.id, answer.ms // DAY_MS, scale)
        n_comments = self._aftermath.comment(answer)
        self._post(answer.id, tables.answer_row(answer, text, score=score, n_comments=n_comments))
        self._records.written(answer.id, answer.ms, answer.owner, text.revision(0))
        if answer.is_wiki:
            self._records.made_wiki(answer)
        self._aftermath.accept(answer)
        self._registry.answered(answer, score)
        self._aftermath.follow(answer)

    def _describe(self, what: tuple[str, int]) -> None:
        """Plan a tag's wiki and excerpt: two posts with ids in a row."""
        tag, due = what
        reserved = self._arrivals.reserve(due, self._last_id, width=2)
        if reserved is not None:
            self._clock.at(reserved[1], self._write_wiki, (tag, *reserved))

    def _write_wiki(self, what: tuple[str, int, int]) -> None:
        tag, post_id, ms = what
        author = Author(self._people.bystander(ms))
        excerpt = escape(
            f"For questions about {tag}: how to use it, & why it does not do what you expect."
        )
        body = f"&lt;p&gt;{excerpt.replace('&amp;', '&amp;amp;')}&lt;/p&gt;&#xA;"
        for i, (kind, html) in enumerate(((5, body), (4, excerpt))):
            row = tables.wiki_row(post_id + i, kind, ms=ms, html=html, author=author)
            self._post(post_id + i, row)
            self._records.written(post_id + i, ms, author, excerpt)
        self._registry.described(tag, post_id)

    def _post(self, post_id: int, row: str) -> None:
        assert post_id > self._last_id, f"post {post_id} comes after post {self._last_id}"
        self._last_id = post_id
        self._arrivals.release(post_id)
        self._posts.add(row)
