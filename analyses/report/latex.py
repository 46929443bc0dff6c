"""The tables of the report as LaTeX, as wide as one column or two of a paper.

The measures are those of the ACM's template (`acmart`, `sigconf`). A table is set in 8 pt; how wide
it gets is reckoned before, from the widest letters of Times and Computer Modern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from analyses.common.files import replace_file
from analyses.common.numbers import GLUE, MINUS, NONE
from analyses.report.blocks import Table, blocks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from analyses.report.blocks import Column, Text
    from analyses.report.document import Report

ONE_COLUMN: Final = 241.14749
TWO_COLUMNS: Final = 506.295
"""Points of a column of the template, and of its whole page."""

LONG: Final = 45
"""Lines of one table; a longer one goes on in another, since pages of two columns break none."""

_SIZE: Final = 8
_GAP: Final = 6
"""Points between columns."""

_LEAST_WRAPPED: Final = 90
"""Points of a column of long texts, at least."""

_EM: Final = {
    letter: width
    for width, letters in {
        0.30: "il,.:;", 0.34: "jf!'[]`-()", 0.42: "Irst", 0.48: "cez", 0.60: "bdhnpuS ",
        0.54: '0123456789ago"$*/^{}_?', 0.57: "kqvxy~J", 0.67: "ZL", 0.77: "FEPBwCT",
        0.84: "AHNUVXYDKOQ&+=RG<>", 1.00: "m#%@M", 1.10: "W|",
    }.items()
    for letter in letters
}  # fmt: skip
"""Width of each letter in Times or Computer Modern, whichever is wider, per size of the font."""

_SHORT: Final = {
    "95% interval": "95% CI",
    "First quartile": "Q1",
    "Third quartile": "Q3",
    "90th percentile": "P90",
    "Answered, not accepted": "Only answered",
    "Neither accepted nor upvoted": "Nor upvoted",
    "Spearman's rho": "Spearman",
    "Kendall's tau": "Kendall",
    "Questions": "Quest.",
}
"""Headings that are shorter in a paper."""

_LEFT_OUT: Final = (
    "Fabricated", "Replaced characters", "Rejected", "Loaded", "Must contain", "Code", "Older",
    "Of another question", "Median in minutes", "Days dropped", "Most of one person",
    "Effective n", "U", "Reason", "Its years", "Years here", "p", "χ²", "Would be found",
    "Favorites", "Characters, mean", "Score", "Self-answered", "Proportional, p", "People",
    "After 7 days", "After a day", "Within 7 days", "n",
)  # fmt: skip
"""Columns of which a paper needs least: the first go first where a table is too wide for a page."""

_ESCAPES: Final = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': "''",
    GLUE: "~",
    MINUS: "$-$",
    NONE: "--",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{GREEK SMALL LETTER ALPHA}": r"$\alpha$",
    "\N{GREEK SMALL LETTER CHI}": r"$\chi$",
    "\N{GREEK SMALL LETTER DELTA}": r"$\delta$",
    "\N{GREEK SMALL LETTER KAPPA}": r"$\kappa$",
    "\N{GREEK SMALL LETTER TAU}": r"$\tau$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
}
_MARK: Final = re.compile(r'<span class="mark"[^>]*>(.*?)</span>')
_BELOW: Final = re.compile(r"(\S[^()]*?) (\([^()]* to [^()]*\))")
_OPENING: Final = re.compile(r'(?<![^\s(\[])"(?=\S)')
_LEAF: Final = '<span class="leaf">'
_NUMBER: Final = rf"(?:([<>])\s)?([+{MINUS}]?)([\d,]*\d)(\.\d+)?"
_PLAIN: Final = re.compile(rf"{_NUMBER}(%?)")
_RANGE: Final = re.compile(rf"{_NUMBER}%? to {_NUMBER}%?")


def _plain(text: Text) -> str:
    """Return text, or markup of the page, without tags."""
    if isinstance(text, Markup):
        return Markup(_MARK.sub(r"(\1)", str(text))).striptags()  # noqa: S704 - its tags go
    return text


def latex(text: Text) -> str:
    """Write text, or markup of the page, as LaTeX: no tags, special characters escaped."""
    quoted = _OPENING.sub("\N{LEFT DOUBLE QUOTATION MARK}", _plain(text))
    escaped = "".join(_ESCAPES.get(character, character) for character in quoted)
    return (r"\quad " if _is_leaf(text) else "") + escaped


def width(text: str) -> float:
    """Return how many points a text takes at most, set in one line of a table."""
    return _SIZE * sum(_EM.get(letter, 0.85) for letter in text.replace(GLUE, " "))


def _straight(text: str) -> str:
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace(GLUE, " ")


def _number(text: str) -> str:
    """Return a number as siunitx reads it."""
    return re.sub(r"[\s,%]", "", text).replace(MINUS, "-")


@dataclass(frozen=True)
class _Set:
    """A column as it is set: its heading in lines, its cells, and the width of both.

    Attributes
    ----------
    wrapped : float
        Points to which its text is broken; 0 for text in one line.
    """

    column: Column
    texts: tuple[Text, ...]
    wrapped: float = 0

    @cached_property
    def plain(self) -> list[str]:
        return [_plain(text) for text in self.texts]

    @cached_property
    def known(self) -> list[str]:
        return [text for text in self.plain if text not in {NONE, ""}]

    def _all(self, pattern: re.Pattern[str]) -> bool:
        return self.column.is_number and bool(self.known) and all(
            pattern.fullmatch(text) for text in self.known
        )  # fmt: skip

    @cached_property
    def is_number(self) -> bool:
        """Whether siunitx aligns it: numbers alone, with the same unit."""
        return self._all(_PLAIN) and len({text.endswith("%") for text in self.known}) == 1

    @cached_property
    def is_range(self) -> bool:
        """Whether it holds intervals alone, with the same unit."""
        return self._all(_RANGE) and len({text.endswith("%") for text in self.known}) == 1

    @cached_property
    def format(self) -> str:
        """The digits before and after the point, as siunitx wants them."""
        found = [match for text in self.known if (match := _PLAIN.fullmatch(text))]
        sign = "+" if any(match[2] for match in found) else ""
        relation = next((match[1] for match in found if match[1]), "")
        whole = max(len(match[3].replace(",", "")) for match in found)
        places = max(len(match[4] or ".") - 1 for match in found)
        return f"{relation}{sign}{whole}" + (f".{places}" if places else "")

    @property
    def layout(self) -> str:
        if self.wrapped:
            return rf">{{\raggedright\arraybackslash}}p{{{self.wrapped:.1f}pt}}"
        if self.is_number:
            is_year = any(re.search(r"\d{4}", text.partition(".")[0]) for text in self.known)
            return f"S[table-format={self.format}{', group-digits=none' if is_year else ''}]"
        return "r" if self.column.is_number else "l"

    @cached_property
    def lines(self) -> list[str]:
        """The heading, in lines no wider than its longest word or its cells."""
        head = _plain(self.column.header)
        head = _SHORT.get(_straight(head), head)
        if (self.is_number or self.is_range) and self.known[0].endswith("%"):
            head += "" if "%" in head and self.is_number else " (%)"
        lines: list[str] = []
        most = max(self.of_cells, *(width(word) for word in head.split(" ")))
        for word in head.split(" "):
            if lines and width(f"{lines[-1]} {word}") <= most:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    @cached_property
    def of_cells(self) -> float:
        if self.wrapped:
            return self.wrapped
        if self.is_number:  # as wide as the widest part before and after the point, together
            whole, _, places = self.format.lstrip("<>+").partition(".")
            said = "0" * int(whole) + "," * ((int(whole) - 1) // 3)
            said += f".{'0' * int(places)}" if places else ""
            signs = "+" if "+" in self.format else ""
            return width(said + signs) + (12 if self.format[0] in "<>" else 0)
        gap = 8 if any(_is_leaf(text) for text in self.texts) else 0
        return max((width(one) for text in self.plain for one in _lines(text)), default=0) + gap

    def n_lines(self, row: int) -> int:
        """Return how many lines a cell takes; wrapped text ends its lines early."""
        if self.wrapped:
            return ceil(1.15 * width(self.plain[row]) / self.wrapped)
        return len(_lines(self.plain[row]))

    @property
    def width(self) -> float:
        return max(self.of_cells, *(width(line) for line in self.lines))

    @property
    def head(self) -> str:
        lines = [latex(line) for line in self.lines]
        side = "l" if not self.column.is_number else "c" if self.is_number else "r"
        stack = r" \\ ".join(lines)
        text = stack if len(lines) == 1 else rf"\shortstack[{side}]{{{stack}}}"
        return f"{{{text}}}" if self.is_number else text

    def cell(self, text: Text) -> str:
        plain = _plain(text)
        if self.is_number:
            return _number(plain) if plain in self.known else f"{{{latex(plain)}}}"
        if self.is_range and plain in self.known:
            low, high = plain.split(" to ")
            return rf"\num{{{_number(low)}}} to \num{{{_number(high)}}}"
        if not self.wrapped and len(parts := _lines(plain)) > 1:
            stack = r" \\ ".join(latex(one) for one in parts)
            side = "r" if self.column.is_number else "l"
            return rf"\begin{{tabular}}[t]{{@{{}}{side}@{{}}}}{stack}\end{{tabular}}"
        written = latex(text)
        return written.replace(r"\_", r"\_\allowbreak{}") if self.wrapped else written


def _lines(plain: str) -> list[str]:
    """Return a cell's lines: an interval in brackets stands below its value."""
    return list(found.groups()) if (found := _BELOW.fullmatch(plain)) else [plain]


