"""RQ2: how long the accepted answer took, as boxes on a logarithmic axis of human units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, duration, number
from analyses.figures.theme import FAINT_INK, INK, figure, style_of, translucent
from analyses.figures.time_axis import MINUTE, MONTH, time_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 84
_LEFT = 16


def has_box(row: Row) -> bool:
    """Whether there is anything to draw for a set."""
    return None not in (row.q1, row.median_response_minutes, row.q3)


def axis_floor(rows: Sequence[Row]) -> float:
    """Left end of the axis: 1 minute, or 1 second where a box begins below that.

    A logarithmic axis has no zero; what lies below its end is drawn at the end.
    """
    lowest = min((row.q1 for row in rows if row.q1 is not None), default=MINUTE)
    return MINUTE if lowest > MINUTE else 1 / 60


def response_time_boxes(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw one box a question set, from quartiles and whiskers that were computed before.

    Parameters
    ----------
    rows : sequence of Row
        In the order from top to bottom; sets without any response time are left out.
    known_styles : mapping of str to Style

    Returns
    -------
    plotly.graph_objects.Figure
        A `box` trace a set, in minutes, then an unseen `scatter` trace a set that carries the hover
        texts. Whiskers below the axis' end (`axis_floor`) are drawn at that end.
    """
    drawn = [row for row in rows if has_box(row)]
    floor = axis_floor(drawn)
    boxes = figure(_alternative(drawn, known_styles), height=_ROW_PIXELS * max(len(drawn), 1) + 44)
    for place, row in enumerate(drawn):
        style = style_of(row.question_set, known_styles)
        low, high = _whiskers(row)
        five = [
            max(value, floor) for value in (low, row.q1, row.median_response_minutes, row.q3, high)
        ]
        boxes.add_box(
            y=[place],
            lowerfence=[five[0]],
            q1=[five[1]],
            median=[five[2]],
            q3=[five[3]],
            upperfence=[five[4]],
            orientation="h",
            name=style.label,
            line={"color": style.colour, "width": 2},
            fillcolor=translucent(style.colour),
            width=0.36,
            whiskerwidth=0.5,
            hoverinfo="skip",
        )
        boxes.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            xshift=-_LEFT,
            y=place,
            yshift=_ROW_PIXELS * 0.34,
            text=(
                f"<b>{style.label}</b>{' (candidates)' if style.is_candidate_set else ''}"
                f"  median {duration(row.median_response_minutes)}"
                f"<span style='color:{FAINT_INK}'>  n = {count(row.n_response_times)}</span>"
            ),
            showarrow=False,
            font={"size": 13, "color": INK},
        )
    for place, row in enumerate(drawn):
        style = style_of(row.question_set, known_styles)
        low, high = _whiskers(row)
        five = [low, row.q1, row.median_response_minutes, row.q3, high]
        boxes.add_scatter(
            x=[max(value, floor) for value in five],
            y=[place] * 5,
            customdata=[[_hover(row, style)]] * 5,
            name=style.label,
            mode="markers",
            marker={"size": 26, "opacity": 0, "color": style.colour},
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    top = max([MONTH, *(_whiskers(row)[1] for row in drawn)])
    boxes.update_xaxes(time_axis(floor, top))
    boxes.update_yaxes(
        range=[len(drawn) - 0.5, -0.62],
        showticklabels=False,
        showgrid=False,
        ticks="",
        showline=False,
    )
    boxes.update_layout(
        hovermode="closest", hoverdistance=30, margin={"l": _LEFT, "r": 22, "t": 8, "b": 8}
    )
    return boxes


def _whiskers(row: Row) -> tuple[float, float]:
    low = row.q1 if row.lower_whisker is None else row.lower_whisker
    high = row.q3 if row.upper_whisker is None else row.upper_whisker
    return low, high


def _both(minutes: float | None) -> str:
    return f"{number(minutes)} min ({duration(minutes)})"


def _hover(row: Row, style: Style) -> str:
    low, high = _whiskers(row)
    lines = [
        f"<b>{style.title}</b>",
        f"n = {count(row.n_response_times)} accepted answers",
        f"median {_both(row.median_response_minutes)}",
        f"quarter of them by {_both(row.q1)}",
        f"three quarters by {_both(row.q3)}",
    ]
    if row.p90 is not None:
        lines.append(f"nine tenths by {_both(row.p90)}")
    lines.append(f"whiskers {number(low)} to {number(high)} min")
    if row.max_response_minutes is not None:
        lines.append(f"longest {duration(row.max_response_minutes)}")
    return "<br>".join(lines)


def _alternative(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> str:
    if not rows:
        return "Box plot of response times: no response times."
    parts = [
        f"{style_of(row.question_set, known_styles).title}:"
        f" median {duration(row.median_response_minutes)},"
        f" quartiles {duration(row.q1)} and {duration(row.q3)},"
        f" {count(row.n_response_times)} answers"
        for row in rows
    ]
    return (
        "Box plot, on a logarithmic axis, of the time from question to accepted answer."
        f" {and_list(parts)}."
    )
