"""What raters said of each question, from their journals and from sheets alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from analyses.labelling.journal import SETTLED, Journal, changes_of, read_journals
from analyses.study.labels import NO_CATEGORY, Category, Taxonomy
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
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


@dataclass(frozen=True)
class Said:
    """What a file says of a question.

    Attributes
    ----------
    where : str
        File and row.
    key : tuple
        Set, site and id of the question; an id that is none stays a text.
    names : sequence of str
        Names of its labels, as they were written.
    """

    where: str
    key: tuple[str, str, int | str]
    names: Sequence[str]
    note: str = ""


def of_said(  # noqa: PLR0913, PLR0917 - a file, and all that it is read against
    path: Path,
    said: Iterable[Said],
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    wanted: Collection[QuestionKey] | None = None,
    missing: str = "has no label yet",
) -> Ratings:
    """Return what a file says of sampled questions, read against the sample and the codebook.

    Parameters
    ----------
    wanted : collection of QuestionKey, optional
        As for `read_ratings`.
    missing : str
        What is wrong with a question of which the file says nothing.
    """
    expected = {one.key for one in questions} if wanted is None else set(wanted)
    sampled = expected.union(one.key for one in questions)
    rows: dict[Any, str] = {}
    by_question: dict[Any, Rating] = {}
    unlabelled: dict[Any, str] = {}
    problems: list[str] = []
    for one in said:
        question_set, _, question_id = one.key
        about = f"{one.where}: question {question_id}"
        if one.key not in sampled:
            problems.append(
                f"{one.where}: question {question_id!r} of {question_set!r} is not in the sample;"
                " undo the change of its id, remove it, or name its draw"
            )
        elif (first := rows.setdefault(one.key, one.where)) != one.where:
            problems.append(
                f"{about} of {question_set} is in {first.rpartition(': ')[2]} already;"
                " keep one of the two"
            )
        elif one.key in expected:
            labels, faults = _found(one.names, question_set, taxonomy)
            problems += [f"{about}: {fault}" for fault in faults]
            if labels:
                by_question[one.key] = Rating(labels, " ".join(one.note.split()))
            elif not faults:
                unlabelled[one.key] = (
                    f"{about} of {question_set} has no label; label it, or write unclear or pending"
                )
    unlabelled |= {
        key: f"{path}: question {key[2]} of {key[0]} {missing}"
        for key in (one.key for one in questions)
        if key in expected and key not in rows
    }
    return Ratings(path.stem, path, by_question, unlabelled, tuple(problems))


def _found(
    names: Iterable[str], question_set: str, taxonomy: Taxonomy
) -> tuple[tuple[Category, ...], list[str]]:
    """Return the categories of names, and what is wrong with them."""
    found: dict[Category, None] = {}
    faults: list[str] = []
    for name in names:
        try:
            found[taxonomy.find(question_set, name)] = None
        except ValueError as error:
            faults.append(str(error))
    none = [one.name for one in found if one.name in NO_CATEGORY]
    if none and len(found) > 1:
        faults.append(f"{none[0]!r} stands alone; remove it, or the other labels")
    return tuple(found), faults


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

        return of_said(
            path, read_sheet(path), questions, taxonomy, wanted,
            missing="has no row; take its row from a fresh sheet and label it",
        )  # fmt: skip
    if not path.is_file():
        raise LabellingError(f"{path}: there is no such file; check its name")
    changes = changes_of(read_journals(path.absolute().parent.parent))
    return _of_journal(Journal(path), questions, taxonomy, task, changes, wanted)


def _of_journal(  # noqa: PLR0913, PLR0917 - all that a label depends on
    journal: Journal,
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    task: Task,
    changes: Sequence[Entry],
    wanted: Collection[QuestionKey] | None = None,
) -> Ratings:
    """Return what a journal says of sampled questions, in the order of the sample."""
    entries = journal.said(task.name, changes)
    lines = journal.lines(task.name)
    said = (
        Said(f"{journal.path}: line {lines[one.key]}", *entry)
        for one in questions
        if one.key in entries
        for entry in [(one.key, entries[one.key].labels, entries[one.key].note)]
    )
    return of_said(journal.path, said, questions, taxonomy, wanted)


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
        _of_journal(one, questions, taxonomy, task, changes).checked(skip_unlabelled=True)
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
