"""The shape of the sample: what the paper published, and what the authors' posts add to it.

The published figures stand in dbt_project/seeds/published_figures.csv too; a test holds the two
together. Everything else here was measured on the authors' posts (December 2019 dump) or on whole
dumps of small sites, or is marked as made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

SITE: Final = "sample.stackstudy"
"""What the name of every sample's site ends in, so that nobody takes it for a real one."""

SHARE_OF_LEARNING: Final = 0.5
"""Made up: on Stack Overflow it is 0.4 %, and a small sample would have no topic sets at all."""

NO_ACCEPTED_SHARE_OF_ALL: Final = 1 - 0.5233
DEFAULT_UNTIL: Final = datetime(2019, 12, 1, tzinfo=UTC)
"""The paper's dump: published 2019-12-02, last posts of 2019-11-30."""

PUBLISHED_YEARS: Final = range(2015, 2020)


@dataclass(frozen=True)
class Stratum:
    """A kind of question, and what becomes of it.

    Attributes
    ----------
    name : str
        Which recipes write its text.
    questions : dict of int to float
        Questions a year, up to `DEFAULT_UNTIL`; later years go on like the last one.
    asker_share : dict of int to float
        Distinct known askers of a year over its questions; years not named take the nearest.
    no_accepted_share : float
        Share of questions without accepted answer.
    response : tuple of float
        Median minutes to the accepted answer, spread of ln(minutes) below it, and above it.
    unanswered : float
        Share of questions without any answer among those without accepted answer.
    self_accepted : float
        Share of accepted answers that are the asker's own.
    closed, deleted_asker, edited : float
        Shares of questions.
    votes : float
        Scale of the up-votes.
    since : datetime
        When its first tag came up.
    """

    name: str
    questions: dict[int, float]
    asker_share: dict[int, float]
    no_accepted_share: float
    response: tuple[float, float, float]
    unanswered: float
    self_accepted: float
    closed: float
    deleted_asker: float
    edited: float
    votes: float
    since: datetime = field(default=datetime(2008, 8, 1, tzinfo=UTC))

    def asker_share_of(self, year: int) -> float:
        """Distinct known askers over questions in a year."""
        return self.asker_share[min(self.asker_share, key=lambda known: abs(known - year))]


_SERVER: Final = Stratum(
    name="server",
    questions={2015: 1, 2016: 109, 2017: 288, 2018: 406, 2019: 521},
    asker_share={2015: 1.0, 2016: 83 / 109, 2017: 215 / 288, 2018: 332 / 406, 2019: 425 / 521},
    no_accepted_share=0.698,
    response=(1802.37, 2.6, 2.35),
    unanswered=382 / 925,
    self_accepted=0.27,
    closed=0.007,
    deleted_asker=0.002,
    edited=0.42,
    votes=0.8,
)

_MOBILE: Final = Stratum(
    name="mobile",
    questions={2015: 8, 2016: 62, 2017: 257, 2018: 484, 2019: 722},
    asker_share={2015: 1.0, 2016: 54 / 62, 2017: 221 / 257, 2018: 404 / 484, 2019: 592 / 722},
    no_accepted_share=0.716,
    response=(1024.44, 2.65, 3.0),
    unanswered=518 / 1098,
    self_accepted=0.22,
    closed=0.015,
    deleted_asker=0.006,
    edited=0.47,
    votes=0.6,
)

# 194 questions were counted by year, 165 stayed; 576 candidates were inspected.
_BROWSER: Final = Stratum(
    name="browser",
    questions={2018: 50 * 165 / 194, 2019: 144 * 165 / 194},
    asker_share={2018: 44 / 50, 2019: 123 / 144},
    no_accepted_share=0.691,
    response=(380.39, 1.8, 2.6),
    unanswered=41 / 114,
    self_accepted=0.22,
    closed=0.006,
    deleted_asker=0.0,
    edited=0.59,
    votes=0.5,
    since=datetime(2018, 3, 30, tzinfo=UTC),
)

_LOOKALIKE: Final = Stratum(
    name="lookalike",
    questions={2018: 50 * 411 / 194, 2019: 144 * 411 / 194},
    asker_share=_BROWSER.asker_share,
    no_accepted_share=_BROWSER.no_accepted_share,
    response=_BROWSER.response,
    unanswered=_BROWSER.unanswered,
    self_accepted=_BROWSER.self_accepted,
    closed=0.01,
    deleted_asker=0.005,
    edited=0.5,
    votes=0.5,
    since=_BROWSER.since,
)

# 67,615 by year; the printed total is 67,646, so 31 are older. The elapsed median is not
# recoverable: this one gives the published 145.8 once whole days are dropped.
_LEARNING: Final = Stratum(
    name="learning",
    questions={2013: 7, 2014: 24, 2015: 1245, 2016: 7185, 2017: 16847, 2018: 19420, 2019: 22918},
    asker_share={
        2015: 793 / 1245,
        2016: 3904 / 7185,
        2017: 9611 / 16847,
        2018: 12123 / 19420,
        2019: 14353 / 22918,
    },
    no_accepted_share=0.627,
    response=(170.0, 2.0, 3.0),
    unanswered=0.42,
    self_accepted=0.18,
    closed=0.02,
    deleted_asker=0.006,
    edited=0.45,
    votes=0.8,
)

# Thousands of Stack Overflow questions a year, rounded. The acceptance makes the published share of
# all questions come out although deep learning is half of the sample.
_BACKGROUND_QUESTIONS: Final = {
    2008: 58, 2009: 343, 2010: 694, 2011: 1197, 2012: 1638, 2013: 2051,
    2014: 2152, 2015: 2187, 2016: 2212, 2017: 2131, 2018: 1893, 2019: 1600,
}  # fmt: skip


def strata() -> tuple[Stratum, ...]:
    """All kinds of questions, in the proportions of a sample."""
    learning = (_LEARNING, _SERVER, _MOBILE, _BROWSER, _LOOKALIKE)
    n_learning = sum(sum(stratum.questions.values()) for stratum in learning)
    n_background = n_learning * (1 - SHARE_OF_LEARNING) / SHARE_OF_LEARNING
    n_not_accepted = sum(
        stratum.no_accepted_share * sum(stratum.questions.values()) for stratum in learning
    )
    all_not_accepted = NO_ACCEPTED_SHARE_OF_ALL * (n_learning + n_background)
    scale = n_background / sum(_BACKGROUND_QUESTIONS.values())
    background = Stratum(
        name="background",
        questions={year: n * scale for year, n in _BACKGROUND_QUESTIONS.items()},
        asker_share={2008: 0.4, 2012: 0.5, 2016: 0.55},
        no_accepted_share=(all_not_accepted - n_not_accepted) / n_background,
        response=(42.0, 1.9, 2.9),
        unanswered=0.4,
        self_accepted=0.08,
        closed=0.035,
        deleted_asker=0.012,
        edited=0.45,
        votes=1.4,
    )
    return (background, *learning)
