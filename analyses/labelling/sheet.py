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
from analyses.labelling.ratings import Said
from analyses.labelling.sample import KEY
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from analyses.labelling.posts import QuestionText
    from analyses.labelling.ratings import Rating
    from analyses.labelling.sample import SampledQuestion
    from analyses.study.labels import Taxonomy

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


def read_sheet(path: Path) -> list[Said]:
    """Read a filled sheet.

    Parameters
    ----------
    path : Path
        An xlsx or CSV with the columns question_set, site, question_id and one or more named
        ``label`` or ``label_…``, in any order; ``note`` may be there, other columns are ignored.
        Rows may be in any order.

    Raises
    ------
    LabellingError
        When the file cannot be read as a table with these columns.
    """
    lines = read_table(path, KEY)
    columns = [
        name
        for name in (lines[0].values if lines else ())
        if name == "label" or name.startswith("label_")
    ]
    if lines and not columns:
        raise LabellingError(f"{path}: row 1: no column label_1; write the sheet again and fill it")
    said = []
    for line in lines:
        question_set, site, text = (line.values[name] for name in KEY)
        question_id = whole_number(text)
        said.append(
            Said(
                where=f"{path}: row {line.number}",
                key=(question_set, site, text if question_id is None else question_id),
                names=[line.values[name] for name in columns if line.values[name]],
                note=line.values.get("note", ""),
            )
        )
    return said
