"""How many questions to label, and which: a sample size and a draw that can be repeated."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from analyses.statistics.results import CONFIDENCE, Result, checked_count, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

INTERVAL = 0.05
"""Half width of the confidence interval that a sample is sized for."""

PILOT_SHARE = 0.3
"""Share of the sample that raters label together first."""

Rounding = Literal["up", "down"]


@dataclass(frozen=True)
class SampleSize(Result):
    """Questions to draw; ``exact`` is the formula's value before rounding."""

    population: int
    confidence: float
    interval: float
    proportion: float
    rounding: Rounding
    exact: float
    sample_size: int


@dataclass(frozen=True)
class Draw(Result):
    """A random sample in the order drawn; the first ``n_pilot`` are the pilot."""

    n_pilot: int
    drawn: tuple[Any, ...]


@dataclass(frozen=True)
class UnseenShare(Result):
    """How much of what was not labelled is of categories that nobody has seen yet.

    Attributes
    ----------
    n : int
        Labels; ``n_once`` of them are the only one of their category.
    share : float or None
    """

    n: int
    n_once: int
    share: float | None
    confidence: float
    ci_low: float | None
    ci_high: float | None


def unseen_share(counts: Iterable[int], confidence: float = CONFIDENCE) -> UnseenShare:
    """Estimate the share of unseen categories: whether a taxonomy is saturated (Good-Turing).

    Parameters
    ----------
    counts : iterable of int
        Labels of each category, 0 or more.
    confidence : float
        In (0, 1).

    Returns
    -------
    UnseenShare
        The share of labels that are the only one of their category; ``None`` without labels. Limits
        are kept in [0, 1]; ``None`` where no category has one label or two, or each has one.

    Notes
    -----
    Good (1953), https://doi.org/10.1093/biomet/40.3-4.237; interval: Esty (1983),
    https://doi.org/10.1214/aos/1176346256.
    """
    z = normal_quantile(confidence)
    sizes = [checked_count("count", count) for count in counts]
    n, once, twice = sum(sizes), sizes.count(1), sizes.count(2)
    if not n:
        return UnseenShare(0, 0, None, confidence, None, None)
    share, reach = once / n, z * math.sqrt(once + 2 * twice - once**2 / n) / n
    if not reach:
        return UnseenShare(n, once, share, confidence, None, None)
    low, high = max(0.0, share - reach), min(1.0, share + reach)
    return UnseenShare(n, once, share, confidence, low, high)


def sample_size(
    population: int,
    *,
    confidence: float = CONFIDENCE,
    interval: float = INTERVAL,
    proportion: float = 0.5,
    rounding: Rounding = "up",
) -> SampleSize:
    """Sample size for a proportion, with finite population correction.

    ``n0 = z^2 p (1 - p) / e^2`` and ``n = n0 / (1 + (n0 - 1) / N)``.

    Parameters
    ----------
    population : int
        N, 0 or more.
    confidence : float
        In (0, 1).
    interval : float
        e, half width of the interval, in (0, 1): 0.05 is plus or minus 5 percentage points.
    proportion : float
        p, in (0, 1); 0.5 needs the largest sample and so is safe for any.
    rounding : {"up", "down"}
        Up keeps the interval within e, where no question of the sample is left out later; one
        question fewer ("down") just misses it. A
        print of 297 and 307 for 1,325 and 1,533 is 297.98 and 307.33 (297.99 and 307.34 with
        z = 1.96) rounded down.

    Returns
    -------
    SampleSize
        Never above the population; 0 of 0. Rounded down it may be 0 for a tiny n0.

    Notes
    -----
    Cochran (1977), Sampling Techniques, 3rd ed., eq. 4.1 and 4.2 (ISBN 978-0-471-16240-7). The
    same formula, multiplied out, made the table of Krejcie and Morgan (1970),
    https://doi.org/10.1177/001316447003000308.
    """
    n = checked_count("population", population)
    for name, value in (("interval", interval), ("proportion", proportion)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be in (0, 1), not {value}")
    if rounding not in ("up", "down"):
        raise ValueError(f"rounding must be 'up' or 'down', not {rounding!r}")
    spread = normal_quantile(confidence) ** 2 * proportion * (1 - proportion)
    infinite = spread / interval**2 if interval**2 else math.inf  # 1e-200 has no square
    exact = n * infinite / (n + infinite - 1) if n and math.isfinite(n * infinite) else float(n)
    size = min(n, _rounded(exact, rounding))
    return SampleSize(n, confidence, interval, proportion, rounding, exact, size)


def draw(
    keys: Iterable[Any],
    size: int,
    *,
    seed: int,
    stratum: str = "",
    pilot_share: float = PILOT_SHARE,
) -> Draw:
    """Draw a simple random sample that anyone can draw again.

    Each key is given the SHA-256 of seed, stratum and key; the ``size`` smallest are the sample,
    smallest first. So the sample depends on nothing but these: not on the order of the rows, the
    machine, the version of a library, or how often the data was loaded. A larger sample of the
    same seed begins with the smaller one, and a question that comes or goes changes at most one
    place.

    Parameters
    ----------
    keys : iterable
        What to draw from, no key twice: strings, whole numbers or tuples of these, such as
        ``(site, question_id)``.
    size : int
        In [0, n keys].
    seed : int
        Any whole number.
    stratum : str
        Name of the question set: sets drawn with one seed are drawn independently.
    pilot_share : float
        In [0, 1]; the pilot's size is rounded up.

    Returns
    -------
    Draw
        ``drawn`` is empty for size 0, and all keys in random order for size n.

    Notes
    -----
    Sampling by permanent random numbers: Ohlsson (1995), in Business Survey Methods, chapter 9,
    https://doi.org/10.1002/9781118150504.ch9.
    """
    known = list(keys)
    if not 0 <= checked_count("size", size) <= len(known):
        raise ValueError(f"size must be in [0, {len(known)}], not {size}")
    if not 0 <= pilot_share <= 1:
        raise ValueError(f"pilot_share must be in [0, 1], not {pilot_share}")
    numbered = {_permanent_number(seed, stratum, key): key for key in known}
    if len(numbered) != len(known):
        raise ValueError("keys must be distinct")
    drawn = tuple(numbered[number] for number in sorted(numbered)[:size])
    n_pilot = min(size, _rounded(pilot_share * size, "up"))
    return Draw(n_pilot, drawn)


def _permanent_number(seed: int, stratum: str, key: Any) -> bytes:
    parts = key if isinstance(key, tuple) else (key,)
    return hashlib.sha256(_text([int(seed), stratum, *parts]).encode()).digest()


def _text(parts: Sequence[Any]) -> str:
    """Write parts so that different parts never give one text: each with its length before it."""
    texts = []
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, (str, int)):
            part = _as_int(part)  # noqa: PLW2901 - numpy's integers are whole numbers too
        texts.append(str(part))
    return "".join(f"{len(text)}:{text}" for text in texts)


def _as_int(part: Any) -> int:
    if isinstance(part, bool) or not hasattr(part, "__index__"):
        raise TypeError(f"a key is made of strings and whole numbers, not {type(part).__name__}")
    return part.__index__()


def _rounded(value: float, rounding: Rounding) -> int:
    """Round, when what floating point adds to a whole number (0.3 * 10) is taken off."""
    value = round(value, 9)
    return math.ceil(value) if rounding == "up" else math.floor(value)
