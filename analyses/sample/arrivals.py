"""When questions come, and which id belongs to which moment.

Both follow from the counts of questions a day and stratum alone, so memory depends on the years,
not on the size. An id stands for a short interval of time: posts planned long ahead can be given
the id that they will have, ids ascend with time, and ids nobody took are the gaps that deleted
posts leave in real dumps.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from analyses.sample.official import DAY_MS
from analyses.sample.shape import DEFAULT_UNTIL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from analyses.sample.shape import Stratum

FIRST_DAY: Final = datetime(2008, 8, 1, tzinfo=UTC)
FIRST_POST_ID: Final = 4
"""Stack Overflow's first question."""

_IDS_A_QUESTION: Final = 4
_SPARE_IDS_A_DAY: Final = 2880
"""A small site's id is half a minute long, so that answers after two minutes keep their time."""
_STEEPEST: Final = 0.9
# Questions by weekday and by hour (UTC) of the authors' 3,018 posts.
_WEEKDAYS: Final = (1.11, 1.2, 1.18, 1.16, 1.0, 0.67, 0.62)
_HOURS: Final = (
    80, 68, 85, 78, 92, 87, 147, 142, 166, 156, 165, 137,
    164, 163, 171, 156, 170, 146, 116, 126, 115, 123, 103, 85,
)  # fmt: skip
_HOUR_SUMS: Final = tuple(accumulate(_HOURS, initial=0))


def day_of(date: datetime) -> int:
    """Day of a date, counted from 1970-01-01."""
    return int(date.timestamp() * 1000) // DAY_MS


def ms_of_share(share: float) -> int:
    """Time of day in ms by which this share of a day's questions has come."""
    target = share * _HOUR_SUMS[-1]
    hour = min(bisect_right(_HOUR_SUMS, target) - 1, 23)
    return int((hour + (target - _HOUR_SUMS[hour]) / _HOURS[hour]) * 3_600_000)


def share_of_ms(ms: int) -> float:
    """Share of a day's questions that has come by this time of day."""
    hour, rest = divmod(ms, 3_600_000)
    return (_HOUR_SUMS[hour] + _HOURS[hour] * rest / 3_600_000) / _HOUR_SUMS[-1]


def _daily_weights(stratum: Stratum, until: datetime) -> dict[int, list[tuple[int, float]]]:
    """Expect questions a day, by year: growing within it, fewer on weekends, exact in sum."""
    last = max(stratum.questions)
    published_part = (DEFAULT_UNTIL - datetime(last, 1, 1, tzinfo=UTC)) / timedelta(days=365)
    rates = {
        year: n / min(1, published_part if year == last else 1)
        for year, n in stratum.questions.items()
    }
    weights: dict[int, list[tuple[int, float]]] = {}
    for year in range(FIRST_DAY.year, until.year + 1):
        rate = rates.get(year, rates[last] if year > last else 0)
        if not rate:
            continue
        slope = (rates.get(year + 1, rate) - rates.get(year - 1, 0)) / 2
        slope = max(-_STEEPEST * rate, min(_STEEPEST * rate, slope))
        start = max(datetime(year, 1, 1, tzinfo=UTC), stratum.since)
        end = datetime(year + 1, 1, 1, tzinfo=UTC)
        counted_end = min(end, DEFAULT_UNTIL) if year <= last else end
        days = range(day_of(start), day_of(end))
        density = [
            (rate + slope * 2 * ((i + 0.5) / len(days) - 0.5)) * _WEEKDAYS[(day + 3) % 7]
            for i, day in enumerate(days)
        ]
        counted = sum(density[: day_of(counted_end) - days.start])
        scale = stratum.questions.get(year, rate) / counted
        weights[year] = [
            (day, d * scale) for day, d in zip(days, density, strict=True) if day < day_of(until)
        ]
    return {year: days for year, days in weights.items() if days}


