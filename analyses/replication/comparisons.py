"""What the paper did not compare: the shares at the baseline's years, and the response times.

Of the baseline the authors published how many questions were asked in each year, how many have an
accepted answer, and each response time with whole days dropped; its posts they did not. So its
years can be given to the deployment questions, and the times be compared as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from analyses.common.numbers import between, number, p_words, percent, points, signed
from analyses.replication.response_times import BASELINE
from analyses.replication.tables import Section
from analyses.statistics.clusters import clustered_standardised_share
from analyses.statistics.proportions import compare_proportions, proportion
from analyses.statistics.ranks import cliffs_delta, hodges_lehmann_ratio, mann_whitney
from analyses.warehouse.database import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from analyses.replication.trends import YearlyCount

TOPICS: Final = "deployment"

_WRITERS: Final[dict[str, Callable[[float | None], str]]] = {
    "points": points,
    "share": percent,
    "delta": signed,
    "ratio": number,
}


@dataclass(frozen=True)
class Comparison:
    """A number with its interval, of deployment questions against the baseline.

    Attributes
    ----------
    unit : str
        `points` (a difference of shares), `share`, `delta` (Cliff's) or `ratio`.
    n : str
        Questions or times of both.
    note : str
        How it is made, and what it cannot say.
    """

    measure: str
    unit: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    n: str
    note: str


def read_comparisons(
    data: Path,
    trends: Iterable[YearlyCount],
    baseline: tuple[int, int],
    baseline_minutes: Sequence[float],
    study: str | None = None,
) -> list[Comparison]:
    """Compare the deployment questions of a database with what was published of the baseline.

    Parameters
    ----------
    data : Path
    trends : iterable of YearlyCount
    baseline : (n_not_accepted, n_questions)
    baseline_minutes : sequence of float
        Whole days dropped.
    study : str, optional
        Whose database; may be left out if the folder has one.
    """
    with connect(data, study) as connection:
        questions = connection.execute(
            "select year(asked_at), owner_user_id, not is_accepted"
            f" from {TOPICS}_questions order by site, question_id"
        ).fetchall()
        minutes = connection.execute(
            f"select response_minutes_days_dropped from {TOPICS}_questions"
            " where response_minutes >= 0"
        ).fetchall()
    return [
        *compare_shares(questions, trends, baseline),
        *compare_times([dropped for (dropped,) in minutes], baseline_minutes),
    ]


def compare_shares(
    questions: Sequence[tuple[int, int | None, bool]],
    trends: Iterable[YearlyCount],
    baseline: tuple[int, int],
) -> list[Comparison]:
    """Compare shares without an accepted answer, crude and with the baseline's years.

    Parameters
    ----------
    questions : sequence of (year, asker, is_not_accepted)
        The deployment questions; an asker who is not known is ``None``.
    trends, baseline
        As in :func:`read_comparisons`.

    Notes
    -----
    The limits of the difference lie as far from it as those of both shares from theirs, by the root
    of the sum of squares: Zou and Donner (2008), https://doi.org/10.1002/sim.3095.
    """
    asked = {
        one.year: one.n
        for one in trends
        if (one.figure, one.question_set) == ("questions", BASELINE)
    }
    years, askers, not_accepted = zip(*questions, strict=True) if questions else ((), (), ())
    n = len(questions)
    crude = compare_proportions(sum(not_accepted), n, *baseline)
    other: Any = proportion(*baseline)
    weights = {year: weight for year, weight in asked.items() if year in years}
    own: Any = clustered_standardised_share(not_accepted, askers, years, weights)
    both = f"{own.n:,}, {baseline[1]:,}"
    note = (
        "Deployment questions are younger, and acceptance falls with the year asked: their shares"
        " by year, weighted by the published counts of non-deployment questions in these years. The"
        " intervals allow for deployment questions of one asker; who asked the non-deployment"
        " questions was not published, so these are taken as independent."
    )
    rows = [
        Comparison(
            "no accepted answer, difference", "points", crude.share_difference, crude.ci_low,
            crude.ci_high, f"{n:,}, {baseline[1]:,}",
            f"As the paper tests it ({p_words(crude.p_value)}), with Newcombe’s interval: questions"
            " are taken as independent.",
        ),
        Comparison(
            "no accepted answer, deployment with the baseline’s years", "share", own.share,
            own.ci_low, own.ci_high, f"{own.n:,}", note,
        ),
    ]  # fmt: skip
    if own.share is not None and other.share is not None:
        difference = own.share - other.share
        low = difference - math.hypot(own.share - own.ci_low, other.ci_high - other.share)
        high = difference + math.hypot(own.ci_high - own.share, other.share - other.ci_low)
        measure = "no accepted answer, difference with the baseline’s years"
        rows.append(Comparison(measure, "points", difference, low, high, both, note))
    return rows


def compare_times(topics: Sequence[float], baseline: Sequence[float]) -> list[Comparison]:
    """Compare response times in minutes, whole days dropped."""
    delta, ratio = cliffs_delta(topics, baseline), hodges_lehmann_ratio(topics, baseline)
    n = f"{len(topics):,}, {len(baseline):,}"
    note = (
        "The paper prints both medians and no test: Mann-Whitney,"
        f" {p_words(mann_whitney(topics, baseline).p_value)}. Without the days it is no measure of"
        " the wait. Who answered the non-deployment questions was not published: the intervals"
        " take all answers as independent."
    )
    return [
        Comparison(
            "response time, days dropped: Cliff’s δ", "delta", delta.delta, delta.ci_low,
            delta.ci_high, n, note,
        ),
        Comparison(
            "response time, days dropped: times as long", "ratio", ratio.ratio, ratio.ci_low,
            ratio.ci_high, n, note,
        ),
    ]  # fmt: skip


def comparison_section(comparisons: Sequence[Comparison]) -> Section:
    """Return the comparisons as a section that stands below the checks."""
    notes = list(dict.fromkeys(one.note for one in comparisons))
    rows = tuple(
        (
            one.measure,
            _WRITERS[one.unit](one.estimate),
            between(one.ci_low, one.ci_high, _WRITERS[one.unit]),
            one.n,
            str(notes.index(one.note) + 1),
        )
        for one in comparisons
    )
    title = "Deployment and non-deployment: what the paper does not compare"
    return Section(title, ("measure", "estimate", "95% interval", "n", "note"), rows, tuple(notes))
