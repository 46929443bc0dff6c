"""Sheets that raters fill, CSV and xlsx: written with the text of each question, and read back."""

from __future__ import annotations

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
from analyses.labelling.text import html_to_text
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from analyses.labelling.posts import Post, PostKey, Thread
    from analyses.labelling.ratings import Rating
    from analyses.labelling.sample import QuestionKey, SampledQuestion
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


def write_sheet(  # noqa: PLR0913 - a sample and all that is known of it
    path: Path,
    questions: Sequence[SampledQuestion],
    threads: Mapping[PostKey, Thread],
    taxonomy: Taxonomy,
    said: Mapping[QuestionKey, Rating],
    *,
    max_answers: int = 3,
    force: bool = False,
) -> None:
    """Write a sheet for raters, as CSV or xlsx by the file's ending.

    Parameters
    ----------
    path : Path
        An xlsx has a second sheet, ``categories``, and offers each set's own as a list.
    taxonomy : Taxonomy
        The choices; a set without categories is open to any name.
    said : mapping
        What its rater said so far.
    max_answers : int
        So many answers are shown of each question, the accepted one first.
    force : bool
        Whether to overwrite an existing file.

    Raises
    ------
    LabellingError
        When the file exists already, or its ending is neither that of xlsx nor of CSV.
    """
    n_labels = max([MIN_LABELS, *(len(one.labels) for one in said.values())])
    to_fill = (*(f"label_{i}" for i in range(1, n_labels + 1)), "note")
    columns = WIDTHS | dict.fromkeys(to_fill, _LABEL_WIDTH)
    values = [
        [
            *(*one.key, one.is_pilot, thread.title, one.url, html_to_text(thread.question.body)),
            *(answers_as_text(thread.answers, max_answers), " ".join(thread.tags)),
            *(labels[i] if i < len(labels) else None for i in range(n_labels)),
            (rating and rating.note) or None,
        ]
        for one in questions
        for thread, rating in [(threads[one.site, one.question_id], said.get(one.key))]
        for labels in [[each.name for each in rating.labels] if rating else []]
    ]
    if not is_workbook(path):
        write_table(path, columns, values, force=force)
        return
    with written_whole(path, force=force) as staged:
        book = Workbook()
        look = Look(frozen="title", to_fill=to_fill, link="url", is_tall=True)
        sheet = book.sheet("questions", columns, look)
        for row in values:
            sheet.append(row)
        sets = [one.question_set for one in questions]
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


def answers_as_text(answers: Sequence[Post], max_answers: int) -> str:
    """Return the first answers as one text."""
    shown = answers[:max_answers]
    parts = []
    for number, post in enumerate(shown, start=1):
        facts = ["accepted"] if post.is_accepted else []
        facts += [f"score {post.score}"] if post.score is not None else []
        facts += [f"{post.created_at:%Y-%m-%d}"] if post.created_at is not None else []
        parts.append(
            f"[Answer {number} of {len(answers)}: {', '.join(facts)}]\n{html_to_text(post.body)}"
        )
    n_more = len(answers) - len(shown)
    if n_more:
        parts.append(f"[{n_more} more answer{'s' * (n_more > 1)} at the url]")
    return "\n\n".join(parts)


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
