"""Who writes: users with names, who register, ask again, answer, and are deleted.

Nobody is remembered for good: what a later choice needs is kept in rings of bounded size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from analyses.sample.official import escape
from analyses.sample.phrases import book

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from analyses.sample.shape import Stratum

COMMUNITY: Final = -1
"""The site's own user."""

_RING: Final = 4096
_EXPERTS: Final = 1024
_COMMON: Final = 0xFFFFFFFF


class Author(NamedTuple):
    """Who wrote something: an account, or the name that is left of a deleted one."""

    id: int | None
    name: str = ""


class Ring:
    """A bounded bag of user ids; once it is full, a new one takes the place of any other."""

    def __init__(self, rng: Random, size: int = _RING) -> None:
        self._rng = rng
        self._size = size
        self._ids: list[int] = []

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, user_id: int) -> None:
        """Put a user in."""
        if len(self._ids) < self._size:
            self._ids.append(user_id)
        else:
            self._ids[int(self._rng.random() * self._size)] = user_id

    def any(self, favour: float = 1.0) -> int:
        """Return some user; with a greater ``favour`` the first ones come up more often."""
        return self._ids[int(self._rng.random() ** favour * len(self._ids))]

    def take(self) -> int:
        """Take some user out."""
        i = int(self._rng.random() * len(self._ids))
        self._ids[i], self._ids[-1] = self._ids[-1], self._ids[i]
        return self._ids.pop()

    def empty_into(self, other: Ring) -> None:
        """Hand all users over to another ring."""
        for user_id in self._ids:
            other.add(user_id)
        self._ids.clear()


class People:
    """The users of the site.

    Parameters
    ----------
    rng : Random
        Source of chance.
    strata : sequence of Stratum
        Kinds of questions; each has its own askers.
    registered : callable
        Called with id, time in ms, role and name for each new user, in the order of ids and times.
    """

    def __init__(
        self,
        rng: Random,
        strata: tuple[Stratum, ...],
        registered: Callable[[int, int, str, str], None],
    ) -> None:
        self._rng = rng
        self._strata = strata
        self._registered = registered
        self._next_id = 1
        self._last_ms = 0
        self._year = 0
        self._askers = [Ring(rng) for _ in strata]
        self._credit = [0.0 for _ in strata]
        self._experts = Ring(rng, _EXPERTS)
        self._silent = Ring(rng)
        self._veterans = Ring(rng)
        self._names = book("people")
        self._salt = rng.getrandbits(32)

    def start_year(self, year: int) -> None:
        """Let last year's askers become veterans, who may ask once more or answer."""
        if year == self._year:
            return
        self._year = year
        for number, ring in enumerate(self._askers):
            ring.empty_into(self._veterans)
            self._credit[number] = 1 - self._strata[number].asker_share_of(year) / 2

    def asker(self, number: int, ms: int) -> Author:
        """Return who asks a question of a stratum.

        Known askers of a year are distinct as often as the stratum says.
        """
        random = self._rng.random
        stratum = self._strata[number]
        ring = self._askers[number]
        if random() < 0.3:
            self._silent.add(self._register(ms, "silent"))
        self._credit[number] += stratum.asker_share_of(self._year)
        if random() < stratum.deleted_asker:
            return self.deleted()
        if len(ring) and self._credit[number] < 1:
            return Author(ring.any())
        self._credit[number] -= 1
        chance = random()
        if chance < 0.2 and len(self._veterans):
            user_id = self._veterans.take()
        elif chance < 0.4 and len(self._silent):
            user_id = self._silent.take()
        else:
            user_id = self._register(ms, "asker")
        ring.add(user_id)
        return Author(user_id)

    def answerer(self, ms: int, asker: int | None) -> Author:
        """Return who answers somebody else's question."""
        chance = self._rng.random()
        if chance < 0.015:
            return self.deleted()
        if chance < 0.1 or not len(self._experts):
            user_id = self._register(ms, "expert" if chance < 0.05 else "asker")
            self._experts.add(user_id)
            return Author(user_id)
        if chance < 0.3 and len(self._veterans):
            user_id = self._veterans.any()
        else:
            user_id = self._experts.any(favour=3)
        return Author(user_id if user_id != asker else self._register(ms, "asker"))

    def bystander(self, ms: int) -> int:
        """Return somebody who comments, edits or votes."""
        return self._experts.any(favour=2) if len(self._experts) else self._register(ms, "expert")

    def deleted(self) -> Author:
        """Return a deleted account: its id stays in its name, and is a gap among the users."""
        user_id = self._next_id
        self._next_id += 1
        return Author(None, f"user{user_id}")

    def name(self, user_id: int) -> str:
        """Return a user's display name, escaped; it depends on the id alone."""
        if user_id == COMMUNITY:
            return "Community"
        mixed = ((user_id * 2654435761) ^ self._salt) & _COMMON
        mixed = (mixed * 2246822519 + 374761393) & _COMMON
        mixed ^= mixed >> 15
        given, family = self._names.values("given"), self._names.values("family")
        nick, whole = self._names.values("nick"), self._names.plain("whole")
        first = given[mixed % len(given)]
        last = family[(mixed >> 6) % len(family)]
        alias = nick[(mixed >> 11) % len(nick)]
        kind = (mixed >> 16) % 100
        if kind < 40:
            text = f"{first} {last}"
        elif kind < 55:
            text = f"{alias}{user_id % 1000}"
        elif kind < 70:
            text = first
        elif kind < 80:
            text = f"{first.lower()}_{alias}"
        elif kind < 88:
            text = f"user{user_id}"
        elif kind < 96:
            text = f"{first[0]}. {last}"
        else:
            text = whole[(mixed >> 8) % len(whole)]
        return escape(text)

    def _register(self, ms: int, role: str) -> int:
        user_id = self._next_id
        self._next_id += 1
        lag = int(self._rng.expovariate(1 / 600_000))
        self._last_ms = min(max(self._last_ms + 10, ms - lag), max(ms, self._last_ms))
        self._registered(user_id, self._last_ms, role, self.name(user_id))
        return user_id
