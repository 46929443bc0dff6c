"""Published figures beside the ones computed here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from analyses.common.numbers import NONE, and_list, count
from analyses.figures.theme import GREEN, GREY, VERMILION
from analyses.report.blocks import Column, Fold, Prose, Section, Table

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study
    from analyses.warehouse.tables import Row

_MART = "replication_checks"
_COLUMNS = (
    Column("Figure", is_number=False),
    Column("Question set", is_number=False),
    Column("Year"),
    Column("Published"),
    Column("Computed"),
    Column("Verdict", is_number=False),
    Column("Reason", is_number=False, wraps=True),
)


def replication(study: Study) -> Section:
    """Hold the published figures against the computed ones."""
    rows = study.rows("replication_checks")
    name, title, short = "replication", "Replication checks", "Replication"
    if not rows:
        sentence = "No published figures were compared: the table replication_checks is empty."
        return Section(name, title, short, (Prose(sentence),))
    verdicts = Counter(words(row.verdict) for row in rows)
    order = sorted(verdicts, key=lambda verdict: (not verdict.startswith("equal"), verdict))
    parts = [f"{verdict} ({count(verdicts[verdict])})" for verdict in order]
    blocks: list[Block] = [
        Prose(
            f"{count(len(rows))} figures of the publication, held against the ones computed here:"
            f" {and_list(parts)}."
        ),
    ]
    if any(site.is_synthetic for site in study.sites):
        blocks.append(
            Prose(
                "The data are synthetic, so agreement and disagreement with the publication mean"
                " nothing here."
            )
        )
    shown = sorted(rows, key=lambda row: (str(row.step), row.figure, row.year or 0))
    table = Table(
        _MART,
        "Published and computed figures",
        _COLUMNS,
        tuple(
            (
                words(row.figure),
                study.name(row.question_set)
                if row.question_set in study.sets
                else words(row.question_set),
                NONE if row.year is None else str(row.year),
                plain(row.published, row.unit),
                plain(_computed(study, row), row.unit),
                _verdict(row.verdict),
                row.reason or "",
            )
            for row in shown
        ),
        study.table(_MART),
    )
    blocks.append(Fold(f"All {count(len(rows))} figures", (table,)))
    return Section(name, title, short, tuple(blocks))


def _computed(study: Study, row: Row) -> float | None:
    """Return what was computed; 0 where a year of a set that is in the data held no question."""
    if row.computed is not None or row.figure not in {"questions", "users"} or row.year is None:
        return row.computed
    own = {
        one.year: one.n_questions
        for one in study.rows("yearly_popularity")
        if one.question_set == row.question_set
    }
    return 0 if any(own.values()) and own.get(row.year) == 0 else None


def _verdict(verdict: str | None) -> Markup:
    """Put a dot before a verdict; the word says it all, the colour helps the eye."""
    if verdict is None:
        return escape(NONE)
    colour = GREY
    if verdict.startswith("equal"):
        colour = GREEN
    elif verdict == "differs":
        colour = VERMILION
    return Markup('<span class="verdict" style="--verdict:{}">{}</span>').format(
        colour, words(verdict)
    )


def words(name: str | None) -> str:
    """Write a name of the tables as words."""
    return NONE if name is None else name.replace("_", " ")


def plain(value: float | None, unit: str | None = None) -> str:
    """Write a figure with as many decimals as it has, two at most, three below 1."""
    if value is None:
        return NONE
    text = f"{value:,.2f}" if abs(value) >= 1 else f"{value:,.3f}"
    text = text.rstrip("0").rstrip(".")
    return f"{text}%" if unit == "percent" else text
