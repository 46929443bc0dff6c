"""The sheet that a rater fills: one row per question, with its text and empty label columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.spreadsheets import Look, Workbook, is_workbook, write_table, written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.posts import QuestionText
    from analyses.labelling.sample import SampledQuestion
    from analyses.study.labels import Taxonomy

LABEL_COLUMNS = ("label_1", "label_2", "label_3")
TO_FILL = (*LABEL_COLUMNS, "note")
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
    """A question of a sheet; in a sheet of conflicts ``said`` has the raters' labels by column."""

    question: SampledQuestion
    text: QuestionText
    said: Mapping[str, str]

    def values(self) -> list[object]:
        """Return the values of the row's columns, those to fill left empty."""
        question, text = self.question, self.text
        return [
            *(question.question_set, question.site, question.question_id, question.is_pilot),
            *(text.title, question.url, text.body, text.answers, text.tags),
            *self.said.values(),
            *(None for _ in TO_FILL),
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
        All with the same columns in ``said``.
    taxonomy : Taxonomy
        The choices; a set without categories is open to any name.
    force : bool
        Whether to overwrite an existing file.

    Raises
    ------
    LabellingError
        When the file exists already, or its ending is neither that of xlsx nor of CSV.
    """
    said = list(rows[0].said) if rows else []
    columns = WIDTHS | dict.fromkeys((*said, *TO_FILL), _LABEL_WIDTH)
    values = [row.values() for row in rows]
    if not is_workbook(path):
        write_table(path, columns, values, force=force)
        return
    with written_whole(path, force=force) as staged:
        book = Workbook()
        look = Look(frozen="title", to_fill=TO_FILL, link="url", is_tall=True)
        sheet = book.sheet("questions", columns, look)
        for row in values:
            sheet.append(row)
        sets = [row.question.question_set for row in rows]
        options = _write_categories(book, dict.fromkeys(sets), taxonomy)
        starts = [i for i, name in enumerate(sets) if i == 0 or sets[i - 1] != name]
        for start, end in zip(starts, [*starts[1:], len(sets)], strict=True):
            if not taxonomy.is_open(sets[start]):
                sheet.offer(LABEL_COLUMNS, range(start, end), options[sets[start]])
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