def _is_leaf(text: Text) -> bool:
    return isinstance(text, Markup) and str(text).startswith(_LEAF)


def _total(columns: Sequence[_Set]) -> float:
    return sum(one.width for one in columns) + _GAP * (len(columns) - 1)


def fitted(table: Table) -> tuple[list[_Set], float]:
    """Choose the columns of a table for a paper, and how wide it is.

    It stands in one column if all fit, long texts wrapped if need be; else in two. What is too wide
    even then leaves out columns, those of which a paper needs least first.

    Returns
    -------
    (list, float)
        The columns, and `ONE_COLUMN` or `TWO_COLUMNS`.
    """
    columns = [
        _Set(column, tuple(row[place].text for row in table.cells))
        for place, column in enumerate(table.columns)
    ]
    for space in (ONE_COLUMN, TWO_COLUMNS):
        if _total(found := _wrapped(columns, space)) <= space:
            return found, space
    while _total(found := _wrapped(columns, TWO_COLUMNS)) > TWO_COLUMNS and len(columns) > 1:
        names = [_straight(_plain(one.column.header)) for one in columns]
        least = next((name for name in _LEFT_OUT if name in names[1:]), names[-1])
        columns.pop(len(names) - 1 - names[::-1].index(least))
    return found, TWO_COLUMNS


