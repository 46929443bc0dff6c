"""Users, tags and badges: who registers, which tags are used, what for people are honoured."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Final

from analyses.sample import tables
from analyses.sample.official import DAY_MS, escape
from analyses.sample.people import COMMUNITY
from analyses.sample.phrases import book

if TYPE_CHECKING:
    from random import Random

    from analyses.sample.history import Records
    from analyses.sample.official import TableFile
    from analyses.sample.threads import Answer, Question

_DESCRIBED: Final = 0.75
"""Share of tags with a wiki."""

# Mean of ln(reputation) and its spread, mean views of the profile.
_ROLES: Final = {"expert": (7.2, 1.3, 60), "asker": (3.2, 1.6, 8), "silent": (0.2, 0.5, 1)}
_GRAVATAR: Final = "https://www.gravatar.com/avatar/%032x?s=128&d=identicon&r=PG"
_ABOUT_COMMUNITY: Final = (
    "<p>Hi, I'm not really a person.</p>\n\n"
    "<p>I look after a synthetic site: everything on it is made up.</p>\n"
)


class Registry:
    """Writes Users and Tags, and awards badges.

    Parameters
    ----------
    files : dict of str to TableFile
        The files by the name of their table.
    rng : Random
        Source of chance.
    records : Records
        Takes the badges.
    until_ms : int
        The snapshot date.
    """

    def __init__(
        self, files: dict[str, TableFile], rng: Random, records: Records, until_ms: int
    ) -> None:
        self._users = files["Users"]
        self._tags_file = files["Tags"]
        self._rng = rng
        self._records = records
        self._until = until_ms
        people = book("people")
        self._about = people["about"]
        self._locations = people.values("location")
        self._nicks = people.values("nick")
        self._counts: dict[str, int] = {}
        self._wikis: dict[str, int] = {}
        self._account = 0

    def community(self, ms: int) -> None:
        """Write the site's own user."""
        self._users.add(
            tables.user_row(
                COMMUNITY,
                ms=ms,
                name="Community",
                last_ms=ms,
                reputation=1,
                location="on the server farm",
                about=escape(_ABOUT_COMMUNITY),
                n_down=0,
                account_id=-1,
            )
        )

    def register(self, user_id: int, ms: int, role: str, name: str) -> None:
        """Write a user who registers at a time, with what will have become of them."""
        rng, random = self._rng, self._rng.random
        mean, spread, views = _ROLES[role]
        age = (self._until - ms) / (365 * DAY_MS)
        reputation = 1 + int(exp(rng.gauss(mean, spread)) * (0.2 + 0.3 * age))
        n_up = int(reputation**0.7 * random() * 0.6)
        about = self._about[int(random() * len(self._about))].fill(random)[0] + "&#xA;"
        is_described = random() < (0.6 if role == "expert" else 0.2)
        website = ""
        if random() < 0.2:
            website = f"http://www.example.org/~{self._nicks[int(random() * len(self._nicks))]}"
        location = self._locations[int(random() * len(self._locations))]
        self._account += 1 + int(random() * 3)
        self._users.add(
            tables.user_row(
                user_id,
                ms=ms,
                name=name,
                last_ms=ms + int((self._until - ms) * random() ** (0.3 if role == "expert" else 2)),
                reputation=reputation,
                website=website,
                location=location if random() < 0.4 else "",
                about=about if is_described else "",
                n_views=int(rng.expovariate(1 / views)),
                n_up=n_up,
                n_down=int(n_up * random() * 0.1),
                image=_GRAVATAR % rng.getrandbits(128) if random() < 0.8 else "",
                account_id=self._account if random() < 0.999 else None,
            )
        )
        if is_described:
            self._records.badge(user_id, "Autobiographer", ms)
        if random() < 0.15:
            self._records.badge(user_id, "Informed", ms)

    def asked(self, question: Question, n_views: int) -> None:
        """Honour the asker, now and then."""
        random = self._rng.random
        if random() < 0.35:
            self._records.badge(question.owner.id, "Student", question.ms)
        if n_views > 1000 and random() < 0.8:
            name = (
                "Famous Question"
                if n_views > 10_000
                else "Notable Question"
                if n_views > 2500
                else "Popular Question"
            )
            self._records.badge(question.owner.id, name, question.ms)
        if question.accepted_id and random() < 0.3:
            self._records.badge(question.owner.id, "Scholar", question.ms)

    def answered(self, answer: Answer, score: int) -> None:
        """Honour the answerer, now and then."""
        random = self._rng.random
        owner = answer.owner.id
        if score > 0 and random() < 0.25:
            self._records.badge(owner, "Teacher", answer.ms)
        if answer.is_accepted and score >= 10:
            self._records.badge(owner, "Enlightened", answer.ms)
        if score >= 10:
            name = (
                "Great Answer" if score >= 100 else "Good Answer" if score >= 25 else "Nice Answer"
            )
            self._records.badge(owner, name, answer.ms)
        if random() < 0.001:
            self._records.badge(owner, "python", answer.ms, is_tag=True)
        if random() < 0.2:
            self._records.badge(owner, "Supporter", answer.ms)

    def tagged(self, tag: str) -> bool:
        """Count a use of a tag; True when it is the first, and the tag will get a wiki."""
        count = self._counts.get(tag, 0)
        self._counts[tag] = count + 1
        return count == 0 and self._rng.random() < _DESCRIBED

    def described(self, tag: str, wiki_id: int) -> None:
        """Remember a tag's wiki."""
        self._wikis[tag] = wiki_id

    def write_tags(self) -> None:
        """Write all tags, in the order of their first use."""
        row_id = 0
        for tag, count in self._counts.items():
            row_id += 1 if self._rng.random() < 0.9 else 3
            self._tags_file.add(tables.tag_row(row_id, tag, count, self._wikis.get(tag)))
