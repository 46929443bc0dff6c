"""Shares of questions without an accepted answer, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import between, count, percent
from analyses.figures.theme import figure, label_rows, row_label, style_of
from analyses.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.statistics.proportions import Proportion
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 62


def wilson(row: Row) -> Proportion:
    """Share of a set's questions without an accepted answer, with Wilson's 95% interval."""
    return proportion(row.n_not_accepted, row.n_questions)


def acceptance_intervals(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw the share without an accepted answer as a point in its 95% interval, one row per set.

    Parameters
    ----------
    rows : sequence of Row
        Of `acceptance`, in the order from top to bottom; sets without questions are left out.
    known_styles : mapping of str to Style

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace per set, its x the share; the interval is its error bar.
    """
    drawn = [(row, wilson(row), style_of(row.question_set, known_styles)) for row in rows]
    drawn = [one for one in drawn if one[0].n_questions]
    parts = "; ".join(
        f"{style.title}: {percent(share.share)}, {between(share.ci_low, share.ci_high, percent)},"
        f" {count(row.n_questions)} questions"
        for row, share, style in drawn
    )
    chart = figure(
        "Point chart of the share of questions without an accepted answer, with 95% intervals."
        f" {parts or 'No questions'}.",
        height=_ROW_PIXELS * max(len(drawn), 1) + 40,
    )
    for place, (row, share, style) in enumerate(drawn):
        hover = (
            f"<b>{style.title}</b>",
            f"{count(row.n_not_accepted)} of n = {count(row.n_questions)} questions",
            f"{100 * share.share:.2f}% without an accepted answer",
            f"95% interval {100 * share.ci_low:.2f}% to {100 * share.ci_high:.2f}%",
        )
        chart.add_scatter(
            x=[share.share],
            y=[place],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [share.ci_high - share.share],
                "arrayminus": [share.share - share.ci_low],
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
        row_label(style, percent(share.share), count(row.n_questions))
        for row, share, style in drawn
    ]
    label_rows(chart, labels, 9)
    ends = [end for _, share, _ in drawn for end in (share.ci_low, share.ci_high)]
    low, high = min(ends, default=0), max(ends, default=1)
    room = max(0.02, 0.08 * (high - low))
    chart.update_xaxes(
        range=[max(-0.01, low - room), min(1.01, high + room)], tickformat=".0%", nticks=6
    )
    return chart
