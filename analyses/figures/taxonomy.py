"""RQ3: the taxonomy of one question set as a treemap, tiles by how many questions they hold."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from analyses.figures.numbers import and_list, count, percent
from analyses.figures.theme import INK, figure, panel_title, translucent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.marts import TaxonomyShare

_HEIGHT = 430
_HOVER_WIDTH = 44
_HEAD = 22
"""Pixels of the line at the top of a tile that holds others; the outermost has one too, empty."""

_TILE_WIDTH = 18
"""Characters a line, so that names fit into narrow tiles."""


def taxonomy_treemap(rows: Sequence[TaxonomyShare], style: Style) -> go.Figure:
    """Draw the categories of one question set.

    Parameters
    ----------
    rows : sequence of TaxonomyShare
        The rows of levels `inner` and `leaf` of one set; those without a question are left out.
    style : Style

    Returns
    -------
    plotly.graph_objects.Figure
        One `treemap` trace. An inner category's tile holds those of its leaves; since a question
        may be in two leaves, a tile is as large as its leaves together, and the numbers that it
        shows count each question once.
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
    chart = figure(_alternative(inner, style), _HEIGHT)
    chart.add_treemap(
        ids=[_id(row) for row in shown],
        labels=[_label(row, leaves) for row in shown],
        parents=["" if row.level == "inner" else (row.inner_category or "") for row in shown],
        values=[_size(row, leaves) for row in shown],
        branchvalues="total",
        sort=True,
        tiling={"pad": 3, "packing": "squarify"},
        pathbar={"visible": False},
        marker={
            "colors": [
                translucent(style.colour, 0.16 if row.level == "inner" else 0.34) for row in shown
            ],
            "line": {"width": 1, "color": "rgba(128,128,128,0.5)"},
            "pad": {"t": _HEAD, "l": 4, "r": 4, "b": 4},
        },
        root={"color": "rgba(0,0,0,0)"},
        text=[f"{count(row.n_questions)} ({percent(row.share)})" for row in shown],
        textinfo="label+text",
        textfont={"color": INK, "size": 12},
        textposition="top left",
        customdata=[[_hover(row)] for row in shown],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    chart.update_layout(
        title=panel_title(style),
        margin={"l": 0, "r": 0, "t": (58 if style.is_candidate_set else 36) - _HEAD, "b": 4},
        uniformtext={"minsize": 10, "mode": "hide"},
    )
    return chart


def _id(row: TaxonomyShare) -> str:
    inner = row.inner_category or ""
    return inner if row.level == "inner" else f"{inner}\n{row.leaf_category}"


def _name(row: TaxonomyShare) -> str:
    return (row.inner_category if row.level == "inner" else row.leaf_category) or ""


def _label(row: TaxonomyShare, leaves: Sequence[TaxonomyShare]) -> str:
    """Return what a tile says; that of a category with leaves has one line for it all."""
    if any(leaf.inner_category == row.inner_category for leaf in leaves) and row.level == "inner":
        return f"{_name(row)}  {count(row.n_questions)} ({percent(row.share)})"
    lines = wrap(
        _name(row).replace("/", "/ "),
        _TILE_WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "<br>".join(line.replace("/ ", "/") for line in lines)


def _size(row: TaxonomyShare, leaves: Sequence[TaxonomyShare]) -> int:
    """Size of a tile: with leaves, at least what these add up to."""
    if row.level != "inner":
        return row.n_questions
    own = sum(leaf.n_questions for leaf in leaves if leaf.inner_category == row.inner_category)
    return max(own, row.n_questions)


def _hover(row: TaxonomyShare) -> str:
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


def _alternative(inner: Sequence[TaxonomyShare], style: Style) -> str:
    if not inner:
        return f"Treemap of the categories of {style.title}: no labelled question."
    parts = [f"{_name(row)} {count(row.n_questions)} ({percent(row.share)})" for row in inner]
    return f"Treemap of the categories of {style.title}, by questions: {and_list(parts)}."