def largest_remainders(weights: Sequence[float], total: int) -> list[int]:
    """Share a total out in proportion to weights, in whole numbers."""
    whole = sum(weights)
    exact = [weight * total / whole for weight in weights]
    counts = [int(value) for value in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_rest[: total - sum(counts)]:
        counts[i] += 1
    return counts


class Arrivals:
    """The questions' times and everybody's ids.

    Parameters
    ----------
    strata : sequence of Stratum
        Kinds of questions.
    n_questions : int
        How many questions altogether.
    until : datetime
        The snapshot date: everything is older.
    rng : Random
        Source of chance.
    """

    def __init__(
        self, strata: Sequence[Stratum], n_questions: int, until: datetime, rng: Random
    ) -> None:
        self._rng = rng
        self.first_day = day_of(FIRST_DAY)
        self.until_ms = day_of(until) * DAY_MS
        n_days = day_of(until) - self.first_day
        self._counts = [[0] * n_days for _ in strata]
        cells = [
            (i, days)
            for i, stratum in enumerate(strata)
            for days in _daily_weights(stratum, until).values()
        ]
        sizes = largest_remainders([sum(w for _, w in days) for _, days in cells], n_questions)
        for (i, days), size in zip(cells, sizes, strict=True):
            sums = list(accumulate(weight for _, weight in days))
            for _ in range(size):
                drawn = bisect_right(sums, rng.random() * sums[-1])
                self._counts[i][days[min(drawn, len(days) - 1)][0] - self.first_day] += 1
        self._slots = [
            _SPARE_IDS_A_DAY + _IDS_A_QUESTION * sum(counts)
            for counts in zip(*self._counts, strict=True)
        ]
        self._base = list(accumulate(self._slots, initial=FIRST_POST_ID))
        self._taken: set[int] = set()
        self._last_question_id = 0

    def questions(self) -> Iterator[tuple[int, int, int]]:
        """Yield stratum number, id and time in ms of each question, in their order."""
        random = self._rng.random
        for i, slots in enumerate(self._slots):
            drawn = sorted(
                (random(), number)
                for number, counts in enumerate(self._counts)
                for _ in range(counts[i])
            )
            for share, number in drawn:
                natural = self._base[i] + int(share * slots)
                post_id = max(natural, self._last_question_id + 1)
                while post_id in self._taken:
                    post_id += 1
                self._last_question_id = post_id
                self._taken.add(post_id)
                yield number, post_id, self.time_of(post_id)

    def reserve(self, ms: int, after_id: int, width: int = 1) -> tuple[int, int] | None:
        """Reserve an id for a post at a later time, or several in a row.

        Parameters
        ----------
        ms : int
            When the post shall be written.
        after_id : int
            The id must be greater than this one.
        width : int
            How many ids.

        Returns
        -------
        tuple of int or None
            First id and time, moved on where the id was taken; None where that is past the
            snapshot.
        """
        if ms >= self.until_ms:
            return None
        day, rest = divmod(ms, DAY_MS)
        number = day - self.first_day
        natural = self._base[number] + int(share_of_ms(rest) * self._slots[number])
        post_id = max(natural, after_id + 1)
        while any(post_id + i in self._taken for i in range(width)):
            post_id += 1
        if post_id + width > self._base[-1]:
            return None
        self._taken.update(range(post_id, post_id + width))
        return post_id, ms if post_id == natural else self.time_of(post_id)

    def release(self, post_id: int) -> None:
        """Forget a reserved id once its post is written."""
        self._taken.discard(post_id)

    def time_of(self, post_id: int) -> int:
        """Return a time in ms within the interval of an id, always before the snapshot."""
        i = min(bisect_right(self._base, post_id) - 1, len(self._slots) - 1)
        share = (post_id - self._base[i] + 0.02 + 0.96 * self._rng.random()) / self._slots[i]
        ms = (self.first_day + i) * DAY_MS + ms_of_share(min(share, 0.999999))
        return min(ms, self.until_ms - 10)
