"""The blocks of a section: prose, facts, charts, tables, folds; the templates draw each kind."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from re import fullmatch
from typing import TYPE_CHECKING, Any, ClassVar, Final

from markupsafe import Markup

from analyses.common.numbers import between, count, duration, number, p_value, percent
from analyses.figures import alternative_of
from analyses.warehouse.dictionary import read_dictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import plotly.graph_objects as go

    from analyses.report.study import StudyResults
    from analyses.warehouse import tables
    from analyses.warehouse.dictionary import TableEntry

Text = str | Markup


def script_json(value: object) -> Markup:
    """Return JSON for a script element: nothing in it can end that element."""
    return in_script(json.dumps(value, ensure_ascii=False))


def in_script(text: str) -> Markup:
    """Escape JSON for a script element."""
    for mark, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escaped)
    return Markup(text)  # noqa: S704 - escaped above, for a script element


@dataclass(frozen=True)
class Prose:
    """A paragraph; a lead says in one sentence what a section found."""

    kind: ClassVar[str] = "prose"
    text: Text
    is_lead: bool = False


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    kind: ClassVar[str] = "points"
    items: tuple[Text, ...]


@dataclass(frozen=True)
class Verbatim:
    """Text to copy, with its own line breaks."""

    kind: ClassVar[str] = "verbatim"
    text: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Missing:
    """What a section does not show, and why; listed at the end of the report."""

    kind: ClassVar[str] = "missing"
    what: str
    because: Text


@dataclass(frozen=True)
class Fact:
    """One number in large type, with its label."""

    value: Text
    label: Text
    detail: Text = ""
    colour: str = ""


@dataclass(frozen=True)
class Facts:
    """Numbers side by side."""

    kind: ClassVar[str] = "facts"
    items: tuple[Fact, ...]


@dataclass(frozen=True)
class Chart:
    """One figure, or several that are read together, with a sentence on what they show.

    Attributes
    ----------
    name : str
        Unique in the page.
    figures : tuple of plotly.graph_objects.Figure
        Each carries its text alternative.
    data : analyses.warehouse.tables.Table or None
        The table of the database behind it, for the CSV button and the SQL.
    names : tuple of str
        What each of several figures is of: for the names of files.
    """

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    sentence: Text
    figures: tuple[go.Figure, ...]
    data: tables.Table | None = None
    names: tuple[str, ...] = ()

    @property
    def across(self) -> int:
        """How many panels stand side by side if there is room: three of 3, 6, ..., else two."""
        if len(self.figures) == 1:
            return 1
        return 3 if len(self.figures) % 3 == 0 else 2

    @property
    def panels(self) -> list[dict[str, object]]:
        """Id, text alternative, height and JSON of each figure."""
        return [
            {
                "id": f"{self.name}-{place}",
                "alternative": alternative_of(figure),
                "height": figure.layout.height,
                "json": in_script(figure.to_json()),
            }
            for place, figure in enumerate(self.figures, start=1)
        ]


@dataclass(frozen=True)
class Cell:
    """A cell that needs more than its text: a bar behind a share, a class, an explanation."""

    text: Text
    bar: float | None = None
    colour: str = ""
    explanation: str = ""


def with_interval(value: str, interval: str) -> Text:
    """Write a value with its interval below it; without one, the value alone."""
    if not any(letter.isdigit() for letter in interval):
        return value
    return Markup('{} <span class="interval">({})</span>').format(value, interval)


def time_cell(minutes: float | None) -> Cell:
    """Write a time, with its minutes on demand."""
    known = "" if minutes is None else f"{number(minutes)} minutes"
    return Cell(duration(minutes), explanation=known)


_WRITERS: Final[tuple[tuple[str, Callable[[Any], Any]], ...]] = (
    (r"n(_\w+)?|population|sample_size|u", count),
    (r"\w*p_value\w*", p_value),
    (r"share\w*|\w+_share|agreement", percent),
    (r"\w+_minutes|q1|q3|p90", time_cell),
    (r"median_ci_\w+", duration),
    (r"\w+", number),
)
"""How a column of the database is written: by the first pattern that its name matches."""


def _written(*names: str) -> Callable[..., Text | Cell] | str:
    """Choose how to write columns of the database by their names; two of them are an interval."""
    if "question_set" in names:
        return "name"
    write = next(write for pattern, write in _WRITERS if fullmatch(pattern, names[0]))
    return _ends(write) if len(names) > 1 else write


def _ends(write: Callable[..., str]) -> Callable[..., str]:
    return lambda low, high: between(low, high, write)


@dataclass(frozen=True)
class Column:
    """A column of a table for reading.

    Attributes
    ----------
    source : str
        The columns of the database's table that it shows, separated by blanks; '' for the row.
    write : callable, str or None
        Writes their values, or the row, as a cell; a text names a method of `StudyResults`. By
        default the name of the column decides: counts, shares, times, p-values.
    explanation : str or None
        Shown with the header on demand; by default what the data dictionary says of the column.
    is_number : bool
        Numbers are right-aligned, in figures of equal width.
    wraps : bool
        Whether its text is long and may take several lines.
    """

    header: Text
    source: str = ""
    write: Callable[..., Text | Cell] | str | None = None
    explanation: str | None = None
    is_number: bool = True
    wraps: bool = False

    @property
    def kind(self) -> str:
        """Its class in the page."""
        return "number" if self.is_number else "words" if self.wraps else ""

    def cell(self, study: StudyResults, row: Any) -> Cell:
        """Write the cell of a row."""
        names = self.source.split()
        write = self.write or _written(*names)
        write = write if callable(write) else getattr(study, write)
        made = write(*([getattr(row, name) for name in names] or [row]))
        return made if isinstance(made, Cell) else Cell(made)


def words(
    header: str, source: str, write: Callable[..., Text] | str = str, *, wraps: bool = False
) -> Column:
    """Make a column of words."""
    return Column(header, source, write, "", is_number=False, wraps=wraps)


def interval(
    source: str, write: Callable[..., str] | None = None, explanation: str | None = None
) -> Column:
    """Make the column of a 95% interval, of its two ends."""
    return Column("95% interval", source, _ends(write) if write else None, explanation)


def _category(inner: str, leaf: str | None) -> Markup:
    if leaf is None:
        return Markup("<strong>{}</strong>").format(inner)
    return Markup('<span class="leaf">{}</span>').format(leaf)


CATEGORY: Final = words("Category", "inner_category leaf_category", _category)
SET: Final = words("Question set", "question_set", "name")
PAIR: Final = words("Comparison", "set_a set_b", "pair")


@dataclass(frozen=True)
class Table:
    """A table for reading; the whole table of the database is behind it as CSV.

    Attributes
    ----------
    name : str
        Unique in the page.
    columns : tuple of Column
        The first one names the row.
    note : str or Markup
        Stands below.
    """

    kind: ClassVar[str] = "table"
    name: str
    caption: Text
    columns: tuple[Column, ...]
    cells: list[list[Cell]]
    data: tables.Table | None = None
    note: Text = ""


def table_of(  # noqa: PLR0913 - the parts of a table
    study: StudyResults,
    data: str,
    caption: Text,
    columns: Iterable[Column],
    rows: Iterable[Any] | None = None,
    *,
    name: str = "",
    note: Text = "",
) -> Table:
    """Make a table for reading from one of the database.

    Parameters
    ----------
    data : str
        Name of the database's table.
    rows : iterable of Row, optional
        The rows to show; by default all in the order of the sets.
    name : str
        Unique in the page; by default that of the database's table.
    """
    entry = _dictionary().get(data)

    def explained(column: Column) -> Column:
        found = entry.column((column.source or " ").split(" ")[0]) if entry else None
        if column.explanation is not None or found is None:
            return column
        said = found.description.replace("`", "")
        if said.startswith(_LOWER_END):  # of two ends in one cell
            said = said.removeprefix(_LOWER_END)
            said = said[0].upper() + said[1:]
        return replace(column, explanation=said)

    columns = tuple(columns)
    shown = study.rows(data) if rows is None else rows
    cells = [[column.cell(study, row) for column in columns] for row in shown]
    heads = tuple(explained(column) for column in columns)
    return Table(name or data, caption, heads, cells, study.table(data), note)


_LOWER_END: Final = "Lower end of "
"""How the dictionary begins on the first column of an interval."""


@cache
def _dictionary() -> dict[str, TableEntry]:
    return read_dictionary()


@dataclass(frozen=True)
class Fold:
    """Blocks behind a click; printing opens them."""

    kind: ClassVar[str] = "fold"
    summary: Text
    blocks: tuple[Block, ...]


Block = Prose | Points | Verbatim | Heading | Missing | Facts | Chart | Table | Fold


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes
    ----------
    name : str
        Its anchor.
    short : str
        Its name in the list of contents.
    kicker : str
        Stands above the title, such as "RQ1".
    """

    name: str
    title: str
    short: str
    blocks: tuple[Block, ...]
    kicker: str = ""


def blocks_of(sections: Iterable[Section]) -> Iterator[Block]:
    """Yield every block of these sections in order, also those in folds."""
    waiting = [block for section in sections for block in section.blocks][::-1]
    while waiting:
        block = waiting.pop()
        yield block
        if isinstance(block, Fold):
            waiting.extend(reversed(block.blocks))


def downloads_of(sections: Iterable[Section]) -> dict[str, tables.Table]:
    """Return the tables of the database that charts and tables of these sections offer as CSV."""
    return {
        block.data.name: block.data
        for block in blocks_of(sections)
        if isinstance(block, Chart | Table) and block.data is not None
    }
