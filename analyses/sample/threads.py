"""Questions with their times, answers, edits and closing, as one array of posts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtr, ndtri

from analyses.sample.chance import log_normal
from analyses.sample.official import DAY_MS
from analyses.sample.shape import DEFAULT_UNTIL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from analyses.sample.chance import Chance
    from analyses.sample.shape import Stratum

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
FIRST_MS: Final = int(datetime(2008, 8, 1, tzinfo=UTC).timestamp() * 1000)

FIRST_POST_ID: Final = 4
"""Stack Overflow's first question."""

ID_GAP: Final = 3
"""Between two posts there is room for a tag's wiki and excerpt."""

POST: Final = np.dtype(
    [
        ("id", "i4"), ("ms", "i8"), ("stratum", "i1"), ("is_question", "?"),
        ("question", "i4"),  # index of its question; a question's own
        ("accepted", "i4"),  # index of a question's accepted answer, or -1
        ("is_accepted", "?"), ("is_own", "?"),  # of an answer: accepted, and written by the asker
        ("recipe", "f4"),  # in [0, 1): which of its stratum's recipes a question follows
        ("owner", "i4"), ("editor", "i4"),  # indices of persons
        ("edit_ms", "i8"), ("closed_ms", "i8"), ("last_ms", "i8"),  # 0 where it never happens
        ("is_wiki", "?"), ("score", "i4"), ("n_views", "i4"),
        ("n_answers", "i4"), ("n_comments", "i4"), ("n_favorites", "i4"),
    ]
)  # fmt: skip
"""A question or an answer."""

# Questions by weekday (from Thursday, 1970-01-01) and by hour (UTC) of the authors' 3,018 posts.
_WEEKDAYS: Final = np.array([1.16, 1.0, 0.67, 0.62, 1.11, 1.2, 1.18])
_HOURS: Final = (
    80, 68, 85, 78, 92, 87, 147, 142, 166, 156, 165, 137,
    164, 163, 171, 156, 170, 146, 116, 126, 115, 123, 103, 85,
)  # fmt: skip
_HOUR_SHARES: Final = np.cumsum((0, *_HOURS)) / sum(_HOURS)
_STEEPEST: Final = 0.9

_MERGED: Final = 0.0015
"""Share of accepted answers from a merged question, older than the one they now stand under."""


def years_of(ms: NDArray) -> NDArray:
    """Return the years of times in ms."""
    return ms.astype("M8[ms]").astype("M8[Y]").astype(int) + 1970


def largest_remainders(weights: Sequence[float], total: int) -> list[int]:
    """Distribute a total in proportion to weights, in whole numbers."""
    exact = np.asarray(weights) * (total / sum(weights))
    counts = exact.astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: total - counts.sum()]] += 1
    return counts.tolist()


def plan_threads(
    strata: Sequence[Stratum], n_questions: int, until: datetime, chance: Chance
) -> NDArray:
    """Plan all questions and answers before a snapshot date, in the order of time.

    Authors, votes and comments are filled in later.
    """
    until_ms = int(until.timestamp() * 1000)
    questions = _ask(strata, n_questions, until, chance)
    accepted = _accept(questions, strata, until_ms, chance)
    answers = np.concatenate([accepted, _answer(questions, accepted, strata, chance)])
    posts = np.concatenate([questions, answers[answers["ms"] < until_ms]])
    n, is_question = len(posts), posts["is_question"]
    closed = np.array([one.closed for one in strata])[posts["stratum"]] * is_question
    for name, share, ms in (
        ("closed_ms", closed, chance.delays(5 * HOUR, 1.8, 1.8, n)),
        ("edit_ms", np.where(is_question, 0.45, 0.3), chance.delays(20 * MINUTE, 2.0, 2.6, n)),
    ):
        at = posts["ms"] + MINUTE + ms
        posts[name] = np.where(chance.happens(share, n) & (at < until_ms), at, 0)
    posts["is_wiki"] = chance.happens(0.002, n)
    return _in_order(posts, chance)


def _ask(strata: Sequence[Stratum], n_questions: int, until: datetime, chance: Chance) -> NDArray:
    """Return the questions: the published counts per year, fewer at weekends and at night."""
    cells = [
        (number, days, weights)
        for number, stratum in enumerate(strata)
        for days, weights in _daily_weights(stratum, until)
    ]
    sizes = largest_remainders([weights.sum() for _, _, weights in cells], n_questions)
    questions = np.zeros(n_questions, POST)
    questions["is_question"] = True
    questions["question"] = np.arange(n_questions)
    questions["accepted"] = -1
    questions["stratum"] = np.repeat([number for number, _, _ in cells], sizes)
    ends = np.cumsum(sizes)
    for (_, days, weights), size, end in zip(cells, sizes, ends, strict=True):
        sums = np.cumsum(weights) / weights.sum()
        drawn = np.minimum(np.searchsorted(sums, chance.uniform(size), "right"), len(days) - 1)
        hours = np.interp(chance.uniform(size), _HOUR_SHARES, np.arange(25))
        questions["ms"][end - size : end] = days[drawn] * DAY_MS + hours * HOUR
    questions[:] = questions[np.argsort(questions["ms"], kind="stable")]
    questions["question"] = np.arange(n_questions)
    for number in range(len(strata)):
        mine = np.flatnonzero(questions["stratum"] == number)
        questions["recipe"][mine] = chance.even(len(mine), 64)
    return questions


