"""RQ2: how long the accepted answer took, as boxes on a logarithmic axis of human units."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

from analyses.figures.numbers import and_list, count, duration, number
from analyses.figures.theme import FAINT_INK, INK, figure, style_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.marts import ResponseTimes

MINUTE, HOUR, DAY, MONTH, YEAR = 1, 60, 24 * 60, 30 * 24 * 60, 365 * 24 * 60
_TICKS = {
    1 / 60: "1 s",
    1 / 6: "10 s",
    MINUTE: "1 min",
    10: "10 min",
    HOUR: "1 h",
    6 * HOUR: "6 h",
    DAY: "1 d",
    7 * DAY: "1 wk",
    MONTH: "1 mo",
    YEAR: "1 y",
    10 * YEAR: "10 y",
}
_LABELLED = (1 / 60, MINUTE, HOUR, DAY, MONTH, YEAR, 10 * YEAR)
_ROW_PIXELS = 84
_LEFT = 16


def has_box(row: ResponseTimes) -> bool:
    """Whether there is anything to draw for a set."""
    return None not in (row.q1, row.median_response_minutes, row.q3)


def axis_floor(rows: Sequence[ResponseTimes]) -> float:
    """Left end of the axis: 1 minute, or 1 second where a box begins below that.

    A logarithmic axis has no zero; what lies below its end is drawn at the end.
    """
    lowest = min((row.q1 for row in rows if row.q1 is not None), default=MINUTE)
    return MINUTE if lowest > MINUTE else 1 / 60


def response_time_boxes(
    rows: Sequence[ResponseTimes], known_styles: Mapping[str, Style]
) -> go.Figure:
    """Draw one box a question set, from quartiles and whiskers that were computed before.

    Parameters
    ----------
    rows : sequence of ResponseTimes
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
            fillcolor=_translucent(style.colour),
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
    ticks = [value for value in _TICKS if floor <= value <= top * 1.2]
    boxes.update_xaxes(
        type="log",
        range=[log10(floor) - 0.03, log10(top) + 0.08],
        tickvals=ticks,
        ticktext=[_TICKS[value] if value in _LABELLED else "" for value in ticks],
        tickfont={"size": 13},
        ticklabeloverflow="allow",
        showline=True,
    )
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


def _whiskers(row: ResponseTimes) -> tuple[float, float]:
    low = row.q1 if row.lower_whisker is None else row.lower_whisker
    high = row.q3 if row.upper_whisker is None else row.upper_whisker
    return low, high


def _translucent(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.28)"


def _both(minutes: float | None) -> str:
    return f"{number(minutes)} min ({duration(minutes)})"


def _hover(row: ResponseTimes, style: Style) -> str:
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


def _alternative(rows: Sequence[ResponseTimes], known_styles: Mapping[str, Style]) -> str:
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
