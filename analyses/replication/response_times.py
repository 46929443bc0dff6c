"""The authors' response times (``response_time.xlsx``), and whether their posts give the same.

Both sheets hold one column of minutes, without whole days (Python's ``timedelta.seconds / 60``).
Sheet `non_deploy` has the accepted answers of the baseline set, whose posts were not published.
Sheet `deploy` has those of the three topic sets twice: in its first 886 rows, pasted over the
beginning of a longer column of `non_deploy` times that was left standing below, and again at its
end, under a heading of their own. So the last block of a sheet is the one to read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from analyses.common.files import write_records
from loader.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet, Question

FILE: Final = "response_time.xlsx"
BASELINE: Final = "non_deployment"

_MINUTES_A_DAY: Final = 24 * 60


@dataclass(frozen=True)
class PublishedTimes:
    """Response times in minutes, days dropped, as published.

    Attributes
    ----------
    baseline : tuple of float
        Of the questions in no topic set.
    topics : tuple of float
        Of the three topic sets together; a question in two of them counts twice.
    """

    baseline: tuple[float, ...]
    topics: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """Published response times compared with those of the published posts, to the second.

    Attributes
    ----------
    n_published, n_posts : int
        Times in the sheet; accepted answers in the posts.
    n_alike : int
        Times that stand in both, each as often.
    """

    n_published: int
    n_posts: int
    n_alike: int

    @property
    def is_equal(self) -> bool:
        """Whether nothing is left over on either side."""
        return self.n_published == self.n_posts == self.n_alike


def read_times(package: Package) -> PublishedTimes:
    """Read both sheets.

    Raises
    ------
    PackageError
        When a sheet is missing, or a value is no number of minutes within a day; the message
        names the row.
    """
    member = package[FILE]
    sheets = member.read_sheets(["non_deploy", "deploy"])
    baseline, topics = (
        _last_block(f"{member}: sheet {name!r}", sheets[name]) for name in ("non_deploy", "deploy")
    )
    return PublishedTimes(baseline, topics)


def compare(times: PublishedTimes, sets: Sequence[PublishedSet]) -> Comparison:
    """Compare the times of the topic sets with what the posts of all three give."""
    published = Counter(round(minutes * 60) for minutes in times.topics)
    posts = Counter(
        seconds
        for one in sets
        for question in one.questions
        for seconds in _seconds_days_dropped(question)
    )
    return Comparison(published.total(), posts.total(), (published & posts).total())


def write_times(path: Path, times: PublishedTimes) -> None:
    """Write the times of the baseline as the CSV that the models read."""
    columns = ("question_set", "response_minutes_days_dropped")
    write_records(path, columns, ((BASELINE, minutes) for minutes in times.baseline))


def _last_block(where: str, rows: list[tuple[Any, ...]]) -> tuple[float, ...]:
    """Return the values below the last heading of a column."""
    block: list[float] = []
    for number, row in enumerate(rows, start=1):
        value = row[0] if row else None
        if value is None:
            continue
        if isinstance(value, str):
            block = []
        elif isinstance(value, int | float) and 0 <= value < _MINUTES_A_DAY:
            block.append(float(value))
        else:
            raise PackageError(
                f"{where}: row {number}: {value!r} is no number of minutes within a day, as all"
                " published response times are; get the package again"
            )
    if not block:
        raise PackageError(f"{where}: holds no response times; get the package again")
    return tuple(block)


def _seconds_days_dropped(question: Question) -> list[int]:
    """Return the seconds to the accepted answer without whole days, if there is such an answer."""
    accepted = question.attributes.get("AcceptedAnswerId")
    asked_at = datetime.fromisoformat(question.attributes["CreationDate"])
    return [
        (datetime.fromisoformat(answer["CreationDate"]) - asked_at).seconds
        for answer in question.answers
        if answer["Id"] == accepted
    ]