def _wrapped(columns: Sequence[_Set], space: float) -> list[_Set]:
    """Break the widest columns of words, one after the other, until all fit or none is left."""
    columns = list(columns)
    order = sorted(
        (place for place, one in enumerate(columns) if not one.column.is_number),
        key=lambda place: -columns[place].width,
    )
    for place in order:
        over = _total(columns) - space
        if over <= 0:
            break
        one = columns[place]
        words = [word for text in one.plain for word in re.split(r"[\s_]", text)]
        least = max((width(f"{word}_") for word in words), default=0)
        least = max(least, _LEAST_WRAPPED, *(width(line) for line in one.lines))
        if least < one.width:
            columns[place] = _Set(one.column, one.texts, max(least, one.width - over))
    return columns


def latex_table(table: Table, *, is_synthetic: bool = False) -> str:
    """Write a table.

    Parameters
    ----------
    is_synthetic : bool
        Whether its caption must say that the data are synthetic.

    Returns
    -------
    str
        A ``table`` if it fits one column, else a ``table*`` over two; several from `LONG` rows on.
    """
    columns, space = fitted(table)
    kept = [one.column for one in columns]
    out = [_plain(column.header) for column in table.columns if column not in kept]
    source = table.data.name if table.data else table.name
    packages = ["array"] if any(one.wrapped for one in columns) else []
    packages += ["booktabs"]
    packages += ["siunitx"] if any(one.is_number or one.is_range for one in columns) else []
    top = [
        f"% stackstudy {version('stackstudy')}, table {source}",
        f"% Needs \\usepackage{{{', '.join(packages)}}}"
        + (" (siunitx of 2021 or later, version 3)" if "siunitx" in packages else ""),
        f"% Fits {'one column' if space == ONE_COLUMN else 'two columns'} of acmart, sigconf",
        *([f"% Left out, too wide for a page: {'; '.join(out)}"] if out else []),
    ]
    begins, n_lines = [0], 0
    for row in range(len(table.cells)):
        own = max(one.n_lines(row) for one in columns)
        if n_lines and n_lines + own > LONG:
            begins.append(row)
            n_lines = 0
        n_lines += own
    begins.append(len(table.cells))
    parts = [
        "\n".join(_part(table, columns, space, rows, place, len(begins) - 1, is_synthetic))
        for place, rows in enumerate(pairwise(begins), start=1)
    ]
    return "\n".join(top) + "\n" + "\n\n".join(parts) + "\n"


