"""Shares of questions without an accepted answer, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyses.common.numbers import between, count, percent
from analyses.figures.theme import figure, label_rows, row_label, style_of
from analyses.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 62


def wilson(row: Row) -> tuple[float, float]:
    """Return Wilson's 95% interval of the share without an accepted answer."""
    share: Any = proportion(row.n_not_accepted, row.n_questions)
    return share.ci_low, share.ci_high


def acceptance_intervals(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw the share without an accepted answer as a point in its 95% interval, one row per set.

    Parameters
    ----------
    rows : sequence of Row
        Of `acceptance`, in the order from top to bottom; sets without questions are left out.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace per set, its x the share; the interval is its error bar.
    """
    drawn = [
        (row, *wilson(row), style_of(row.question_set, known_styles))
        for row in rows
        if row.n_questions
    ]
    parts = "; ".join(
        f"{style.title}: {percent(row.no_accepted_share)}, {between(low, high, percent)},"
        f" {count(row.n_questions)} questions"
        for row, low, high, style in drawn
    )
    chart = figure(
        "Point chart of the share of questions without an accepted answer, with 95% intervals."
        f" {parts or 'No questions'}.",
        height=_ROW_PIXELS * max(len(drawn), 1) + 40,
    )
    for place, (row, low, high, style) in enumerate(drawn):
        share = row.no_accepted_share
        hover = (
            f"<b>{style.title}</b>",
            f"{count(row.n_not_accepted)} of n = {count(row.n_questions)} questions",
            f"{100 * share:.2f}% without an accepted answer",
            f"95% interval {100 * low:.2f}% to {100 * high:.2f}%",
        )
        chart.add_scatter(
            x=[share],
            y=[place],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - share],
                "arrayminus": [share - low],
                "color": style.colour,
                "thickness": 2.5,
                "width": 5,
            },
            mode="markers",
            marker={"symbol": style.marker, "size": 11, "color": style.colour},
            name=style.label,
            customdata=[["<br>".join(hover)]],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    labels = [
        row_label(style, percent(row.no_accepted_share), count(row.n_questions))
        for row, _, _, style in drawn
    ]
    label_rows(chart, labels, 9)
    left = min((low for _, low, _, _ in drawn), default=0.0)
    right = max((high for _, _, high, _ in drawn), default=1.0)
    room = max(0.02, 0.08 * (right - left))
    chart.update_xaxes(
        range=[max(-0.01, left - room), min(1.01, right + room)], tickformat=".0%", nticks=6
    )
    return chart
