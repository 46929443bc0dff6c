"""RQ3: what exactly is hard? The categories that people gave to questions, and published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, count, percent
from analyses.figures import taxonomy_treemap
from analyses.report.blocks import Cell, Chart, Column, Fold, Prose, Section, Table
from analyses.report.sections.acceptance import share_interval
from analyses.report.sections.labelling import (
    agreement_blocks,
    label_acceptance_blocks,
    sample_blocks,
)

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MART = "taxonomy_distribution"
_COLUMNS = (
    Column("Category", is_number=False),
    Column("Questions", explanation="Each once, also where it was given the category twice"),
    Column("Share", explanation="Of the labelled questions of the set that are in a category"),
    Column("95% interval", explanation="Wilson’s interval of the share"),  # noqa: RUF001
    Column(
        "Published",
        explanation="The percentage that the publication printed, or the sum over its leaves",
    ),
)
_HOW = Markup(
    "Draw questions with <code>stackstudy draw</code>, let two people label them"
    " (<code>stackstudy label</code>), and give the result to <code>stackstudy build --labels"
    " labels.csv</code>."
)


def taxonomy(study: Study) -> Section:
    """Show the categories, or how to come to some."""
    rows = [row for row in study.rows("taxonomy_distribution") if row.level]
    labelled = [row for row in rows if row.n_questions]
    blocks: list[Block]
    if not labelled:
        sentence = Markup("No labels were given, so nothing is known about what is hard. {}")
        blocks = [Prose(sentence.format(_HOW))]
        published = [row for row in rows if row.published_percent is not None]
        if published:
            blocks.append(
                Fold(
                    "The published categories",
                    tuple(
                        _table(study, name, own)
                        for name, own in _by_set(study, rows).items()
                        if any(row.published_percent is not None for row in own)
                    ),
                )
            )
    else:
        by_set = _by_set(study, rows)
        drawn = {name: own for name, own in by_set.items() if any(row.n_questions for row in own)}
        blocks = [
            *_lead(study, drawn),
            Prose(_what(study)),
            Chart(
                "taxonomy",
                "What the questions are about",
                "How the labelled questions of each set divide into categories: a tile is a"
                " category, as large as its questions, and holds its leaves. What has no room for"
                " its name is named below; the tables hold them all.",
                tuple(taxonomy_treemap(own, study.style(name)) for name, own in drawn.items()),
                study.table(_MART),
                tuple(drawn),
                is_wide=True,
            ),
            *(
                Fold(
                    Markup("{}: every category").format(study.name(name)),
                    (_table(study, name, own),),
                )
                for name, own in drawn.items()
            ),
        ]
    blocks += label_acceptance_blocks(study)
    blocks += sample_blocks(study)
    blocks += agreement_blocks(study)
    return Section("rq3", "What exactly is hard?", "Taxonomy", tuple(blocks), "RQ3")


def _by_set(study: Study, rows: list[Row]) -> dict[str, list[Row]]:
    names = [name for name in study.sets if any(row.question_set == name for row in rows)]
    return {name: [row for row in rows if row.question_set == name] for name in names}


def _lead(study: Study, drawn: dict[str, list[Row]]) -> tuple[Prose, ...]:
    parts = []
    for name, own in drawn.items():
        inner = sorted(
            (row for row in own if row.level == "inner" and row.n_questions),
            key=lambda row: -row.n_questions,
        )
        if inner:
            top = inner[0]
            parts.append(
                f"{top.inner_category} ({study.style(name).in_words}, {percent(top.share)} of"
                f" {count(top.n_labelled)} questions)"
            )
    return (Prose(f"Most often it is {and_list(parts)}.", is_lead=True),) if parts else ()


def _what(study: Study) -> str:
    labels = study.rows("labels")
    n_questions = len({(one.question_set, one.site, one.question_id) for one in labels})
    said = (
        f"{count(n_questions)} questions were given {count(len(labels))} labels. " if labels else ""
    )
    return (
        f"{said}A question may be in several categories, so that shares of one level can add up to"
        " more than 100%. False positives, unclear and pending questions are in none."
    )


def _table(study: Study, name: str, rows: list[Row]) -> Table:
    only_published = not any(row.n_questions for row in rows)
    leaves: dict[str | None, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (*_largest_first(row), row.leaf_category or "")):
        if row.level == "leaf":
            leaves.setdefault(row.inner_category, []).append(row)
    inner = [
        _with_sum(row, leaves.get(row.inner_category, [])) for row in rows if row.level == "inner"
    ]
    body: list[tuple[Markup | str | Cell, ...]] = []
    for row, is_sum in sorted(
        inner, key=lambda one: (*_largest_first(one[0]), one[0].inner_category or "")
    ):
        bold = Markup("<strong>{}</strong>").format(row.inner_category)
        body.append(_row(study, row, bold, is_sum=is_sum))
        body += [
            _row(study, leaf, Markup('<span class="leaf">{}</span>').format(leaf.leaf_category))
            for leaf in leaves.get(row.inner_category, [])
        ]
    sums = (
        " “Sum”: of the percentages that were printed for its leaves."
        if any(is_sum for _, is_sum in inner)
        else ""
    )
    return Table(
        f"{_MART}_{name}",
        Markup("Categories of {}").format(study.name(name)),
        (_COLUMNS[0], _COLUMNS[-1]) if only_published else _COLUMNS,
        tuple((row[0], row[-1]) for row in body) if only_published else tuple(body),
        study.table(_MART),
        f"Inner categories in bold, their leaves below.{sums}"
        + (
            ""
            if only_published
            else " The publication printed percentages of labels, not of questions; they differ"
            " where a question has several."
        ),
    )


def _largest_first(row: Row) -> tuple[float, ...]:
    return -row.n_questions, -(row.published_percent or 0)


def _with_sum(row: Row, leaves: list[Row]) -> tuple[Row, bool]:
    """Give an inner category the sum of what was printed for all its leaves, and say whether."""
    printed = [leaf.published_percent for leaf in leaves]
    if row.published_percent is not None or not printed:
        return row, False
    known = [value for value in printed if value is not None]
    if len(known) < len(printed):
        return row, False
    return row._replace(published_percent=sum(known)), True


def _row(
    study: Study, row: Row, name: Markup, *, is_sum: bool = False
) -> tuple[Markup | str | Cell, ...]:
    share: str | Cell = percent(row.share)
    if row.share is not None:
        share = Cell(share, row.share, study.style(row.question_set).colour)
    published = NONE if row.published_percent is None else f"{row.published_percent:.1f}%"
    if is_sum:
        published = f"sum {published}"
    return (
        name,
        count(row.n_questions),
        share,
        share_interval(row.share_ci_low, row.share_ci_high),
        published,
    )
