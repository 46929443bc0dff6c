"""RQ2: shares of questions without an accepted answer, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import GLUE, count, percent
from analyses.figures.theme import FAINT_INK, INK, figure, style_of
from analyses.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.statistics.proportions import Proportion
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 62
_LEFT = 16


def wilson(row: Row) -> Proportion:
    """Share of a set's questions without an accepted answer, with Wilson's 95% interval."""
    return proportion(row.n_not_accepted, row.n_questions)


def acceptance_intervals(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw the share without an accepted answer as a point in its 95% interval, a set a row.

    Parameters
    ----------
    rows : sequence of Row
        In the order from top to bottom; sets without questions are left out.
    known_styles : mapping of str to Style

    Returns
    -------
    plotly.graph_objects.Figure
        A `scatter` trace a set, its x the share; the interval is its error bar.
    """
    drawn = [(row, wilson(row)) for row in rows if row.n_questions]
    chart = figure(_alternative(drawn, known_styles), height=_ROW_PIXELS * max(len(drawn), 1) + 40)
    for place, (row, share) in enumerate(drawn):
        style = style_of(row.question_set, known_styles)
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
            customdata=[[_hover(row, share, style)]],
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
        chart.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            xshift=-_LEFT,
            y=place,
            yshift=_ROW_PIXELS * 0.32,
            text=(
                f"<b>{style.label}</b>{' (candidates)' if style.is_candidate_set else ''}"
                f"  {percent(share.share)}"
                f"<span style='color:{FAINT_INK}'>  n{GLUE}={GLUE}{count(row.n_questions)}</span>"
            ),
            showarrow=False,
            font={"size": 13, "color": INK},
        )
    ends = [edge for _, share in drawn for edge in (share.ci_low, share.ci_high)]
    low, high = min(ends, default=0), max(ends, default=1)
    room = max(0.02, 0.08 * (high - low))
    chart.update_xaxes(
        range=[max(-0.01, low - room), min(1.01, high + room)],
        tickformat=".0%",
        tickfont={"size": 13},
        nticks=6,
        showline=True,
    )
    chart.update_yaxes(
        range=[len(drawn) - 0.6, -0.72],
        showticklabels=False,
        showgrid=False,
        ticks="",
        showline=False,
    )
    chart.update_layout(
        hovermode="closest", hoverdistance=30, margin={"l": _LEFT, "r": 22, "t": 8, "b": 8}
    )
    return chart


def _hover(row: Row, share: Proportion, style: Style) -> str:
    return "<br>".join(
        (
            f"<b>{style.title}</b>",
            f"{count(row.n_not_accepted)} of n = {count(row.n_questions)} questions",
            f"{100 * share.share:.2f}% without an accepted answer",
            f"95% interval {100 * share.ci_low:.2f}% to {100 * share.ci_high:.2f}%",
        )
    )


def _alternative(drawn: Sequence[tuple[Row, Proportion]], known_styles: Mapping[str, Style]) -> str:
    if not drawn:
        return "Chart of shares without an accepted answer: no questions."
    parts = "; ".join(
        f"{style_of(row.question_set, known_styles).title}: {percent(share.share)},"
        f" {percent(share.ci_low)} to {percent(share.ci_high)}, {count(row.n_questions)} questions"
        for row, share in drawn
    )
    return (
        "Point chart of the share of questions without an accepted answer, with 95% intervals."
        f" {parts}."
    )
