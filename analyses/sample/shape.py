"""The shape of the sample: kinds of questions (shape.toml), and the effects that are planted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any, Final

SITE: Final = "sample.stackstudy"
"""The end of the name of every sample's site, so that nobody takes it for a real one."""

SHARE_OF_LEARNING: Final = 0.5
"""Chosen: on Stack Overflow it is 0.4%, and a small sample would have empty topic sets."""

NO_ACCEPTED_SHARE_OF_ALL: Final = 1 - 0.5233
DEFAULT_UNTIL: Final = datetime(2019, 12, 1, tzinfo=UTC)
"""The paper's dump: published 2019-12-02, last posts of 2019-11-30."""

# What is planted for the methods to find. Acceptance falls with the years, and questions that match
# the rules of a topic were asked 0.40 years later than those of the baseline (by the published
# counts): so of the 7.8 points between their shares without an accepted answer, 2.4 are the years'.
NO_ACCEPTED_RISE: Final = 0.06
"""How much the share without an accepted answer rises per year asked, until 2019; the authors'
posts of 2016 to 2019: 60.0, 63.3, 67.5 and 77.4%. The rest of the site has a rise of its own."""

N_REGULARS: Final = 4
REGULARS_SHARE: Final = 0.3
"""So many people write this share of the answers to the topics' questions, so many others that of
the baseline's. The authors' 882 accepted answers have 539 authors, one of whom wrote 78."""

REGULARS_SPREAD: Final = 0.1
"""The first regular is quick and the last is slow: each has a part of the answers, from the
quickest to the slowest, give or take this share of them. The log times to the accepted answers of
the topics then have a design effect of about 3 by answerer in a sample of the default size, and a
greater one in a larger sample; on the authors' posts it is 4.1."""


@dataclass(frozen=True)
class Stratum:
    """A kind of question with its rates; shape.toml says what each value means."""

    name: str
    questions: dict[int, float]
    asker_share: dict[int, float]
    no_accepted_share: float
    response: tuple[float, float, float]
    unanswered: float
    self_accepted: float
    closed: float
    deleted_asker: float
    votes: float
    since: date = date(2008, 8, 1)
    no_accepted_rise: float = NO_ACCEPTED_RISE

    def asker_share_of(self, year: int) -> float:
        """Return the number of distinct known askers per question in a year."""
        return self.asker_share[min(self.asker_share, key=lambda known: abs(known - year))]

    @property
    def n_questions(self) -> float:
        """Questions of all years."""
        return sum(self.questions.values())

    @property
    def mean_year(self) -> float:
        """Mean year in which the questions were asked."""
        return sum(year * n for year, n in self.questions.items()) / self.n_questions

    def no_accepted_share_of(self, year: int) -> float:
        """Return the share without an accepted answer of the questions asked in a year."""
        later = min(year, max(self.questions)) - self.mean_year
        return self.no_accepted_share + self.no_accepted_rise * later


def strata() -> tuple[Stratum, ...]:
    """Return all kinds of questions, in the proportions of a sample, the rest of the site first."""
    written = tomllib.loads(files("analyses.sample").joinpath("shape.toml").read_text("utf-8"))
    rest = written.pop("background")
    learning = [_stratum(name, **values) for name, values in written.items()]
    n_learning = sum(one.n_questions for one in learning)
    n_rest = n_learning * (1 - SHARE_OF_LEARNING) / SHARE_OF_LEARNING
    n_not_accepted = sum(one.no_accepted_share * one.n_questions for one in learning)
    background = _stratum(
        "background",
        **rest,
        of_asked=(n_rest, sum(rest["asked"].values())),
        no_accepted_share=(NO_ACCEPTED_SHARE_OF_ALL * (n_learning + n_rest) - n_not_accepted)
        / n_rest,
    )
    return background, *learning


def _stratum(
    name: str,
    asked: dict[str, int],
    askers: dict[str, int],
    of_asked: tuple[float, float] = (1, 1),
    **values: Any,
) -> Stratum:
    questions = {int(year): n * of_asked[0] / of_asked[1] for year, n in asked.items()}
    shares = {int(year): n / asked[year] for year, n in askers.items()}
    values["response"] = tuple(values["response"])
    return Stratum(name, questions, shares, **values)
