"""RQ3: what exactly is hard? The categories that people gave to questions, and published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, between, count, counted, few, percent
from analyses.figures import taxonomy_bars
from analyses.report.blocks import (
    CATEGORY,
    Cell,
    Chart,
    Column,
    Fold,
    Missing,
    Prose,
    Section,
    interval,
    table_of,
)
from analyses.report.sections.labelling import (
    agreement_blocks,
    label_acceptance_blocks,
    sample_blocks,
    saturation,
)

if TYPE_CHECKING:
    from analyses.report.blocks import Block, Table
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA = "taxonomy_distribution"
_HOW = Markup(
    "no labels were given. Draw questions with <code>stackstudy draw</code>, let two people label"
    " them (<code>stackstudy label</code>), put the result into the study’s folder as"
    " <code>labels.csv</code>, and run <code>stackstudy build</code>"
)


def taxonomy(study: StudyResults) -> Section:
    """Show the categories, or say how to get some."""
    title = "What exactly is hard?"
    by_set = {
        name: own
        for name in study.sets
        if (own := with_sums([r for r in study.rows(_DATA) if r.question_set == name]))
    }
    drawn = {name: own for name, own in by_set.items() if any(row.n_questions for row in own)}
    blocks: list[Block]
    if drawn:
        blocks = [*_lead(study, drawn), Prose(_what(study)), *_charts(study, drawn)]
        blocks += saturation(study, drawn)
        blocks += [
            Fold(Markup("{}: every category").format(study.name(name)), (_table(study, own),))
            for name, own in drawn.items()
        ]
    else:
        published = [
            _table(study, own)
            for own in by_set.values()
            if any(row.published_percent is not None for row in own)
        ]
        blocks = [Missing("The categories of the questions", _HOW)]
        if published:
            blocks.append(Fold("The published categories", tuple(published)))
    blocks += label_acceptance_blocks(study)
    blocks += sample_blocks(study)
    blocks += agreement_blocks(study)
    return Section("rq3", title, "Taxonomy", tuple(blocks), "RQ3")


def with_sums(rows: list[Row]) -> list[Row]:
    """Give an inner category the sum of what was printed for its leaves, if all were printed.

    Parameters
    ----------
    rows : list of Row
        Of `taxonomy_distribution`, of one set.

    Returns
    -------
    list of Row
        Without the root, the inner categories and their leaves, each from the largest on.
    """
    leaves: dict[str | None, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (*_largest_first(row), row.leaf_category or "")):
        if row.level == "leaf":
            leaves.setdefault(row.inner_category, []).append(row)
    inner = []
    for row in rows:
        printed = [leaf.published_percent for leaf in leaves.get(row.inner_category, [])]
        is_sum = row.published_percent is None and printed and None not in printed
        if row.level == "inner":
            inner.append(row._replace(published_percent=sum(printed)) if is_sum else row)
    inner.sort(key=lambda row: (*_largest_first(row), row.inner_category or ""))
    return [one for row in inner for one in (row, *leaves.get(row.inner_category, []))]


def _largest_first(row: Row) -> tuple[float, ...]:
    return -row.n_questions, -(row.published_percent or 0)


def _lead(study: StudyResults, drawn: dict[str, list[Row]]) -> tuple[Prose, ...]:
    """Name the largest category of each set that has enough questions for a share."""
    parts, least = [], None
    for name, own in drawn.items():
        top = next((row for row in own if row.level == "inner" and row.n_questions >= 10), None)
        if top is not None:
            least = min(least or top.n_labelled, top.n_labelled)
            interval = between(top.share_ci_low, top.share_ci_high, percent)
            known = "" if top.share_ci_low is None else f", 95% interval {interval}"
            parts.append(
                f"{top.inner_category} ({study.style(name).in_words}: {percent(top.share)} of"
                f" {count(top.n_labelled)} questions{known})"
            )
    if not parts:
        return ()
    return (Prose(f"{few(least or 0)}Most often it is {and_list(parts)}.", is_lead=True),)


def _what(study: StudyResults) -> str:
    labels = study.rows("labels")
    n_questions = len({(one.question_set, one.site, one.question_id) for one in labels})
    said = ""
    if labels:
        said = (
            f"{counted(n_questions, 'question was', 'questions were')} given"
            f" {counted(len(labels), 'label')}. "
        )
    if n_absent := len({(one.site, one.question_id) for one in labels if one.is_loaded is False}):
        said += (
            f"{counted(n_absent, 'labelled question is', 'labelled questions are')} not in these"
            " data, and counted here alone. "
        )
    return (
        f"{said}A question may be in several categories, so that shares of one level can add up to"
        " more than 100%. False positives, unclear and pending questions are in none."
    )


def _charts(study: StudyResults, drawn: dict[str, list[Row]]) -> tuple[Chart, ...]:
    has_printed = any(row.published_percent for own in drawn.values() for row in own)
    mark = " The upright line is the share that was published." if has_printed else ""
    charts = []
    for level, title in (("inner", "What the questions are about"), ("leaf", "In more detail")):
        own_level = {
            name: own
            for name, own in drawn.items()
            if any(row.level == level and row.n_questions for row in own)
        }
        if own_level:
            charts.append(
                Chart(
                    f"taxonomy-{level}",
                    title,
                    "How many of the labelled questions of each set are in each category, as a"
                    f" share (bar), with its 95% interval (thin line).{mark}",
                    tuple(
                        taxonomy_bars(own, study.style(name), level)
                        for name, own in own_level.items()
                    ),
                    study.table(_DATA),
                    tuple(own_level),
                )
            )
    return tuple(charts)


def _table(study: StudyResults, rows: list[Row]) -> Table:
    """Make the table of one set: inner categories, each with its leaves below."""
    name = rows[0].question_set
    original = {
        (row.inner_category, row.leaf_category): row.published_percent
        for row in study.rows(_DATA)
        if row.question_set == name
    }

    def share(value: float | None) -> Cell:
        return Cell(percent(value), value, study.style(name).colour if value is not None else "")

    def published(value: float | None, inner: str, leaf: str | None) -> str:
        is_sum = value is not None and original[inner, leaf] is None
        return ("sum " if is_sum else "") + (NONE if value is None else f"{value:.1f}%")

    columns = [CATEGORY]
    is_labelled = any(row.n_questions for row in rows)
    if is_labelled:
        columns += [
            Column("Questions", "n_questions"),
            Column("Share", "share", share),
            interval("share_ci_low share_ci_high"),
        ]
    note = "Inner categories in bold, their leaves below."
    if any(row.published_percent is not None for row in rows):
        columns.append(
            Column(
                "Published", "published_percent inner_category leaf_category", published
            )
        )  # fmt: skip
        if any(
            row.published_percent is not None
            and original[row.inner_category, row.leaf_category] is None
            for row in rows
        ):
            note += " “Sum”: of the percentages that were printed for its leaves."
        if is_labelled:
            note += (
                " The publication printed percentages of labels, not of questions; they differ"
                " where a question has several."
            )
    caption = Markup("Categories of {}").format(study.name(name))
    return table_of(study, _DATA, caption, columns, rows, name=f"{_DATA}_{name}", note=note)
