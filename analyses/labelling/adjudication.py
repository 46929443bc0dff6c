"""Adjudication: from what raters said to the labels and decisions of a study."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from typing import TYPE_CHECKING, Any

from analyses.labelling.ratings import LABEL
from analyses.study.decisions import Decision, read_decisions
from analyses.study.labels import Label, read_labels
from analyses.study.rows import write_rows
from analyses.study.slips import raising
from loader.errors import LabellingError
from loader.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.ratings import Rating, Ratings, Task
    from analyses.labelling.sample import QuestionKey, SampledQuestion


@dataclass(frozen=True)
class Settlement:
    """What there is of final ratings.

    Attributes
    ----------
    final : mapping
        Ratings that all raters gave alike, or that were settled.
    to_settle : list of QuestionKey
        Labelled differently, or left pending by all, and not settled yet.
    """

    final: Mapping[QuestionKey, Rating]
    to_settle: list[QuestionKey]

    def __contains__(self, key: QuestionKey) -> bool:
        """Whether anything is said of a question."""
        return key in self.final or key in self.to_settle


def adjudicate(
    raters: Sequence[Ratings],
    settled: Ratings | None,
    questions: Sequence[SampledQuestion],
    n_raters: int = 2,
) -> Settlement:
    """Return the final ratings of sampled questions, in their order.

    Parameters
    ----------
    raters : sequence of Ratings
        One per rater.
    settled : Ratings or None
        What was settled beats what raters said.
    n_raters : int
        So many must have said the same; 1 where the raters worked together.
    """
    decided = settled.by_question if settled else {}
    final: dict[QuestionKey, Rating] = {}
    to_settle = []
    for key in (one.key for one in questions):
        given = [one.by_question[key] for one in raters if key in one.by_question]
        values = {one.value("leaf") for one in given}
        is_enough = len(given) >= n_raters
        if key in decided:
            final[key] = replace(decided[key], note=decided[key].note or _joined_notes(given))
        elif len(values) > 1 or (is_enough and values == {"pending"}):
            to_settle.append(key)
        elif is_enough and given:
            final[key] = replace(given[0], note=_joined_notes(given))
    return Settlement(final, to_settle)


def write_settled(study: Path, sets: Sequence[str], task: Task, settlement: Settlement) -> Path:
    """Write what is final into labels.csv or decisions.csv of a study, sorted.

    Rows of questions that are neither final nor to be settled stay.

    Raises
    ------
    LabellingError
        When the study keeps them in a spreadsheet.
    StudyError
        When the file has a slip.
    """
    path = study / task.file
    for other in path.parent.glob(f"{path.stem}.*"):
        if other.suffix.lower() in {".xlsx", ".tsv", ".txt"}:
            raise LabellingError(f"{other}: {path.name} would stand beside it; save it as that")
    known: list[Any] = []
    new: list[Any]
    if task is LABEL:
        if path.is_file():
            known = raising(read_labels, path, (), sets)
        new = [
            Label(*key, one.inner_category, one.leaf_category, rating.note)
            for key, rating in settlement.final.items()
            for one in rating.labels
        ]
    else:
        if path.is_file():
            known = raising(read_decisions, path, sets)
        new = [
            Decision(*key, rating.labels[0].name, rating.note)
            for key, rating in settlement.final.items()
            if rating.labels[0].name != "pending"
        ]
    kept = [one for one in known if one.question not in settlement]
    with written_whole(path) as staged:
        kind = Label if task is LABEL else Decision
        write_rows(staged, kind, sorted((*kept, *new), key=astuple))
    return path


def _joined_notes(ratings: Iterable[Rating]) -> str:
    return "; ".join(dict.fromkeys(one.note for one in ratings if one.note))
