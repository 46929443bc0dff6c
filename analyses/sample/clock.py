"""The clock: a heap of what is still to come, and everything in the order of time."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Lets things happen at their time.

    Parameters
    ----------
    until_ms : int
        The snapshot date: what would happen from then on does not.
    """

    def __init__(self, until_ms: int) -> None:
        self.until_ms = until_ms
        self._pending: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._n_planned = 0

    def at(self, ms: int, happen: Callable[[Any], None], what: object) -> None:
        """Plan something for a time in ms."""
        if ms < self.until_ms:
            self._n_planned += 1
            heapq.heappush(self._pending, (ms, self._n_planned, happen, what))

    def advance(self, ms: int) -> None:
        """Let everything happen that is planned for before this time."""
        pending = self._pending
        while pending and pending[0][0] < ms:
            _, _, happen, what = heapq.heappop(pending)
            happen(what)
