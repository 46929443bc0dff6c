"""The checks as people read them: CSV, Markdown that can be pasted, and the terminal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from analyses.common.files import write_records
from analyses.replication.checks import (
    CATEGORY_SHARE,
    COLUMNS,
    DIFFERS,
    MISPRINT,
    UNDERIVABLE,
    VERDICTS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from analyses.replication.checks import Check

STEPS: Final = {
    2: "Step 2: question sets",
    3: "Step 3: popularity (Figure 3)",
    4: "Step 4: difficulty (Figure 4)",
    5: "Step 5: taxonomy",
}
TABLES: Final = {
    1: "Table 1: popularity of phases and their categories",
    2: "Table 2: difficulty of phases and their categories",
    3: "Table 3: popularity and difficulty correlated",
}
"""Of the study whose figures stand in three tables."""

TAXONOMY: Final = "Step 5: categories (Figure 5), in percent of a set's labels"
PACKAGE: Final = "The package: its files against each other and against the print"

_AS_PRINTED: Final = "as printed"
_NOTE: Final = "note"
_EXPECTED: Final = "expected"
_NUMBERS: Final = frozenset(
    {"published", "computed", _AS_PRINTED, _EXPECTED, "estimate", "95% interval", "n"}
)
_STYLES: Final = {MISPRINT: "yellow", UNDERIVABLE: "dim", DIFFERS: "bold red"}


@dataclass(frozen=True)
class Section:
    """Checks under one heading.

    Attributes
    ----------
    rows : tuple of tuple of str
        Cells; the last is the number of a note, or empty.
    notes : tuple of str
        Reasons, each once: note 1 is the first.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def sections(checks: Sequence[Check], titles: Mapping[int, str] = STEPS) -> Iterator[Section]:
    """Yield the checks by step, then the categories of the taxonomy, then those of the package."""
    categories = [one for one in checks if one.figure == CATEGORY_SHARE]
    figures = sorted(
        (one for one in checks if not (one.figure == CATEGORY_SHARE or one.is_of_package)),
        key=lambda one: one.step,
    )
    for step, of_step in groupby(figures, key=lambda one: one.step):
        found = list(of_step)
        headings = ["figure", "of", "category", "published", "computed", _AS_PRINTED]
        headings += ["verdict", _NOTE]
        if all(one.computed_as_printed is None for one in found):
            headings.remove(_AS_PRINTED)
        if not any(one.category for one in found):
            headings.remove("category")
        yield _section(titles.get(step, f"Step {step}"), headings, found)
    if categories:
        headings = ["of", "category", "published", "computed", "verdict", _NOTE]
        yield _section(TAXONOMY, headings, categories)
    of_package = [one for one in checks if one.is_of_package]
    if of_package:
        headings = ["figure", "of", _EXPECTED, "computed", "verdict", _NOTE]
        yield _section(PACKAGE, headings, of_package)


def summary(checks: Sequence[Check]) -> str:
    """Say in a few sentences how many figures came out how."""
    published = [check for check in checks if not check.is_of_package]
    required = [check for check in published if check.is_required]
    n_categories = sum(1 for check in required if check.figure == CATEGORY_SHARE)
    of_package = [check for check in checks if check.is_of_package]
    parts = f" ({len(required) - n_categories} of the text, {n_categories} percentages of Figure 5)"
    said = (
        f"{len(published)} published figures: {_counted(published)}."
        f" The package makes it possible to compute {len(required)} of these"
        f"{parts if n_categories else ''}:"
        f" {_counted(required)}."
    )
    if of_package:
        said += f" Checks of the package itself: {_counted(of_package)}."
    return said


def write_csv(path: Path, checks: Sequence[Check]) -> None:
    """Write the checks with all digits; an unknown number is empty."""
    rows = ([getattr(check, column) for column in COLUMNS] for check in checks)
    write_records(path, COLUMNS, rows)


def markdown(checks: Sequence[Check], *more: Section, titles: Mapping[int, str] = STEPS) -> str:
    """Return the checks and more sections as Markdown tables, with their notes below each."""
    lines = ["# Published figures, computed again", "", summary(checks), ""]
    for section in (*sections(checks, titles), *more):
        rules = ["---:" if heading in _NUMBERS else "---" for heading in section.headings]
        lines += [f"## {section.title}", ""]
        lines += [_line(cells) for cells in (section.headings, rules, *section.rows)]
        lines += [""]
        lines += [f"{place}. {note}" for place, note in enumerate(section.notes, start=1)]
        lines += [""] if section.notes else []
    return "\n".join(lines)


def tables(
    checks: Sequence[Check], *more: Section, titles: Mapping[int, str] = STEPS
) -> Iterator[Group]:
    """Yield the checks and more sections as tables for the terminal, each with its notes."""
    for section in (*sections(checks, titles), *more):
        table = Table(title=section.title, title_justify="left")
        for heading in section.headings:
            is_right = heading in _NUMBERS or heading == _NOTE
            table.add_column(heading, justify="right" if is_right else "left", overflow="fold")
        for row in section.rows:
            style = next((_STYLES[cell] for cell in row if cell in _STYLES), "")
            table.add_row(*(Text(cell) for cell in row), style=style)
        notes = Table.grid(padding=(0, 1))
        for place, note in enumerate(section.notes, start=1):
            notes.add_row(Text(f"{place}."), Text(note))
        yield Group(table, notes)


def number(value: float | None, unit: str) -> str:
    """Write a number as is usual for its unit: counts without decimals, an unknown one as ''."""
    if value is None:
        return ""
    if unit == "percent" and value == round(value, 1):
        return f"{value:.1f}"
    if value == round(value):
        return f"{value:,.0f}"
    if unit == "minutes" and value == round(value, 1):
        return f"{value:,.1f}"
    return f"{value:,.{3 if unit == 'ratio' else 2}f}"


def _section(title: str, headings: list[str], checks: list[Check]) -> Section:
    notes = list(dict.fromkeys(check.reason for check in checks if check.reason))
    cells = [_cells(check, notes) for check in checks]
    rows = tuple(tuple(one[heading] for heading in headings) for one in cells)
    return Section(title, tuple(headings), rows, tuple(notes))


def _cells(check: Check, notes: list[str]) -> dict[str, str]:
    """Return the cells of a check by heading."""
    question_set = check.question_set.replace("_", "-")
    return {
        "figure": check.figure.replace("_", " "),
        "of": f"{question_set} {check.year}" if check.year else question_set,
        "category": check.category,
        "published": number(check.published, check.unit),
        _EXPECTED: number(check.published, check.unit),
        "computed": number(check.computed, check.unit),
        _AS_PRINTED: number(check.computed_as_printed, check.unit),
        "verdict": check.verdict,
        _NOTE: str(notes.index(check.reason) + 1) if check.reason else "",
    }


def _counted(checks: Sequence[Check]) -> str:
    counts = Counter(check.verdict for check in checks)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
