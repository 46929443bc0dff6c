"""Sheets that raters fill, CSV and xlsx: written with the text of each question, and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.spreadsheets import (
    Look,
    Workbook,
    is_workbook,
    read_table,
    whole_number,
    write_table,
    written_whole,
)
from analyses.labelling.ratings import Rating, Ratings
from analyses.labelling.sample import KEY
from analyses.study.labels import NO_CATEGORY
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from analyses.common.spreadsheets import Line
    from analyses.labelling.posts import QuestionText
    from analyses.labelling.sample import QuestionKey, SampledQuestion
    from analyses.study.labels import Category, Taxonomy

MIN_LABELS = 3
WIDTHS = {
    "question_set": 13,
    "site": 18,
    "question_id": 12,
    "is_pilot": 9,
    "title": 32,
    "url": 24,
    "body": 80,
    "answers": 80,
    "tags": 20,
}
_LABEL_WIDTH = 40


@dataclass(frozen=True)
class SheetRow:
    """A question of a sheet, and what its rater has said so far."""

    question: SampledQuestion
    text: QuestionText
    rating: Rating | None = None

    def values(self, n_labels: int) -> list[object]:
        """Return the values of the row's columns, of which so many are for labels."""
        question, text = self.question, self.text
        labels = [one.name for one in self.rating.labels] if self.rating else []
        return [
            *(question.question_set, question.site, question.question_id, question.is_pilot),
            *(text.title, question.url, text.body, text.answers, text.tags),
            *(labels[i] if i < len(labels) else None for i in range(n_labels)),
            (self.rating and self.rating.note) or None,
        ]


def write_sheet(
    path: Path, rows: Sequence[SheetRow], taxonomy: Taxonomy, *, force: bool = False
) -> None:
    """Write a sheet for raters, as CSV or xlsx by the file's ending.

    Parameters
    ----------
    path : Path
        An xlsx has a second sheet, ``categories``, and offers each set's own as a list.
    rows : sequence of SheetRow
    taxonomy : Taxonomy
        The choices; a set without categories is open to any name.
    force : bool
        Whether to overwrite an existing file.

    Raises
    ------
    LabellingError
        When the file exists already, or its ending is neither that of xlsx nor of CSV.
    """
    n_labels = max([MIN_LABELS, *(len(row.rating.labels) for row in rows if row.rating)])
    to_fill = (*(f"label_{i}" for i in range(1, n_labels + 1)), "note")
    columns = WIDTHS | dict.fromkeys(to_fill, _LABEL_WIDTH)
    values = [row.values(n_labels) for row in rows]
    if not is_workbook(path):
        write_table(path, columns, values, force=force)
        return
    with written_whole(path, force=force) as staged:
        book = Workbook()
        look = Look(frozen="title", to_fill=to_fill, link="url", is_tall=True)
        sheet = book.sheet("questions", columns, look)
        for row in values:
            sheet.append(row)
        sets = [row.question.question_set for row in rows]
        options = _write_categories(book, dict.fromkeys(sets), taxonomy)
        starts = [i for i, name in enumerate(sets) if i == 0 or sets[i - 1] != name]
        for start, end in zip(starts, [*starts[1:], len(sets)], strict=True):
            if not taxonomy.is_open(sets[start]):
                sheet.offer(to_fill[:-1], range(start, end), options[sets[start]])
        book.save(staged)


def _write_categories(book: Workbook, sets: Iterable[str], taxonomy: Taxonomy) -> dict[str, str]:
    """Write the sheet of categories; return the cells of each set's labels, as a formula."""
    columns = {"question_set": 13, "label": 60, "inner_category": 30, "leaf_category": 40}
    sheet = book.sheet("categories", columns, Look())
    options = {}
    for name in sets:
        first = sheet.n_rows + 2
        for one in taxonomy.choices(name):
            sheet.append([name, one.name, one.inner_category, one.leaf_category])
        column = sheet.letters["label"]
        options[name] = f"categories!${column}${first}:${column}${sheet.n_rows + 1}"
    return options


def read_sheet(
    path: Path,
    questions: Sequence[SampledQuestion],
    taxonomy: Taxonomy,
    wanted: Collection[QuestionKey] | None = None,
) -> Ratings:
    """Read a filled sheet.

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