def _part(  # noqa: PLR0913, PLR0917 - the parts of a table
    table: Table,
    columns: Sequence[_Set],
    space: float,
    rows: tuple[int, int],
    place: int,
    n_parts: int,
    is_synthetic: bool,  # noqa: FBT001 - one caller
) -> Iterator[str]:
    kind = "table" if space == ONE_COLUMN else "table*"
    label = f"tab:{table.name.replace('_', '-')}" + (f"-{place}" if place > 1 else "")
    caption = latex(table.caption) + (r" \textbf{(synthetic data)}" if is_synthetic else "")
    caption += f" ({place} of {n_parts})" if n_parts > 1 else ""
    yield from (
        rf"\begin{{{kind}}}", r"\centering",
        rf"\caption{{{caption}}}", rf"\label{{{label}}}",
        rf"\fontsize{{{_SIZE}}}{{9.5}}\selectfont", rf"\setlength{{\tabcolsep}}{{{_GAP / 2}pt}}",
    )  # fmt: skip
    if any(one.is_number or one.is_range for one in columns):
        yield r"\sisetup{group-separator={,}, group-minimum-digits=4, retain-explicit-plus}"
    yield rf"\begin{{tabular}}{{@{{}}{''.join(one.layout for one in columns)}@{{}}}}"
    yield r"\toprule"
    yield " & ".join(one.head for one in columns) + r" \\"
    yield r"\midrule"
    for row in range(*rows):
        yield " & ".join(one.cell(one.texts[row]) for one in columns) + r" \\"
    yield from (r"\bottomrule", r"\end{tabular}")
    if table.note and place == n_parts:
        yield rf"\par\smallskip\parbox{{\linewidth}}{{{latex(table.note)}}}"
    yield rf"\end{{{kind}}}"


def write_tables(report: Report, folder: Path) -> list[Path]:
    """Write every table of a report, each as a file to ``\\input``.

    Parameters
    ----------
    folder : Path
        Made if it does not exist; files of the same names are replaced.

    Returns
    -------
    list of Path
        The files, in the order of the report.

    Raises
    ------
    WarehouseError
        When a file cannot be written.
    """
    written = []
    for block in blocks_of(report.sections):
        if isinstance(block, Table):
            path = folder / f"{block.name.replace('_', '-')}.tex"
            text = latex_table(block, is_synthetic=report.is_synthetic)
            replace_file(path, text.encode(), "folder with --figures")
            written.append(path)
    return written
