"""Chance that keeps its promises early: small samples have their shares and medians too."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


class Even:
    """Uniform draws from [0, 1): one from each part of it before any comes again.

    Independent draws would let the 50 accepted answers of a topic set miss the published median by
    a third; these follow the same distribution without that noise.

    Parameters
    ----------
    rng : Random
        Source of chance.
    n_parts : int
        Number of parts. Few make medians precise, many make rare things happen in time.
    """

    def __init__(self, rng: Random, n_parts: int) -> None:
        self._rng = rng
        self._n_parts = n_parts
        self._left: list[int] = []

    def draw(self) -> float:
        """Draw a number."""
        if not self._left:
            self._left = list(range(self._n_parts))
            self._rng.shuffle(self._left)
        return (self._left.pop() + self._rng.random()) / self._n_parts


def count(rng: Random, share: float) -> int:
    """Draw a count from 0 on: how often in a row chance is below a share in (0, 1)."""
    return int(log(1 - rng.random()) / log(share))


def delay(rng: Random, median: float, below: float, above: float | None = None) -> int:
    """Draw a log-normal delay with this median, and a spread of ln(delay) below and above it."""
    z = rng.gauss(0, 1)
    return int(median * exp(z * (below if z < 0 or above is None else above)))
