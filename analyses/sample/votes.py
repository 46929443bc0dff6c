"""Votes: drawn when a post is written, one number each until their day, written by day."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from analyses.sample import tables
from analyses.sample.official import DAY_MS

if TYPE_CHECKING:
    from random import Random

    from analyses.sample.official import TableFile

ACCEPTED: Final = 1
UP: Final = 2
DOWN: Final = 3
FAVORITE: Final = 5
BOUNTY_START: Final = 8
BOUNTY_CLOSE: Final = 9
DELETION: Final = 10
UNDELETION: Final = 11
REVIEW: Final = 15
EDIT_APPROVED: Final = 16

_MOST_UP: Final = 3000
_KINDS: Final = 32


class Votes:
    """The table of votes.

    Parameters
    ----------
    file : TableFile
        Where rows go.
    rng : Random
        Source of chance.
    until_ms : int
        The snapshot date; later votes are moved before it.
    """

    def __init__(self, file: TableFile, rng: Random, until_ms: int) -> None:
        self._file = file
        self._rng = rng
        self._last_day = (until_ms - 1) // DAY_MS
        self._id = 0
        self._plain: dict[int, array[int]] = {}
        self._named: dict[int, list[tuple[int, int, int | None, int]]] = {}
        self._written_day = 0

    def cast(self, post_id: int, kind: int, day: int) -> None:
        """Cast a vote that hides its voter."""
        day = min(day, self._last_day)
        votes = self._plain.get(day)
        if votes is None:
            votes = self._plain[day] = array("q")
        votes.append(post_id * _KINDS + kind)

    def cast_named(
        self, post_id: int, kind: int, day: int, user: int | None, bounty: int = 0
    ) -> None:
        """Cast a vote that shows its voter (favourites, bounties)."""
        votes = self._named.setdefault(min(day, self._last_day), [])
        votes.append((post_id, kind, user, bounty))

    def receive(self, post_id: int, day: int, scale: float) -> int:
        """Let a post receive up- and down-votes from a day on, and return its score."""
        random = self._rng.random
        u = 1 - random()
        n_up = min(_MOST_UP, int(scale * (u**-0.62 - 1)))
        n_down = 0
        if random() < 0.12:
            n_down = 1 + int(random() * random() * 4)
        left = self._last_day - day
        for i in range(n_up + n_down):
            days = int(random() * 4) if random() < 0.6 else int(self._rng.expovariate(1 / 120))
            if days > left:
                days = int(random() * (left + 1))
            self.cast(post_id, UP if i < n_up else DOWN, day + days)
        return n_up - n_down

    def write_before(self, day: int) -> None:
        """Write all votes of the days before this one, in the order of days."""
        for ready in sorted(known for known in {*self._plain, *self._named} if known < day):
            for packed in self._plain.pop(ready, ()):
                self._row(packed // _KINDS, packed % _KINDS, ready)
            for post_id, kind, user, bounty in self._named.pop(ready, ()):
                self._row(post_id, kind, ready, user, bounty)

    def _row(
        self, post_id: int, kind: int, day: int, user: int | None = None, bounty: int = 0
    ) -> None:
        self._id += 1 if self._rng.random() < 0.95 else 2
        self._file.add(
            tables.vote_row(
                self._id, post_id=post_id, kind=kind, day=day, user_id=user, bounty=bounty
            )
        )
