"""RQ2: shares over time since the question, on a logarithmic axis of human units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, duration, percent
from analyses.figures.theme import INK, figure, style_of, translucent
from analyses.figures.time_axis import DAY, HOUR, MINUTE, MONTH, YEAR, time_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_HEIGHT = 400
_TOLD = ((HOUR, "1 hour"), (DAY, "1 day"), (7 * DAY, "7 days"), (MONTH, "30 days"))
_LINES = ("solid", "8px,4px", "2px,3px", "8px,3px,2px,3px", "13px,3px", "13px,3px,2px,3px")
"""Dashes, so that colour is not the only difference; short enough for two in the legend."""


@dataclass(frozen=True)
class _Line:
    style: Style
    minutes: list[float]
    shares: list[float]
    hovers: list[str]

    def by(self, minutes: float) -> float | None:
        """Share at a time: that of the last point not after it."""
        found = [
            share for at, share in zip(self.minutes, self.shares, strict=True) if at <= minutes
        ]
        return found[-1] if found else None


def cumulative_curves(
    rows: Sequence[Row], known_styles: Mapping[str, Style], floor: float = MINUTE
) -> go.Figure:
    """Draw which share of a set's accepted answers had come after how long.

    Parameters
    ----------
    rows : sequence of Row
        The sets in the order in which they are drawn.
    known_styles : mapping of str to Style
    floor : float
        Left end of the axis, minutes above zero; what is faster is drawn there.

    Returns
    -------
    plotly.graph_objects.Figure
        A `scatter` trace a set: x minutes, y the share.
    """
    lines = []
    for name in dict.fromkeys(row.question_set for row in rows):
        style = style_of(name, known_styles)
        own = sorted((row for row in rows if row.question_set == name), key=lambda row: row.percent)
        lines.append(
            _Line(
                style,
                [max(row.response_minutes, floor) for row in own],
                [row.percent / 100 for row in own],
                [
                    f"<b>{style.title}</b><br>{row.percent}% of n ="
                    f" {count(row.n_response_times)} accepted answers<br>came within"
                    f" {duration(row.response_minutes)} ({row.response_minutes:,.2f} min)"
                    for row in own
                ],
            )
        )
    told = _told(lines)
    chart = figure(
        "Cumulative curves, on a logarithmic axis, of the time from question to accepted answer."
        f" Share of the accepted answers that had come: {told}."
        if told
        else "Cumulative curves of response times: no response times.",
        _HEIGHT,
    )
    for place, line in enumerate(lines):
        _draw(chart, line, place, {"shape": "linear"})
    top = max([MONTH, *(minutes for line in lines for minutes in line.minutes)])
    _lay_out(chart, floor, min(top, 10 * YEAR))
    return chart


def survival_chart(
    rows: Sequence[Row], known_styles: Mapping[str, Style], floor: float = MINUTE
) -> go.Figure:
    """Draw which share of a set's questions still waits after how long, with its 95% band.

    Parameters
    ----------
    rows : sequence of Row
        The sets in the order in which they are drawn.
    known_styles : mapping of str to Style
    floor : float
        Left end of the axis, minutes above zero.

    Returns
    -------
    plotly.graph_objects.Figure
        A band trace and then a line trace a set: steps, x minutes, y the share.
    """
    lines = []
    for name in dict.fromkeys(row.question_set for row in rows):
        style = style_of(name, known_styles)
        own = _from_floor([row for row in rows if row.question_set == name], floor)
        lines.append(
            (
                own,
                _Line(
                    style,
                    [max(row.minutes, floor) for row in own],
                    [row.not_accepted_yet for row in own],
                    [_survival_hover(row, style) for row in own],
                ),
            )
        )
    told = _told([line for _, line in lines])
    chart = figure(
        "Survival curves, on a logarithmic axis, of the time until an answer is accepted. Share"
        f" that still waits: {told}."
        if told
        else "Survival curves: no question was observed.",
        _HEIGHT,
    )
    for own, line in lines:
        banded = [row for row in own if row.ci_low is not None and row.ci_high is not None]
        there = [max(row.minutes, floor) for row in banded]
        chart.add_scatter(
            x=_steps(there, is_time=True) + _steps(there, is_time=True)[::-1],
            y=_steps([row.ci_high for row in banded])
            + _steps([row.ci_low for row in banded])[::-1],
            mode="lines",
            line={"width": 0, "color": line.style.colour},
            fill="toself",
            fillcolor=translucent(line.style.colour, 0.18),
            hoverinfo="skip",
            name=f"{line.style.label}, 95% band",
            showlegend=False,
        )
    for place, (_, line) in enumerate(lines):
        _draw(chart, line, place, {"shape": "hv"})
    top = max([MONTH, *(minutes for _, line in lines for minutes in line.minutes)])
    _lay_out(chart, floor, min(top, 10 * YEAR))
    return chart


def _steps(values: list[float], *, is_time: bool = False) -> list[float]:
    """Corners of a step function: times each but the first twice, heights each but the last."""
    doubled = [value for value in values for _ in range(2)]
    return doubled[1:] if is_time else doubled[:-1]


def _from_floor(rows: list[Row], floor: float) -> list[Row]:
    """Leave out what lies left of the axis but the last, which holds at the axis' end."""
    own = sorted(rows, key=lambda row: row.minutes)
    first = max((place for place, row in enumerate(own) if row.minutes <= floor), default=0)
    return own[first:]


def _survival_hover(row: Row, style: Style) -> str:
    band = (
        f"<br>95% band {percent(row.ci_low)} to {percent(row.ci_high)}"
        if row.ci_low is not None
        else ""
    )
    return (
        f"<b>{style.title}</b><br>after {duration(row.minutes)} ({row.minutes:,.2f} min)<br>"
        f"{100 * row.not_accepted_yet:.2f}% without an accepted answer{band}"
        f"<br>n = {count(row.n_at_risk)} still observed"
    )


def _draw(chart: go.Figure, line: _Line, place: int, shape: dict[str, str]) -> None:
    chart.add_scatter(
        x=line.minutes,
        y=line.shares,
        mode="lines",
        line={
            "color": line.style.colour,
            "width": 2.5,
            "dash": _LINES[place % len(_LINES)],
            **shape,
        },
        name=line.style.label + (" (candidates)" if line.style.is_candidate_set else ""),
        customdata=[[text] for text in line.hovers],
        hovertemplate="%{customdata[0]}<extra></extra>",
        showlegend=True,
    )


def _lay_out(chart: go.Figure, floor: float, top: float) -> None:
    chart.update_xaxes(time_axis(floor, top))
    chart.update_yaxes(range=[-0.01, 1.03], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    chart.update_layout(
        hovermode="closest",
        hoverdistance=40,
        showlegend=True,
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 13, "color": INK},
            "itemclick": False,
            "itemdoubleclick": False,
            "bgcolor": "rgba(0,0,0,0)",
        },
        margin={"l": 4, "r": 22, "t": 8, "b": 8},
    )


def _told(lines: Sequence[_Line]) -> str:
    parts = []
    for line in lines:
        shares = [
            f"{percent(share)} after {name}"
            for minutes, name in _TOLD
            if (share := line.by(minutes)) is not None
        ]
        if shares:
            parts.append(f"{line.style.title}: {and_list(shares)}")
    return "; ".join(parts)
