"""Published figures beside the ones computed here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import MINUS, NONE, and_list, count
from analyses.figures.theme import GREEN, GREY, VERMILION
from analyses.replication.checks import OTHER_DATA
from analyses.report.blocks import SET, Column, Fold, Missing, Prose, Section, table_of, words
from analyses.study.labels import full_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults
    from analyses.warehouse.tables import Row

_DATA = "replication_checks"


def replication(study: StudyResults) -> Section:
    """Compare the published figures with the computed ones."""
    name, title, short = "replication", "Replication checks", "Replication"
    rows = study.tables.rows(_DATA)
    if not rows:
        because = "the study holds no published figures to recompute"
        return Section(name, title, short, (Missing(title, because),))
    verdicts = Counter(as_words(row.verdict) for row in rows)
    order = sorted(verdicts, key=lambda verdict: (not verdict.startswith("equal"), verdict))
    blocks: list[Block] = [
        Prose(
            f"{count(len(rows))} figures of the publication, compared with the ones computed here:"
            f" {and_list([f'{verdict} ({count(verdicts[verdict])})' for verdict in order])}."
            f"{_of_categories(study, len(rows))}"
        ),
    ]
    not_theirs = dict.fromkeys(row.reason for row in rows if row.verdict == OTHER_DATA)
    blocks += [
        Prose(f"{reason} So these figures can neither agree nor disagree with the publication.")
        for reason in not_theirs
    ]
    counted = {
        (row.question_set, row.year): row.n_questions
        for row in study.tables.rows("yearly_popularity")
    }
    known = {name for (name, _), n in counted.items() if n}

    def computed(row: Row) -> Row:
        """Put 0 for a year without a question of a set that is in the data."""
        is_count = row.computed is None and row.figure in {"questions", "users"} and row.year
        is_zero = counted.get((row.question_set, row.year)) == 0 and row.question_set in known
        return row._replace(computed=0) if is_count and is_zero else row

    columns = (
        words("Figure", "figure", as_words),
        SET,
        *_category(rows),
        Column("Year", "year", lambda year: NONE if year is None else str(year), ""),
        Column("Published", "published unit", plain),
        Column("Computed", "computed unit published", plain),
        words("Verdict", "verdict", _verdict),
        words("Reason", "reason", lambda reason: reason or "", wraps=True),
    )
    shown = sorted(map(computed, rows), key=lambda row: (str(row.step), row.figure, row.year or 0))
    table = table_of(study, _DATA, "Published and computed figures", columns, shown)
    blocks.append(Fold(f"All figures ({count(len(rows))})", (table,)))
    return Section(name, title, short, tuple(blocks))


def _of_categories(study: StudyResults, n_figures: int) -> str:
    """Say how many printed percentages the taxonomy shows, so that the total is the command's."""
    n = sum(row.published_percent is not None for row in study.tables.rows("taxonomy_distribution"))
    if not n:
        return ""
    return (
        f" With the {count(n)} printed percentages of categories, which stand beside the computed"
        f" ones under “Taxonomy”, these are {count(n_figures + n)} published figures."
    )


def _category(rows: Sequence[Row]) -> tuple[Column, ...]:
    """Make the column of categories, where any figure is of one."""
    if not any(row.inner_category for row in rows):
        return ()
    return (
        words(
            "Category", "inner_category leaf_category",
            lambda inner, leaf: full_name(inner, leaf or "") if inner else NONE,
        ),
    )  # fmt: skip


def _verdict(verdict: str | None) -> Markup | str:
    """Put a coloured dot before a verdict; the word alone says it, too."""
    if verdict is None:
        return NONE
    is_equal = verdict.startswith("equal")
    colour = GREEN if is_equal else VERMILION if verdict == "differs" else GREY
    return Markup('<span class="verdict" style="--verdict:{}">{}</span>').format(
        colour, as_words(verdict)
    )


def as_words(name: str | None) -> str:
    """Write a name of the tables as words."""
    return (
        NONE
        if name is None
        else name.replace("_", " ").replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")
    )


def plain(value: float | None, unit: str | None = None, printed: float | None = None) -> str:
    """Write a figure with as many decimals as it has, two at most, three below 1.

    Parameters
    ----------
    printed : float, optional
        The figure beside it, by default itself: with more decimals than these, all four at most.
    """
    if value is None:
        return NONE
    beside = f"{value if printed is None else printed:.4f}".rstrip("0").partition(".")[2]
    places = max(len(beside), 2 if abs(value) >= 1 else 3)
    text = f"{value:,.{places}f}".rstrip("0").rstrip(".").replace("-", MINUS)
    return f"{text}%" if unit == "percent" else text
