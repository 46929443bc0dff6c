"""A draw: which questions of which sets are to be labelled, and its file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analyses.common.spreadsheets import read_table, whole_number, write_csv, written_whole
from analyses.statistics.sampling import PILOT_SHARE, draw
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyses.labelling.population import Population, QuestionKey

Part = Literal["all", "pilot", "rest"]
PARTS: tuple[Part, ...] = ("all", "pilot", "rest")

COLUMNS = (
    "question_set",
    "site",
    "question_id",
    "position",
    "is_pilot",
    "title",
    "url",
    "seed",
    "population",
)
KEY = COLUMNS[:3]


@dataclass(frozen=True)
class DrawnQuestion:
    """A question drawn for a set; ``position`` is its place in the set's draw, from 1."""

    question_set: str
    site: str
    question_id: int
    position: int
    is_pilot: bool
    title: str = ""
    url: str = ""
    seed: int | None = None
    population: int | None = None

    @property
    def key(self) -> QuestionKey:
        """What tells it from all others: a question may be drawn for two sets."""
        return self.question_set, self.site, self.question_id


def draw_questions(
    populations: Iterable[tuple[Population, int]], *, seed: int, pilot_share: float = PILOT_SHARE
) -> list[DrawnQuestion]:
    """Draw questions of every set.

    Parameters
    ----------
    populations : iterable of (Population, int)
        Each set with the number of questions to draw from it.
    seed, pilot_share
        As in `analyses.statistics.sampling.draw`, whose sample depends on the seed, the set's
        name and the questions' sites and ids, and on nothing else.

    Returns
    -------
    list of DrawnQuestion
        Set by set, in the order drawn: the pilot first.
    """
    drawn = []
    for population, size in populations:
        questions = {(row.site, row.question_id): row for row in population.questions}
        sample = draw(
            questions, size, seed=seed, stratum=population.question_set, pilot_share=pilot_share
        )
        drawn += [
            DrawnQuestion(
                question_set=population.question_set,
                site=site,
                question_id=question_id,
                position=position,
                is_pilot=position <= sample.n_pilot,
                title=questions[site, question_id].title,
                url=questions[site, question_id].url,
                seed=seed,
                population=sample.population,
            )
            for position, (site, question_id) in enumerate(sample.drawn, start=1)
        ]
    return drawn


def write_draw(path: Path, questions: Sequence[DrawnQuestion], *, force: bool = False) -> None:
    """Write a draw as CSV; a file of that name is overwritten only with `force`."""
    with written_whole(path, force=force) as aside:
        write_csv(
            aside, COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in questions)
        )


def read_draw(path: Path) -> list[DrawnQuestion]:
    """Read a draw, in the order drawn, whatever order its file has come to.

    Parameters
    ----------
    path : Path
        What `write_draw` wrote, or any CSV or xlsx with the columns question_set, site and
        question_id: a sample drawn elsewhere. Without ``position`` the order is that of the
        file, without ``is_pilot`` nothing is a pilot.

    Raises
    ------
    LabellingError
        When the file cannot be read, an id is none, or a question is there twice; the message
        names the row.
    """
    rows: dict[QuestionKey, int] = {}
    questions: list[DrawnQuestion] = []
    sets: dict[str, int] = {}
    for line in read_table(path, KEY):
        where = f"{path}: row {line.number}"
        question_set, site, text = (line.values[column] for column in KEY)
        question_id = whole_number(text)
        if not question_set or not site or question_id is None:
            raise LabellingError(
                f"{where}: {text!r} of {site!r} in {question_set!r} is no question; give a"
                " question_set, a site and a whole number as question_id"
            )
        key = (question_set, site, question_id)
        if key in rows:
            raise LabellingError(
                f"{where}: question {question_id} is drawn for {question_set} already, in row"
                f" {rows[key]}; remove one of the two"
            )
        rows[key] = line.number
        sets.setdefault(question_set, len(sets))
        questions.append(
            DrawnQuestion(
                *key,
                position=whole_number(line.values.get("position", "")) or len(questions) + 1,
                is_pilot=_flag(where, line.values.get("is_pilot", "")),
                title=line.values.get("title", ""),
                url=line.values.get("url", ""),
                seed=whole_number(line.values.get("seed", "")),
                population=whole_number(line.values.get("population", "")),
            )
        )
    return sorted(questions, key=lambda row: (sets[row.question_set], row.position))


def in_part(path: Path, questions: Sequence[DrawnQuestion], part: Part) -> list[DrawnQuestion]:
    """Return the pilot, the rest, or all of the questions of a draw's file.

    Raises
    ------
    LabellingError
        When there is none.
    """
    chosen = [row for row in questions if part == "all" or row.is_pilot == (part == "pilot")]
    if not chosen:
        what = "question" if part == "all" else f"question of the part {part}"
        raise LabellingError(f"{path}: holds no {what}; draw with `stackstudy draw`")
    return chosen


def _flag(where: str, text: str) -> bool:
    if text.lower() in {"true", "1", "yes"}:
        return True
    if text.lower() in {"", "false", "0", "no"}:
        return False
    raise LabellingError(f"{where}: is_pilot {text!r} is neither true nor false")
