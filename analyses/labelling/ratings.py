"""What raters said of each question, from their journals and from sheets alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from analyses.labelling.journal import SETTLED, Journal, changes_of, read_journals
from analyses.study.labels import NO_CATEGORY, Category, Taxonomy
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.journal import Entry
    from analyses.labelling.sample import QuestionKey, SampledQuestion

Level = Literal["inner", "leaf"]

NO_DECISION: Final = ("pending",)
DECISION_TEXTS: Final = {
    "include": "The question belongs to the set, whatever the rules say.",
    "exclude": "The question does not belong to the set.",
}


@dataclass(frozen=True)
class Task:
    """What people do with a sample: give labels, or decide. A decision is a label of two."""

    name: Literal["label", "decide"]
    file: str
    none: tuple[str, ...]

    def taxonomy(self, questions: Sequence[SampledQuestion], codebook: Taxonomy) -> Taxonomy:
        """Return what there is to say of questions."""
        if self.name == "label":
            return codebook
        sets = dict.fromkeys(one.question_set for one in questions)
        return Taxonomy(
            tuple(
                Category(question_set, name, description=text)
                for question_set in sets
                for name, text in DECISION_TEXTS.items()
            )
        )

    def choices(self, taxonomy: Taxonomy, question_set: str) -> list[Category]:
        """Return all that may be said of a question of a set; what is no category comes last."""
        named = taxonomy.choices(question_set)
        return [one for one in named if one.name not in NO_CATEGORY or one.name in self.none]

    def check(self, names: Sequence[str], question_set: str, taxonomy: Taxonomy) -> None:
        """Raise a ValueError unless these may be said together of a question of a set."""
        known = {one.name for one in self.choices(taxonomy, question_set)}
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"there is no {unknown[0]!r} to say of {question_set}")
        alone = self.none if self.name == "label" else known
        if len(names) > 1 and any(name in alone for name in names):
            raise ValueError(f"{' and '.join(names)} cannot stand together")


LABEL: Final = Task("label", "labels.csv", NO_CATEGORY)
DECIDE: Final = Task("decide", "decisions.csv", NO_DECISION)


@dataclass(frozen=True)
class Rating:
    """The labels that a rater gave a question, in order and without repetition."""

    labels: tuple[Category, ...]
    note: str = ""

    def names(self, level: Level) -> set[str]:
        """Return the names of the labels at a level."""
        return {one.name if level == "leaf" else one.inner_category for one in self.labels}

    def value(self, level: Level) -> str:
        """Return the labels as one nominal value, whatever their order."""
        return " + ".join(sorted(self.names(level)))


@dataclass(frozen=True)
class Ratings:
    """What a rater said, read against the sample.

    Attributes
    ----------
    rater : str
        Name of the file without its ending.
    by_question : mapping
        Ratings of the questions that carry a label.
    unlabelled : mapping
        One line for each question without a label: where, what, and the cure.
    problems : tuple of str
        One line for each slip that makes the sheet unusable.
    """

    rater: str
    path: Path
    by_question: Mapping[QuestionKey, Rating]
    unlabelled: Mapping[QuestionKey, str]
    problems: tuple[str, ...]

    def checked(self, *, skip_unlabelled: bool = False) -> Ratings:
        """Return the ratings themselves.

        Raises
        ------
        LabellingError
            With the first problem and the number of others; a question without a label is one,
            unless `skip_unlabelled`.
        """
        found = self.problems if skip_unlabelled else (*self.problems, *self.unlabelled.values())
        if found:
            more = f" ({len(found) - 1} more: `stackstudy label import` lists all)"
            raise LabellingError(found[0] + (more if len(found) > 1 else ""))
        return self


def read_ratings(
    path: Path,
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    wanted: Collection[QuestionKey] | None = None,
    task: Task = LABEL,
) -> Ratings:
    """Read a rater's journal (``.jsonl``) or sheet (CSV or xlsx).

    Parameters
    ----------
    questions : sequence of SampledQuestion
        The whole sample.
    taxonomy : Taxonomy
        The categories to choose from.
    wanted : collection of QuestionKey, optional
        Those that must be labelled, such as the pilot; other sampled questions are ignored. By
        default all.

    Returns
    -------
    Ratings
        Also of a file with problems, which are listed there: see `Ratings.checked`.

    Raises
    ------
    LabellingError
        When the file cannot be read.
    """
    if path.suffix.lower() != ".jsonl":
        from analyses.labelling.sheet import read_sheet

        return read_sheet(path, questions, taxonomy, wanted)
    if not path.is_file():
        raise LabellingError(f"{path}: there is no such file; check its name")
    folder = path.absolute().parent.parent
    return of_journal(
        Journal(path), questions, taxonomy, task, changes_of(read_journals(folder)), wanted
    )


def of_journal(  # noqa: PLR0913, PLR0917 - all that a label depends on
    journal: Journal,
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    task: Task,
    changes: Sequence[Entry],
    wanted: Collection[QuestionKey] | None = None,
) -> Ratings:
    """Return what a journal says of sampled questions, in the order of the sample."""
    said = journal.said(task.name, changes)
    by_question: dict[QuestionKey, Rating] = {}
    unlabelled: dict[QuestionKey, str] = {}
    problems: list[str] = []
    for key in (one.key for one in questions if wanted is None or one.key in wanted):
        entry = said.get(key)
        if entry is None or not entry.labels:
            unlabelled[key] = f"{journal.path}: question {key[2]} of {key[0]} has no label yet"
            continue
        try:
            labels = tuple(taxonomy.find(key[0], name) for name in entry.labels)
        except ValueError as error:
            problems.append(f"{journal.path}: question {key[2]}: {error}")
        else:
            by_question[key] = Rating(labels, " ".join(entry.note.split()))
    return Ratings(journal.rater, journal.path, by_question, unlabelled, tuple(problems))


def read_raters(
    journals: Sequence[Journal],
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    task: Task,
) -> tuple[list[Ratings], Ratings | None]:
    """Return the ratings of all who have said something, and apart what was settled.

    Raises
    ------
    LabellingError
        When a journal names a category that is not in the codebook.
    """
    changes = changes_of(journals)
    read = [
        of_journal(one, questions, taxonomy, task, changes).checked(skip_unlabelled=True)
        for one in journals
    ]
    settled = next((one for one in read if one.rater == SETTLED), None)
    return [one for one in read if one.by_question and one is not settled], settled


def name_raters(sheets: Sequence[Ratings]) -> list[str]:
    """Return a name for each rater: the file's, with a number where two files are named alike."""
    names = [sheet.rater.casefold() for sheet in sheets]
    return [
        sheet.rater if names.count(name) == 1 else f"{sheet.rater} {index}"
        for index, (name, sheet) in enumerate(zip(names, sheets, strict=True), start=1)
    ]
