"""The people: users who register, ask again, answer, and are deleted.

A person is an index, 0 being the site's own user, until all are known and get their ids in the
order in which they registered.
"""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from analyses.sample.official import DAY_MS, date_text
from analyses.sample.phrases import book, entries
from analyses.sample.shape import N_REGULARS, REGULARS_SHARE, REGULARS_SPREAD
from analyses.sample.threads import FIRST_MS, MINUTE, years_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from numpy.typing import NDArray

    from analyses.sample.chance import Chance
    from analyses.sample.official import TableFile
    from analyses.sample.shape import Stratum

COMMUNITY: Final = 0
"""The site's own user, whose id is -1."""

_ASKER, _EXPERT, _SILENT, _DELETED = range(4)
# Mean and spread of ln(reputation), mean views of the profile, and how seldom they still come.
_ROLES: Final = {_EXPERT: (7.2, 1.3, 60, 0.3), _ASKER: (3.2, 1.6, 8, 2), _SILENT: (0.2, 0.5, 1, 2)}
_NEVER: Final = np.iinfo(np.int64).max
_CHUNK: Final = 1024
_YEAR_MS: Final = 365 * DAY_MS
_ABOUT_COMMUNITY: Final = (
    "<p>Hi, I'm not really a person.</p>\n\n"
    "<p>I look after a synthetic site: everything on it is made up.</p>\n"
)


