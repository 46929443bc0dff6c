"""RQ3: the taxonomy of one question set as a treemap, tiles by how many questions they hold."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from analyses.common.numbers import GLUE, and_list, count, percent
from analyses.figures.theme import INK, at_width, figure, panel_title, translucent
from analyses.figures.tiles import SIZES, Tile, Words, fit, in_lines, place

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

WIDTH = 880
"""Pixels for which the figure is made; `at_width` fits it to another one of `WIDTHS`.

Plotly lays tiles anew in each width, so that words which fit in one do not in another."""

WIDTHS = (*range(280, 440, 8), *range(440, 1041, 40))

_HEIGHTS = {900: 430, 600: 400, 0: 720}
"""Pixels, by the least width: two maps stand on a sheet, and a phone has much height."""

_HOVER_WIDTH = 44
_GAP, _SIDE = 3, 4
_HEADS = (22, 38)
"""Pixels above the tiles that a tile holds, for one line or two; the outermost has them, empty."""

_NOTE_SIZE = 11
_NOTE_LINE = 15


def taxonomy_treemap(rows: Sequence[Row], style: Style) -> go.Figure:
    """Draw the categories of one question set.

    Parameters
    ----------
    rows : sequence of Row
        The rows of levels `inner` and `leaf` of one set; those without a question are left out.
    style : Style

    Returns
    -------
    plotly.graph_objects.Figure
        One `treemap` trace. An inner category's tile holds those of its leaves; since a question
        may be in two leaves, a tile is as large as its leaves together, and the numbers that it
        shows count each question once. Every tile that is large enough says what it is; the others
        are listed below. ``layout.meta["fits"]`` has what else to draw in other widths.
    """
    inner = sorted(
        (row for row in rows if row.level == "inner" and row.n_questions),
        key=lambda row: (-row.n_questions, row.inner_category or ""),
    )
    leaves = sorted(
        (row for row in rows if row.level == "leaf" and row.n_questions),
        key=lambda row: (-row.n_questions, row.leaf_category or ""),
    )
    shown = [*inner, *leaves]
    chart = figure(_alternative(inner, style), _HEIGHTS[0])
    chart.add_treemap(
        ids=[_id(row) for row in shown],
        parents=["" if row.level == "inner" else (row.inner_category or "") for row in shown],
        values=[_size(row, leaves) for row in shown],
        branchvalues="total",
        sort=True,
        tiling={"pad": _GAP, "packing": "squarify", "squarifyratio": 1},
        pathbar={"visible": False},
        marker={
            "colors": [
                translucent(style.colour, 0.16 if row.level == "inner" else 0.34) for row in shown
            ],
            "line": {"width": 1, "color": "rgba(128,128,128,0.5)"},
            "pad": {"l": _SIDE, "r": _SIDE, "b": _SIDE},
        },
        root={"color": "rgba(0,0,0,0)"},
        textinfo="label",
        textfont={"color": INK},
        textposition="top left",
        customdata=[[_hover(row)] for row in shown],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    chart.update_layout(title=panel_title(style))
    top = 58 if style.is_candidate_set else 36
    chart.layout.meta["fits"] = [
        _fit(inner, leaves, width, top) for width in sorted(WIDTHS, reverse=True)
    ]
    return at_width(chart, WIDTH)


def _fit(inner: Sequence[Row], leaves: Sequence[Row], width: int, top: int) -> dict[str, object]:
    """Make what depends on the width: words that fit, their sizes, the list of what did not."""
    height = next(height for least, height in _HEIGHTS.items() if width >= least)
    for head in _HEADS:
        above = max(top - head, 0)
        words = _words(inner, leaves, width, height - above - _SIDE, head)
        if all(words[_id(row)] for row in inner if _holds(row, leaves)):
            break
    missing = [row for row in (*inner, *leaves) if words[_id(row)] is None]
    lines = _listed(inner, missing, width)
    below = _NOTE_LINE * len(lines) + 8 if lines else 0
    blank = Words((GLUE,), SIZES[-1])  # of an empty label Plotly would make the id
    said = [one or blank for one in words.values()]
    return {
        "width": width,
        "trace": {
            "labels": ["<br>".join(one.lines) for one in said],
            "textfont": {"size": [one.size for one in said]},
            "marker": {"pad": {"t": head}},
        },
        "layout": {
            "width": width,
            "height": height + below,
            "margin": {"l": 0, "r": 0, "t": above, "b": _SIDE + below},
            "annotations": [
                {
                    "text": "<br>".join(lines), "align": "left", "showarrow": False,
                    "x": 0, "xref": "paper", "xanchor": "left",
                    "y": 0, "yref": "paper", "yanchor": "top",
                    "font": {"size": _NOTE_SIZE, "color": INK},
                }
            ] if lines else [],
        },
    }  # fmt: skip


def _words(
    inner: Sequence[Row],
    leaves: Sequence[Row],
    width: float,
    height: float,
    head: int,
) -> dict[str, Words | None]:
    """Text of each tile, by its id, in the order of the trace; None where there is no room."""
    tiles = {_id(row): Tile(_size(row, leaves)) for row in (*inner, *leaves)}
    for leaf in leaves:
        tiles[leaf.inner_category or ""].children.append(tiles[_id(leaf)])
    outermost = [tiles[_id(row)] for row in inner]
    root = outermost[0] if len(outermost) == 1 else Tile(0, outermost)
    root.width, root.height = width, height
    place(root, gap=_GAP, head=head, side=_SIDE)
    found = {}
    for row in (*inner, *leaves):
        tile, name, number = tiles[_id(row)], _name(row), _number(row)
        if tile.children:
            choices = [(f"{name}  {number}",), (f"{name} {count(row.n_questions)}",), (name,)]
            found[_id(row)] = fit(choices, tile.width - 2, head)
        else:
            choices = [(name, number), (f"{name} {number}",), (f"{name} {count(row.n_questions)}",)]
            found[_id(row)] = fit(choices, tile.width, tile.height)
    return found


def _listed(inner: Sequence[Row], missing: Sequence[Row], width: int) -> list[str]:
    """Lines that name what the tiles cannot, a category after the other."""
    parts = []
    for row in inner:
        own = [
            f"{_name(leaf)} {_number(leaf)}"
            for leaf in missing
            if leaf.level == "leaf" and leaf.inner_category == row.inner_category
        ]
        said = _name(row)
        if row in missing:
            said += f" {_number(row)}"
        if own or row in missing:
            parts.append(f"{said}: {', '.join(own)}" if own else said)
    if not parts:
        return []
    return [
        line
        for part in ("Too small for their names:", *parts)
        for line in in_lines(part, (width - 4) / _NOTE_SIZE)
    ]


def _number(row: Row) -> str:
    return f"{count(row.n_questions)}{GLUE}({percent(row.share)})"


def _holds(row: Row, leaves: Sequence[Row]) -> bool:
    return any(leaf.inner_category == row.inner_category for leaf in leaves)


def _id(row: Row) -> str:
    inner = row.inner_category or ""
    return inner if row.level == "inner" else f"{inner}\n{row.leaf_category}"


def _name(row: Row) -> str:
    return (row.inner_category if row.level == "inner" else row.leaf_category) or ""


def _size(row: Row, leaves: Sequence[Row]) -> int:
    """Size of a tile: with leaves, at least what these add up to."""
    if row.level != "inner":
        return row.n_questions
    own = sum(leaf.n_questions for leaf in leaves if leaf.inner_category == row.inner_category)
    return max(own, row.n_questions)


def _hover(row: Row) -> str:
    lines = wrap(_name(row), _HOVER_WIDTH)
    text = "<br>".join(f"<b>{line}</b>" for line in lines)
    if row.level != "inner":
        text += f"<br>in {row.inner_category}"
    text += f"<br>{count(row.n_questions)}"
    if row.n_labelled is not None:
        text += f" of n = {count(row.n_labelled)} questions"
    text += f"<br>{percent(row.share)}"
    if row.share_ci_low is not None:
        text += f", 95% interval {percent(row.share_ci_low)} to {percent(row.share_ci_high)}"
    if row.published_percent is not None:
        text += f"<br>published {row.published_percent:g}%"
    return text


def _alternative(inner: Sequence[Row], style: Style) -> str:
    if not inner:
        return f"Treemap of the categories of {style.title}: no labelled question."
    parts = [f"{_name(row)} {count(row.n_questions)} ({percent(row.share)})" for row in inner]
    return f"Treemap of the categories of {style.title}, by questions: {and_list(parts)}."
