"""The tables of the report as LaTeX, with the rules of booktabs, for a paper."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from analyses.common.files import replace_file
from analyses.report.blocks import Table, blocks_of

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.report.blocks import Text
    from analyses.report.document import Report

LONG: Final = 40
"""Rows from which a table breaks over pages."""

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
    "\N{NO-BREAK SPACE}": "~",
    "\N{MINUS SIGN}": "$-$",
    "\N{EN DASH}": "--",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": "``",
    "\N{RIGHT DOUBLE QUOTATION MARK}": "''",
    "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
    "\N{PLUS-MINUS SIGN}": r"$\pm$",
    "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{GREEK SMALL LETTER CHI}": r"$\chi$",
    "\N{GREEK SMALL LETTER DELTA}": r"$\delta$",
    "\N{GREEK SMALL LETTER KAPPA}": r"$\kappa$",
    "\N{GREEK SMALL LETTER TAU}": r"$\tau$",
    "\N{MULTIPLICATION SIGN}": r"$\times$",
}
_MARK: Final = re.compile(r'<span class="mark"[^>]*>(.*?)</span>')
_LEAF: Final = '<span class="leaf">'


def latex(text: Text) -> str:
    """Write text, or markup of the page, as LaTeX: no tags, special characters escaped."""
    indent = ""
    if isinstance(text, Markup):
        raw = str(text)
        indent = r"\quad " if raw.startswith(_LEAF) else ""
        text = Markup(_MARK.sub(r"(\1)", raw)).striptags()  # noqa: S704 - its tags go
    return indent + "".join(_ESCAPES.get(character, character) for character in text)


def latex_table(table: Table, *, is_synthetic: bool = False) -> str:
    """Write a table.

    Parameters
    ----------
    is_synthetic : bool
        Whether its caption must say that the data are synthetic.

    Returns
    -------
    str
        A ``table`` with a ``tabular``, or a ``longtable`` from `LONG` rows on; each cell stands in
        one line, the columns are those of the page.
    """
    n = len(table.columns)
    layout = "".join(
        "r" if column.is_number else "p{6cm}" if column.wraps else "l" for column in table.columns
    )
    caption = latex(table.caption) + (r" \textbf{(synthetic data)}" if is_synthetic else "")
    head = " & ".join(latex(column.header) for column in table.columns) + r" \\"
    body = [" & ".join(latex(cell.text) for cell in row) + r" \\" for row in table.cells]
    note = latex(table.note)
    label = f"tab:{table.name.replace('_', '-')}"
    packages = "booktabs, longtable" if len(body) >= LONG else "booktabs"
    source = table.data.name if table.data else table.name
    top = [
        f"% stackstudy {version('stackstudy')}, table {source}",
        f"% \\usepackage{{{packages}}}",
    ]
    if len(body) >= LONG:
        lines = [
            rf"\begin{{longtable}}{{@{{}}{layout}@{{}}}}",
            rf"\caption{{{caption}}}\label{{{label}}} \\",
            r"\toprule", head, r"\midrule", r"\endfirsthead",
            r"\toprule", head, r"\midrule", r"\endhead",
            r"\bottomrule", r"\endfoot",
            *body,
            *([rf"\multicolumn{{{n}}}{{@{{}}p{{\linewidth}}@{{}}}}{{\footnotesize {note}}} \\"]
              if note else []),
            r"\end{longtable}",
        ]  # fmt: skip
    else:
        lines = [
            r"\begin{table}", r"\centering",
            rf"\caption{{{caption}}}", rf"\label{{{label}}}",
            rf"\begin{{tabular}}{{@{{}}{layout}@{{}}}}",
            r"\toprule", head, r"\midrule", *body, r"\bottomrule",
            r"\end{tabular}",
            *([rf"\par\smallskip\footnotesize {note}"] if note else []),
            r"\end{table}",
        ]  # fmt: skip
    return "\n".join([*top, *lines]) + "\n"


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
