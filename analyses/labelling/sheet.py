"""The sheet that a rater fills: a question a row, with its text, and empty columns for labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.spreadsheets import is_workbook, write_csv, written_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.draw import DrawnQuestion
    from analyses.labelling.posts import QuestionText
    from analyses.labelling.workbook import Choice, Sheet
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
    """A question of a sheet; in a sheet of conflicts ``said`` is what raters said, by column."""

    question: DrawnQuestion
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
    """Write a sheet for raters, as CSV or xlsx after the file's name.

    Parameters
    ----------
    path : Path
        An xlsx has a second sheet, ``categories``, and offers each set's own as a list.
    rows : sequence of SheetRow
        All with the same columns in ``said``.
    taxonomy : Taxonomy
        What may be chosen; a set without categories is left open to any name.
    force : bool
        Whether to overwrite a file of that name.

    Raises
    ------
    LabellingError
        When the file is there already, or its name says neither xlsx nor CSV.
    """
    said = list(rows[0].said) if rows else []
    columns = WIDTHS | dict.fromkeys((*said, *TO_FILL), _LABEL_WIDTH)
    values = [row.values() for row in rows]
    with_lists = is_workbook(path)
    with written_whole(path, force=force) as aside:
        if not with_lists:
            write_csv(aside, list(columns), values)
            return
        from analyses.labelling.workbook import (  # noqa: PLC0415 - openpyxl is slow to import
            Sheet,
            write_workbook,
        )

        sheet = Sheet(
            "questions",
            columns,
            values,
            frozen="title",
            to_fill=TO_FILL,
            link="url",
            is_tall=True,
        )
        sets = [row.question.question_set for row in rows]
        lists, choices = _lists(sets, taxonomy)
        write_workbook(aside, sheet, lists, choices)


def _lists(sets: Sequence[str], taxonomy: Taxonomy) -> tuple[Sheet, list[Choice]]:
    """Return the sheet of categories, and a choice for every run of rows of one set."""
    from analyses.labelling.workbook import Choice, Sheet  # noqa: PLC0415 - see above

    options: dict[str, range] = {}
    listed: list[Sequence[object]] = []
    for name in dict.fromkeys(sets):
        categories = taxonomy.choices(name)
        options[name] = range(len(listed), len(listed) + len(categories))
        listed += [[name, one.name, one.inner_category, one.leaf_category] for one in categories]
    columns = {"question_set": 13, "label": 60, "inner_category": 30, "leaf_category": 40}
    starts = [i for i, name in enumerate(sets) if i == 0 or sets[i - 1] != name]
    runs = [range(a, b) for a, b in zip(starts, [*starts[1:], len(sets)], strict=True)]
    choices = [
        Choice(LABEL_COLUMNS, run, "label", options[sets[run[0]]])
        for run in runs
        if not taxonomy.is_open(sets[run[0]])
    ]
    return Sheet("categories", columns, listed), choices
