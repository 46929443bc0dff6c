"""Chance, whole arrays at a time.

Only raw bits come from numpy, which keeps their stream but may change those of its distributions;
everything else is made from them here.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Chance:
    """Draws from a seed, a whole number or a text; each method draws n values."""

    def __init__(self, seed: int | str) -> None:
        bits = Random(seed).getrandbits(128)  # noqa: S311 - reproducible chance is wanted
        self._raw = np.random.PCG64(bits).random_raw

    def uniform(self, n: int) -> NDArray:
        """Draw numbers from [0, 1)."""
        return (self._raw(n) >> np.uint64(11)) * 2.0**-53

    def happens(self, share: ArrayLike, n: int) -> NDArray:
        """Draw whether an event of this share happens."""
        return self.uniform(n) < share

    def even(self, n: int, n_parts: int) -> NDArray:
        """Draw numbers from [0, 1), one from each part of it before any part comes again.

        Independent draws would let the 50 accepted answers of a topic set miss the published
        median by a third. These follow the same distribution without that noise: few parts make
        medians precise, many parts make rare things happen in time.
        """
        n_rounds = -(-n // n_parts)
        rounds = self.uniform(n_rounds * n_parts).reshape(n_rounds, n_parts).argsort().ravel()[:n]
        return (rounds + self.uniform(n)) / n_parts

    def normal(self, n: int) -> NDArray:
        """Draw standard normal numbers."""
        return ndtri(np.maximum(self.uniform(n), 1e-6))

    def exponential(self, mean: ArrayLike, n: int) -> NDArray:
        """Draw exponential numbers, in whole ms."""
        return (-np.log1p(-self.uniform(n)) * mean).astype(np.int64)

    def delays(self, median: ArrayLike, below: float, above: float, n: int) -> NDArray:
        """Draw log-normal delays, in whole ms."""
        return log_normal(self.normal(n), median, below, above).astype(np.int64)

    def counts(self, share: ArrayLike, n: int) -> NDArray:
        """Draw counts from 0 on: how often in a row something happens with this share."""
        return (np.log1p(-self.uniform(n)) / np.log(share)).astype(np.int64)

    def integers(self, ends: ArrayLike, n: int) -> NDArray:
        """Draw whole numbers from 0 up to an end, which is left out."""
        return (self.uniform(n) * ends).astype(np.int64)

    def shuffled(self, values: NDArray) -> NDArray:
        """Return the values in any order."""
        return values[self.uniform(len(values)).argsort()]


def log_normal(z: NDArray, median: ArrayLike, below: float, above: float) -> NDArray:
    """Return the values at standard normal z, with a spread of their log on each side."""
    return median * np.exp(z * np.where(z < 0, below, above))