def rows(*columns: NDArray) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of columns as plain values, some at a time."""
    for start in range(0, len(columns[0]), _CHUNK):
        yield from zip(*(one[start : start + _CHUNK].tolist() for one in columns), strict=True)


class People:
    """The people of the site: names the posts' authors and editors, then whoever else is there.

    `register` makes ``ids`` and ``since_ms`` known by person; ``registered`` are those with an
    account, in the order of their ids.
    """

    def __init__(
        self, posts: NDArray, strata: Sequence[Stratum], until_ms: int, chance: Chance
    ) -> None:
        self._chance = chance
        self._until_ms = until_ms
        self._roles = [np.array([_SILENT], np.int8)]
        self._n = 1
        self._active: list[tuple[NDArray, NDArray]] = []
        answers = np.flatnonzero(~posts["is_question"])
        self._answered_ms = posts["ms"][answers]
        self._experts = self._new(max(3, len(answers) // 10), _EXPERT)
        self._ask(posts, strata)
        self._answer(posts, answers, strata)
        edited = np.flatnonzero(posts["edit_ms"])
        editors = self.bystanders(posts["edit_ms"][edited])
        by_owner = chance.happens(0.66, len(edited))
        editors = np.where(by_owner, posts["owner"][edited], editors)
        editors[chance.happens(0.02, len(edited))] = COMMUNITY
        posts["editor"][edited] = editors
        self.came(posts["owner"], posts["ms"])
        n_silent = len(posts) // 7
        self.came(self._new(n_silent, _SILENT), posts["ms"][chance.integers(len(posts), n_silent)])

    def came(self, persons: NDArray, ms: NDArray) -> None:
        """Record when people were active: they register before."""
        self._active.append((persons, ms))

    def bystanders(self, ms: NDArray) -> NDArray:
        """Return people who comment, edit or vote at these times, early ones most often."""
        n_answers = np.searchsorted(self._answered_ms, ms)
        there = 1 + (len(self._experts) - 1) * n_answers / max(1, len(self._answered_ms))
        skewed = self._chance.uniform(len(ms)) ** 2
        experts = self._experts[(skewed * there).astype(int)]
        self.came(experts, ms)
        return experts

    def deleted(self, n: int) -> NDArray:
        """Return deleted accounts, whose ids remain in names and are gaps among the users."""
        return self._new(n, _DELETED)

    def is_deleted(self, persons: NDArray) -> NDArray:
        """Return which of these accounts are deleted."""
        return np.concatenate(self._roles)[persons] == _DELETED

    def accounts(self, persons: NDArray) -> tuple[NDArray, NDArray]:
        """Return these people's ids, and which of their accounts are deleted."""
        return self.ids[persons], self.is_deleted(persons)

    def _new(self, n: int, role: int) -> NDArray:
        self._roles.append(np.full(n, role, np.int8))
        self._n += n
        return np.arange(self._n - n, self._n)

    def _ask(self, posts: NDArray, strata: Sequence[Stratum]) -> None:
        """Name askers, with the stratum's share of distinct ones within a year."""
        chance = self._chance
        years = years_of(posts["ms"])
        veterans = self._new(0, _ASKER)
        for year in range(years[0], years[-1] + 1):
            in_year = np.flatnonzero(posts["is_question"] & (years == year))
            askers = []
            for number, stratum in enumerate(strata):
                mine = chance.shuffled(in_year[posts["stratum"][in_year] == number])
                is_gone = chance.happens(stratum.deleted_asker, len(mine))
                posts["owner"][mine[is_gone]] = self.deleted(is_gone.sum())
                known = mine[~is_gone]
                wanted = int(stratum.asker_share_of(year) * len(mine) + chance.uniform(1)[0])
                n_distinct = min(len(known), max(1, wanted))
                back = chance.shuffled(veterans)[: n_distinct // 5]
                people = np.concatenate([back, self._new(n_distinct - len(back), _ASKER)])
                again = chance.integers(n_distinct, len(known) - n_distinct)
                posts["owner"][known] = np.concatenate([people, people[again]])
                askers.append(people)
            veterans = np.concatenate([veterans, *askers])

    def _answer(self, posts: NDArray, answers: NDArray, strata: Sequence[Stratum]) -> None:
        """Name answerers: experts, earlier askers, a few regulars, and the askers themselves."""
        chance, n = self._chance, len(answers)
        asker = posts["owner"][posts["question"][answers]]
        asked = np.flatnonzero(posts["is_question"])
        n_before = np.searchsorted(asked, answers)
        earlier = posts["owner"][asked[chance.integers(n_before, n)]]
        is_asker = chance.happens(0.2, n) & (earlier != asker) & ~self.is_deleted(earlier)
        owner = np.where(is_asker, earlier, self.bystanders(posts["ms"][answers]))
        is_gone = chance.happens(0.015, n)
        owner[is_gone] = self.deleted(is_gone.sum())
        waited = posts["ms"][answers] - posts["ms"][posts["question"][answers]]
        names = np.array([one.name for one in strata])[posts["stratum"][answers]]
        for group in (names == "learning", (names != "learning") & (names != "background")):
            mine = np.flatnonzero(group)
            regulars = self._new(N_REGULARS, _EXPERT)
            place = np.argsort(np.argsort(waited[mine], kind="stable")) / max(1, len(mine))
            place += REGULARS_SPREAD * chance.normal(len(mine))
            chosen = np.clip(place * N_REGULARS, 0, N_REGULARS - 1).astype(int)
            is_theirs = chance.happens(REGULARS_SHARE, len(mine))
            owner[mine[is_theirs]] = regulars[chosen[is_theirs]]
        posts["owner"][answers] = np.where(posts["is_own"][answers], asker, owner)

    def register(self) -> None:
        """Give everybody who ever came an id, in the order in which they registered."""
        first = np.full(self._n, _NEVER)
        for persons, ms in self._active:
            np.minimum.at(first, persons, ms)
        since = np.maximum(FIRST_MS, first - self._chance.exponential(10 * MINUTE, self._n))
        self.since_ms = np.where(first == _NEVER, _NEVER, since)
        self.since_ms[COMMUNITY] = FIRST_MS - 1
        order = np.argsort(self.since_ms, kind="stable")[: (self.since_ms < _NEVER).sum()]
        self.ids = np.zeros(self._n, np.int64)
        self.ids[order] = np.arange(len(order))
        self.ids[COMMUNITY] = -1
        self.registered = order[1:][~self.is_deleted(order[1:])]

    def write(self, file: TableFile, rng: Random) -> None:
        """Write the table of users, with the reputation and the profile of each."""
        first = date_text(FIRST_MS)
        file.write(
            Id=-1, Reputation=1, CreationDate=first, DisplayName="Community", LastAccessDate=first,
            Location="on the server farm", AboutMe=_ABOUT_COMMUNITY,
            Views=0, UpVotes=0, DownVotes=0, AccountId=-1,
        )  # fmt: skip
        slots, abouts = book("people").slots, book("people").phrases("about")
        columns = (self.ids, self.since_ms, np.concatenate(self._roles))
        account, random = 0, rng.random
        for user_id, ms, role in rows(*(of[self.registered] for of in columns)):
            mean, spread, views, absence = _ROLES[role]
            left_ms = self._until_ms - ms
            reputation = 1 + int(exp(rng.gauss(mean, spread)) * (0.2 + 0.3 * left_ms / _YEAR_MS))
            n_up = int(reputation**0.7 * random() * 0.6)
            account += rng.randint(1, 3)
            given, family, nick, place = (
                rng.choice(slots[name]) for name in ("given", "family", "nick", "location")
            )
            names = (f"{given} {family}", f"{nick}{user_id % 1000}", given, f"user{user_id}",
                     f"{given.lower()}_{nick}", rng.choice(entries("people")["whole"]))  # fmt: skip
            image = f"https://www.gravatar.com/avatar/{rng.getrandbits(128):032x}?s=128&d=identicon"
            file.write(
                Id=user_id, Reputation=reputation, CreationDate=date_text(ms),
                DisplayName=rng.choices(names, (40, 20, 15, 10, 10, 5))[0],
                LastAccessDate=date_text(ms + int(left_ms * random() ** absence)),
                WebsiteUrl=f"http://www.example.org/~{nick}" if random() < 0.2 else None,
                Location=place if random() < 0.4 else None,
                AboutMe=rng.choice(abouts).fill(random)[0] + "\n" if random() < 0.3 else None,
                Views=int(rng.expovariate(1 / views)),
                UpVotes=n_up, DownVotes=int(n_up * random() * 0.1),
                ProfileImageUrl=image if random() < 0.8 else None,
                AccountId=account if random() < 0.999 else None,
            )  # fmt: skip