def _daily_weights(stratum: Stratum, until: datetime) -> Iterator[tuple[NDArray, NDArray]]:
    """Yield the days of each year with the questions that are expected, growing within a year."""
    asked, last = stratum.questions, max(stratum.questions)
    end_of_last = DEFAULT_UNTIL.date()
    rates = dict(asked)
    rates[last] /= min(1, (end_of_last - date(last, 1, 1)) / timedelta(days=365))
    first = max(stratum.since, datetime.fromtimestamp(FIRST_MS / 1000, tz=UTC).date())
    for year in range(min(asked), until.year + 1):
        rate = rates[min(year, last)]
        slope = (rates.get(year + 1, rate) - rates.get(year - 1, 0)) / (2 * rate)
        slope = max(-_STEEPEST, min(_STEEPEST, slope))
        start, end = max(date(year, 1, 1), first), date(year + 1, 1, 1)
        days = np.arange(np.datetime64(start), np.datetime64(end)).astype(int)
        of_year = (np.arange(len(days)) + 0.5) / len(days)
        density = (1 + slope * (2 * of_year - 1)) * _WEEKDAYS[days % 7]
        counted = days < np.datetime64(end_of_last if year == last else end).astype(int)
        weights = density * (asked.get(year, rate) / density[counted].sum())
        is_before = days < np.datetime64(until.date()).astype(int)
        if is_before.any():
            yield days[is_before], weights[is_before]


def _accept(
    questions: NDArray, strata: Sequence[Stratum], until_ms: int, chance: Chance
) -> NDArray:
    """Return the accepted answers."""
    years = years_of(questions["ms"])
    asked, waited = [], []
    # Strata with the same share and the same times are drawn together.
    for share, response in dict.fromkeys((one.no_accepted_share, one.response) for one in strata):
        numbers = [i for i, one in enumerate(strata) if one.no_accepted_share == share]
        mine = np.flatnonzero(np.isin(questions["stratum"], numbers))
        known, place = np.unique(years[mine], return_inverse=True)
        shares = np.array(
            [strata[numbers[0]].no_accepted_share_of(year) for year in known.tolist()]
        )
        taken = mine[chance.even(len(mine), 32) >= shares[place]]
        asked.append(taken)
        waited.append(_response_ms(response, until_ms - questions["ms"][taken], chance))
    question, wait = np.concatenate(asked), np.concatenate(waited)
    # A merged question's accepted answer is older than the question it now stands under.
    is_merged = chance.happens(_MERGED, len(question))
    wait[is_merged] = -10 * MINUTE - chance.exponential(DAY_MS, is_merged.sum())
    answers = _answers(questions, question, wait)
    answers["ms"] = np.maximum(answers["ms"], FIRST_MS)
    answers["is_accepted"] = True
    own = np.array([one.self_accepted for one in strata])[answers["stratum"]]
    answers["is_own"] = chance.happens(own, len(answers)) & ~is_merged
    return answers


def _response_ms(response: tuple[float, float, float], left_ms: NDArray, chance: Chance) -> NDArray:
    """Draw how long accepted answers took; the published median is of those before the snapshot."""
    median, below, above = response
    left = np.maximum(left_ms / (median * MINUTE), 1e-9)
    reachable = ndtr(np.log(left) / np.where(left < 1, below, above))
    u = chance.even(len(left), 8)
    least = np.where(reachable > 0.5, 0.5, 0.0)
    again = least + chance.uniform(len(left)) * (reachable - least)
    z = ndtri(np.maximum(np.where(u < reachable, u, again), 1e-6))
    return np.maximum(MINUTE, log_normal(z, median * MINUTE, below, above)).astype(np.int64)


def _answer(
    questions: NDArray, accepted: NDArray, strata: Sequence[Stratum], chance: Chance
) -> NDArray:
    """Return the answers that were not accepted."""
    n, number = len(questions), questions["stratum"]
    is_open = np.ones(n, bool)
    is_open[accepted["question"]] = False
    again = np.array([0.42 if one.name == "background" else 0.22 for one in strata])
    unanswered = np.array([one.unanswered for one in strata])
    counts = is_open + chance.counts(again[number], n)
    counts[is_open & chance.happens(unanswered[number], n)] = 0
    question = np.repeat(np.arange(n), counts)
    medians = 1.5 * MINUTE * np.array([one.response[0] for one in strata])
    wait = chance.delays(medians[number[question]], 2.2, 3.2, len(question))
    answers = _answers(questions, question, np.maximum(MINUTE, wait))
    answers["is_own"] = chance.happens(0.04, len(answers))
    return answers


def _answers(questions: NDArray, question: NDArray, wait: NDArray) -> NDArray:
    answers = np.zeros(len(question), POST)
    answers["question"], answers["accepted"] = question, -1
    answers["stratum"] = questions["stratum"][question]
    answers["ms"] = questions["ms"][question] + wait
    return answers


def _in_order(posts: NDArray, chance: Chance) -> NDArray:
    """Sort posts by time, and fill in what follows from their order."""
    order = np.argsort(posts["ms"], kind="stable")
    place = np.empty(len(posts), np.int64)
    place[order] = np.arange(len(posts))
    posts = posts[order]
    posts["question"] = place[posts["question"]]
    gaps = ID_GAP + chance.integers(4, len(posts))
    posts["id"] = FIRST_POST_ID + np.cumsum(gaps) - gaps[0]
    answers = np.flatnonzero(~posts["is_question"])
    of = posts["question"][answers]
    is_accepted = posts["is_accepted"][answers]
    posts["accepted"][of[is_accepted]] = answers[is_accepted]
    posts["n_answers"] = np.bincount(of, minlength=len(posts))
    posts["last_ms"] = np.maximum(posts["ms"], posts["edit_ms"])
    np.maximum.at(posts["last_ms"], of, posts["last_ms"][answers])
    return posts
