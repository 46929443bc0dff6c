"""The categories of one question set at one level, as bars from the largest to the smallest."""

from __future__ import annotations

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from analyses.common.numbers import GLUE, and_list, between, count, percent
from analyses.figures.theme import (
    FAINT_INK,
    error_bars,
    figure,
    label_rows,
    legend,
    title,
    translucent,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_LABEL_WIDTH = 40
"""Characters per line of a label, so that a phone has room for it."""

_TOP, _BOTTOM = 50, 68
"""Pixels of the title above the bars, of the axis and the legend below them."""

_LEVELS = {"inner": "categories", "leaf": "leaf categories"}


def taxonomy_bars(rows: Sequence[Row], style: Style, level: str) -> go.Figure:
    """Draw the share of each category, with its interval and the share that was printed.

    Parameters
    ----------
    rows : sequence of Row
        Of `taxonomy_distribution`, of one set; those of other levels and those without a question
        or a printed share are left out.
    level : str
        ``inner`` or ``leaf``.

    Returns
    -------
    plotly.graph_objects.Figure
        A `bar` trace of the shares, and a `scatter` trace of the printed ones, where there are any.
    """
    drawn = sorted(
        (
            row
            for row in rows
            if row.level == level
            and row.share is not None
            and (row.n_questions or row.published_percent)
        ),
        key=lambda row: (-row.share, -(row.published_percent or 0), _name(row)),
    )
    n_labelled = max((row.n_labelled or 0 for row in drawn), default=0)
    labels = [_label(row) for row in drawn]
    pixels = 23 + 16 * max((1 + text.count("<br>") for text in labels), default=1)
    same = Counter(map(_name, drawn))
    parts = [
        _name(row)
        + (f" in {row.inner_category}" if level == "leaf" and same[_name(row)] > 1 else "")
        + f" {count(row.n_questions)} ({percent(row.share)})"
        for row in drawn
    ]
    named = _LEVELS[level]
    chart = figure(
        f"Bar chart of the {named} of {style.title}, by questions:"
        f" {and_list(parts) or 'no labelled question'}.",
        height=int(pixels * (len(drawn) + 0.5)) + _TOP + _BOTTOM,
    )
    limits = [
        (row.share, row.share)
        if row.share_ci_low is None
        else (row.share_ci_low, row.share_ci_high)
        for row in drawn
    ]
    shares = [row.share for row in drawn]
    is_read_in_full = bool(drawn) and all(row.share_ci_low is None for row in drawn)
    chart.add_bar(
        x=shares,
        y=list(range(len(drawn))),
        orientation="h",
        width=10 / pixels,
        offset=0.04,
        marker={"color": translucent(style.colour, 0.6), "line": {"width": 0}},
        error_x=error_bars(shares, limits, style.colour, thickness=1.2),
        name="here" if is_read_in_full else "here, with its 95% interval",
        customdata=[[_hover(row)] for row in drawn],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    printed = [(place, row) for place, row in enumerate(drawn) if row.published_percent is not None]
    if printed:
        chart.add_scatter(
            x=[row.published_percent / 100 for _, row in printed],
            y=[place + 0.04 + 5 / pixels for place, _ in printed],
            mode="markers",
            marker={"symbol": "line-ns", "size": 14, "line": {"width": 2.5, "color": FAINT_INK}},
            name="published",
            customdata=[[_hover(row)] for _, row in printed],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    label_rows(chart, labels, 1, t=_TOP, b=_BOTTOM)
    ends = [high for _, high in limits]
    ends += [row.published_percent / 100 for _, row in printed]
    chart.update_xaxes(range=[0, max(ends, default=1) * 1.04 or 1], tickformat=".0%", nticks=6)
    chart.update_yaxes(range=[len(drawn) - 0.5, -1])
    n = f"n{GLUE}={GLUE}{count(n_labelled)} labelled questions"
    chart.update_layout(
        title=title(style.label, note=n + (" (candidates)" if style.is_candidate_set else "")),
        showlegend=bool(printed),
        legend=legend(-28 / (pixels * (len(drawn) + 0.5)), "top"),
    )
    return chart


def _name(row: Row) -> str:
    return (row.inner_category if row.level == "inner" else row.leaf_category) or ""


def _label(row: Row) -> str:
    """Return a bar's label: its name, a leaf's inner category, and its number of questions."""
    inner = f" · {row.inner_category}" if row.level == "leaf" else ""
    number = f"{count(row.n_questions)}{GLUE}({percent(row.share)})" if row.n_questions else ""
    return "<br>".join(wrap(f"{_name(row)}{inner}  {number}", _LABEL_WIDTH))


def _hover(row: Row) -> str:
    lines = [f"<b>{line}</b>" for line in wrap(_name(row), 44)]
    if row.level != "inner":
        lines.append(f"in {row.inner_category}")
    interval = between(row.share_ci_low, row.share_ci_high, percent)
    known = "" if row.share_ci_low is None else f", 95% interval {interval}"
    lines.append(f"{count(row.n_questions)} of n = {count(row.n_labelled)} questions")
    lines.append(percent(row.share) + known)
    if row.published_percent is not None:
        lines.append(f"published {row.published_percent:g}%")
    return "<br>".join(lines)
