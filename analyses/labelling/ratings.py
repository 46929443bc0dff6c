"""A rater's filled sheet: the labels of every question, and every slip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analyses.common.spreadsheets import read_table, whole_number
from analyses.labelling.sample import KEY
from analyses.study.labels import NO_CATEGORY
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from analyses.common.spreadsheets import Line
    from analyses.labelling.sample import QuestionKey, SampledQuestion
    from analyses.study.labels import Category, Taxonomy

Level = Literal["inner", "leaf"]


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
    """A rater's sheet, read against the sample.

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
            more = f" ({len(found) - 1} more: `stackstudy label check` lists all)"
            raise LabellingError(found[0] + (more if len(found) > 1 else ""))
        return self


def read_ratings(
    path: Path,
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    wanted: Collection[QuestionKey] | None = None,
) -> Ratings:
    """Read the sheet of a rater.

    Parameters
    ----------
    path : Path
        An xlsx or CSV with the columns question_set, site, question_id and one or more named
        ``label`` or ``label_…``, in any order; ``note`` may be there, other columns are ignored.
        Rows may be in any order.
    questions : sequence of SampledQuestion
        The whole sample.
    taxonomy : Taxonomy
        The categories to choose from.
    wanted : collection of QuestionKey, optional
        Those the sheet must label, such as the pilot; rows of other sampled questions are ignored.
        By default all.

    Returns
    -------
    Ratings
        Also of a sheet with problems, which are listed there: see `Ratings.checked`.

    Raises
    ------
    LabellingError
        When the file cannot be read as a table with these columns.
    """
    lines = read_table(path, KEY)
    label_columns = [
        column
        for column in (lines[0].values if lines else ())
        if column == "label" or column.startswith("label_")
    ]
    if lines and not label_columns:
        raise LabellingError(f"{path}: row 1: no column label_1; write the sheet again and fill it")
    sampled = {question.key for question in questions}
    expected = sampled if wanted is None else set(wanted)
    rows: dict[QuestionKey, int] = {}
    by_question: dict[QuestionKey, Rating] = {}
    unlabelled: dict[QuestionKey, str] = {}
    problems: list[str] = []
    for line in lines:
        where = f"{path}: row {line.number}"
        key = _key(line)
        if key is None or key not in sampled:
            problems.append(
                f"{where}: question {line.values['question_id']!r} of"
                f" {line.values['question_set']!r} is not in the sample;"
                " undo the change of its id, or remove the row"
            )
            continue
        if key not in expected:
            continue
        if key in rows:
            problems.append(
                f"{where}: question {key[2]} of {key[0]} is in row {rows[key]} already;"
                " keep one of the two"
            )
            continue
        rows[key] = line.number
        labels, faults = _labels(line, label_columns, taxonomy, key[0])
        problems += [f"{where}: question {key[2]}: {fault}" for fault in faults]
        if labels:
            by_question[key] = Rating(labels, " ".join(line.values.get("note", "").split()))
        elif not faults:
            unlabelled[key] = (
                f"{where}: question {key[2]} of {key[0]} has no label;"
                " label it, or write unclear or pending"
            )
    unlabelled |= {
        key: f"{path}: question {key[2]} of {key[0]} has no row;"
        " take its row from a fresh sheet and label it"
        for key in (question.key for question in questions)
        if key in expected and key not in rows
    }
    return Ratings(path.stem, path, by_question, unlabelled, tuple(problems))


def name_raters(sheets: Sequence[Ratings]) -> list[str]:
    """Return a name for each rater: the file's, with a number where two files are named alike."""
    names = [sheet.rater.casefold() for sheet in sheets]
    return [
        sheet.rater if names.count(name) == 1 else f"{sheet.rater} {index}"
        for index, (name, sheet) in enumerate(zip(names, sheets, strict=True), start=1)
    ]


def _key(line: Line) -> QuestionKey | None:
    question_id = whole_number(line.values["question_id"])
    if question_id is None:
        return None
    return line.values["question_set"], line.values["site"], question_id


def _labels(
    line: Line, columns: Sequence[str], taxonomy: Taxonomy, question_set: str
) -> tuple[tuple[Category, ...], list[str]]:
    found: dict[Category, None] = {}
    faults: list[str] = []
    for text in (line.values[column] for column in columns if line.values[column]):
        try:
            found[taxonomy.find(question_set, text)] = None
        except ValueError as error:
            faults.append(str(error))
    none = [label.name for label in found if label.name in NO_CATEGORY]
    if none and len(found) > 1:
        faults.append(f"{none[0]!r} stands alone; remove it, or the other labels")
    return tuple(found), faults
