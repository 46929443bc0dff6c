"""What a section is made of: prose, facts, charts, tables, folds; the templates draw each kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from markupsafe import Markup

from analyses.figures import alternative_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import plotly.graph_objects as go

    from analyses.report.study import StudyResults
    from analyses.warehouse import tables

Text = str | Markup


def script_json(value: object) -> Markup:
    """JSON that may stand inside a script element: nothing in it can end that element."""
    return in_script(json.dumps(value, ensure_ascii=False))


def in_script(text: str) -> Markup:
    """Escape JSON for a script element."""
    for mark, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, escaped)
    return Markup(text)  # noqa: S704 - escaped above, for a script element


@dataclass(frozen=True)
class Prose:
    """A paragraph; a lead says in a sentence what a section found."""

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
    """Text to copy, in the lines that it has."""

    kind: ClassVar[str] = "verbatim"
    text: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Missing:
    """Something that a section would show, and why it does not; listed at the end of the report."""

    kind: ClassVar[str] = "missing"
    what: str
    because: Text


@dataclass(frozen=True)
class Fact:
    """One number, large, with what it is."""

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
    title : str
    sentence : str or Markup
    figures : tuple of plotly.graph_objects.Figure
        Each carries its text alternative.
    data : analyses.warehouse.tables.Table or None
        The table of the database behind it, for the CSV button and the SQL.
    names : tuple of str
        What each figure is of, where there are several: for the names of files.
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
        """How many panels stand side by side where there is room: of three, three; else two."""
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


@dataclass(frozen=True)
class Column:
    """A column of a table for reading.

    Attributes
    ----------
    header : str or Markup
    source : str
        The columns of the database's table that it shows, parted by blanks; '' for the row.
    write : callable or str
        Writes their values, or the row, as a cell; a text names the method of `StudyResults`.
    explanation : str
        Shown with the header on demand.
    is_number : bool
        Numbers stand right, in figures of one width.
    wraps : bool
        Whether its text is long and may take several lines.
    """

    header: Text
    source: str = ""
    write: Callable[..., Text | Cell] | str = str
    explanation: str = ""
    is_number: bool = True
    wraps: bool = False

    @property
    def kind(self) -> str:
        """Its class in the page."""
        return "number" if self.is_number else "words" if self.wraps else ""


SET: Final = Column("Question set", "question_set", "name", is_number=False)
PAIR: Final = Column("Comparison", "set_a set_b", "pair", is_number=False)


@dataclass(frozen=True)
class Table:
    """A table for reading, with the whole table of the database behind it as CSV.

    Attributes
    ----------
    name : str
        Unique in the page.
    caption : str or Markup
    columns : tuple of Column
        The first one names the row.
    cells : list of list of Cell
    data : analyses.warehouse.tables.Table or None
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


def table_of(  # noqa: PLR0913 - what a table has
    study: StudyResults,
    data: str,
    caption: Text,
    columns: Iterable[Column],
    rows: Iterable[Any] | None = None,
    *,
    name: str = "",
    note: Text = "",
) -> Table:
    """Make a table for reading of one of the database.

    Parameters
    ----------
    study : StudyResults
    data : str
        Name of the database's table.
    caption : str or Markup
    columns : iterable of Column
    rows : iterable of Row, optional
        What is shown of it, by default all rows in the order of the sets.
    name : str
        Unique in the page; that of the database's table if it is not given.
    note : str or Markup
    """
    columns = tuple(columns)

    def cell(column: Column, row: Any) -> Cell:
        write = column.write if callable(column.write) else getattr(study, column.write)
        values = [getattr(row, name) for name in column.source.split()]
        made = write(*(values or [row]))
        return made if isinstance(made, Cell) else Cell(made)

    shown = study.rows(data) if rows is None else rows
    cells = [[cell(column, row) for column in columns] for row in shown]
    return Table(name or data, caption, columns, cells, study.table(data), note)


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
    title : str
    short : str
        Its name in the list of contents.
    blocks : tuple of Block
    kicker : str
        What stands above the title, as "RQ1".
    """

    name: str
    title: str
    short: str
    blocks: tuple[Block, ...]
    kicker: str = ""


def blocks_of(sections: Iterable[Section]) -> Iterator[Block]:
    """Every block of these sections, those in folds too, in order."""
    waiting = [block for section in sections for block in section.blocks][::-1]
    while waiting:
        block = waiting.pop()
        yield block
        if isinstance(block, Fold):
            waiting.extend(reversed(block.blocks))


def downloads_of(sections: Iterable[Section]) -> dict[str, tables.Table]:
    """Every table of the database that a chart or table of these sections offers as CSV."""
    return {
        block.data.name: block.data
        for block in blocks_of(sections)
        if isinstance(block, Chart | Table) and block.data is not None
    }
