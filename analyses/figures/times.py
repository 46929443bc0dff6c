"""How long the accepted answer took: boxes and curves on a logarithmic axis of human units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from analyses.common.numbers import and_list, between, count, duration, number, percent
from analyses.figures.theme import (
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    YEAR,
    figure,
    label_rows,
    legend,
    row_label,
    style_of,
    time_axis,
    translucent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 84
_TOLD: Final = ((HOUR, "1 hour"), (DAY, "1 day"), (7 * DAY, "7 days"), (MONTH, "30 days"))
_MARKS: Final = 8
"""Markers along a curve, at most."""


def has_box(row: Row) -> bool:
    """Whether a set has a box to draw."""
    return None not in (row.q1, row.median_response_minutes, row.q3)


def axis_floor(rows: Sequence[Row]) -> float:
    """Return the left end of the axis: 1 minute, or 1 second if a box begins below that.

    A logarithmic axis has no zero; values below its end are drawn at the end.
    """
    lowest = min((row.q1 for row in rows if row.q1 is not None), default=MINUTE)
    return MINUTE if lowest > MINUTE else 1 / 60


def response_time_boxes(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw one box per question set, from quartiles and whiskers that were computed before.

    Parameters
    ----------
    rows : sequence of Row
        Of `response_time_summary`, in the order from top to bottom; sets without any response time
        are left out.

    Returns
    -------
    plotly.graph_objects.Figure
        A `box` trace per set, in minutes, then a `scatter` trace per set with the hover texts, of
        which the set's marker is seen at the median. Whiskers below the axis' end (`axis_floor`)
        are drawn at that end.
    """
    drawn = [(row, style_of(row.question_set, known_styles)) for row in rows if has_box(row)]
    floor = axis_floor([row for row, _ in drawn])
    parts = [
        f"{style.title}: median {duration(row.median_response_minutes)},"
        f" quartiles {duration(row.q1)} and {duration(row.q3)},"
        f" {count(row.n_response_times)} answers"
        for row, style in drawn
    ]
    boxes = figure(
        "Box plot, on a logarithmic axis, of the time from question to accepted answer."
        f" {and_list(parts) or 'There are no response times'}.",
        height=_ROW_PIXELS * max(len(drawn), 1) + 44,
    )
    for place, (row, style) in enumerate(drawn):
        low, q1, median, q3, high = (max(value, floor) for value in _five(row))
        boxes.add_box(
            y=[place],
            lowerfence=[low],
            q1=[q1],
            median=[median],
            q3=[q3],
            upperfence=[high],
            orientation="h",
            name=style.label,
            line={"color": style.colour, "width": 2},
            fillcolor=translucent(style.colour),
            width=0.36,
            whiskerwidth=0.5,
            hoverinfo="skip",
        )
    for place, (row, style) in enumerate(drawn):
        boxes.add_scatter(
            x=[max(value, floor) for value in _five(row)],
            y=[place] * 5,
            customdata=[[_box_hover(row, style)]] * 5,
            name=style.label,
            mode="markers",
            marker={
                "symbol": style.marker,
                "size": [26, 26, 10, 26, 26],
                "opacity": [0, 0, 1, 0, 0],
                "color": style.colour,
                "line": {"width": 1, "color": "#ffffff"},
            },
            hovertemplate="%{customdata[0]}<extra></extra>",
        )
    labels = [
        row_label(style, f"median {duration(row.median_response_minutes)}",
                  count(row.n_response_times))
        for row, style in drawn
    ]  # fmt: skip
    label_rows(boxes, labels, 18)
    boxes.update_xaxes(time_axis(floor, max([MONTH, *(_five(row)[-1] for row, _ in drawn)])))
    return boxes


def _five(row: Row) -> tuple[float, float, float, float, float]:
    """Return whisker, quartile, median, quartile, whisker; an unknown whisker ends at the box."""
    low = row.q1 if row.lower_whisker is None else row.lower_whisker
    high = row.q3 if row.upper_whisker is None else row.upper_whisker
    return low, row.q1, row.median_response_minutes, row.q3, high


def _box_hover(row: Row, style: Style) -> str:
    low, *_, high = _five(row)
    named = {
        "median": row.median_response_minutes,
        "a quarter of them by": row.q1,
        "three quarters by": row.q3,
        "nine tenths by": row.p90,
    }
    lines = [f"<b>{style.title}</b>", f"n = {count(row.n_response_times)} accepted answers"]
    lines += [
        f"{name} {number(value)} min ({duration(value)})"
        for name, value in named.items()
        if value is not None
    ]
    lines.append(f"whiskers {number(low)} to {number(high)} min")
    if row.max_response_minutes is not None:
        lines.append(f"longest {duration(row.max_response_minutes)}")
    return "<br>".join(lines)


@dataclass(frozen=True)
class _Line:
    """A set's curve: its points in the order of time, and their hover texts."""

    style: Style
    rows: list[Row]
    minutes: list[float]
    shares: list[float]
    hovers: list[str]

    @property
    def told(self) -> str:
        """The shares at a few round times, each that of the last point before it, in percent."""
        points = list(zip(self.minutes, self.shares, strict=True))
        parts = [
            f"{found[-1]:.0%} after {name}"
            for minutes, name in _TOLD
            if (found := [share for at, share in points if at <= minutes])
        ]
        return f"{self.style.title}: {and_list(parts)}" if parts else ""


def _lines(
    rows: Sequence[Row],
    known_styles: Mapping[str, Style],
    time: str,
    share: Callable[[Row], float],
    hover: Callable[[Row, Style], str],
) -> list[_Line]:
    lines = []
    for name in dict.fromkeys(row.question_set for row in rows):
        style = style_of(name, known_styles)
        own = sorted(
            (row for row in rows if row.question_set == name),
            key=lambda row: (getattr(row, time), share(row)),
        )
        lines.append(
            _Line(
                style,
                own,
                [max(getattr(row, time), MINUTE) for row in own],
                [share(row) for row in own],
                [hover(row, style) for row in own],
            )
        )
    return lines


def cumulative_curves(rows: Sequence[Row], known_styles: Mapping[str, Style]) -> go.Figure:
    """Draw which share of a set's accepted answers had come after how long.

    Parameters
    ----------
    rows : sequence of Row
        Of `response_time_quantiles`, the sets in the order in which they are drawn.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace per set: x minutes, y the share.
    """

    def hover(row: Row, style: Style) -> str:
        return (
            f"<b>{style.title}</b><br>{row.percent}% of n = {count(row.n_response_times)} accepted"
            f" answers<br>came within {duration(row.response_minutes)}"
            f" ({row.response_minutes:,.2f} min)"
        )

    lines = _lines(rows, known_styles, "response_minutes", lambda row: row.percent / 100, hover)
    told = "; ".join(line.told for line in lines if line.told)
    chart = figure(
        "Cumulative curves, on a logarithmic axis, of the time from question to accepted answer."
        f" Share of the accepted answers that had come: {told or 'no response times'}.",
        400,
    )
    _draw(chart, lines, "linear")
    return chart


def survival_chart(
    rows: Sequence[Row], known_styles: Mapping[str, Style], summary: Sequence[Row] = ()
) -> go.Figure:
    """Draw which share of a set's questions had an accepted answer after how long, with its band.

    Parameters
    ----------
    rows : sequence of Row
        Of `survival_curves`, the sets in the order in which they are drawn.
    summary : sequence of Row
        Of `survival_summary`: the shares that the text alternative tells to a decimal. Without
        them it tells those of the curve, which is thinned, in whole percent.

    Returns
    -------
    plotly.graph_objects.Figure
        A trace of the 95% band and then one of the line per set: steps, x minutes, y the share, on
        an axis that ends above the largest.
    """

    def hover(row: Row, style: Style) -> str:
        band = between(_without(row.ci_high), _without(row.ci_low), percent)
        return (
            f"<b>{style.title}</b><br>after {duration(row.minutes)} ({row.minutes:,.2f} min)<br>"
            f"{100 * _accepted(row):.2f}% have an accepted answer"
            + (f"<br>95% band {band}" if row.ci_low is not None else "")
            + f"<br>n = {count(row.n_at_risk)} still observed"
        )

    lines = _lines(_from_minute(rows), known_styles, "minutes", _accepted, hover)
    exact = {row.question_set: _shares_within(row) for row in summary}
    parts = {line.rows[0].question_set: (line.style.title, line.told) for line in lines}
    told = "; ".join(
        f"{name}: {exact[one]}" if exact.get(one) else thinned
        for one, (name, thinned) in parts.items()
        if exact.get(one) or thinned
    )
    chart = figure(
        "Cumulative curves, on a logarithmic axis, of the time until an answer is accepted, with"
        f" the questions that wait. Share accepted: {told or 'no question was observed'}.",
        400,
    )
    for line in lines:
        banded = [row for row in line.rows if None not in (row.ci_low, row.ci_high)]
        there = _steps([max(row.minutes, MINUTE) for row in banded], is_time=True)
        lower, upper = (
            _steps([1 - getattr(row, end) for row in banded]) for end in ("ci_high", "ci_low")
        )
        chart.add_scatter(
            x=there + there[::-1],
            y=upper + lower[::-1],
            mode="lines",
            line={"width": 0.8, "color": translucent(line.style.colour, 0.75)},
            fill="toself",
            fillcolor=translucent(line.style.colour, 0.12),
            hoverinfo="skip",
            name=f"{line.style.label}, 95% band",
            showlegend=False,
        )
    _draw(chart, lines, "hv")
    shares = [share for line in lines for share in line.shares]
    shares += [1 - row.ci_low for line in lines for row in line.rows if row.ci_low is not None]
    top = max(shares, default=0) or 1
    chart.update_yaxes(
        range=[-0.01 * top, min(1.04 * top, 1.03)], tickvals=None, nticks=6,
        tickformat=".0%" if top > 0.05 else ".1%",
    )  # fmt: skip
    return chart


def _shares_within(row: Row) -> str:
    shares = [getattr(row, f"accepted_within_{key}") for key in ("1h", "1d", "7d", "30d")]
    return and_list(
        [
            f"{percent(share)} after {name}"
            for share, (_, name) in zip(shares, _TOLD, strict=True)
            if share is not None
        ]
    )


def _accepted(row: Row) -> float:
    return 1 - row.not_accepted_yet


def _without(share: float | None) -> float | None:
    return None if share is None else 1 - share


def _steps(values: list[float], *, is_time: bool = False) -> list[float]:
    """Return the corners of a step function: times but the first twice, heights but the last."""
    doubled = [value for value in values for _ in range(2)]
    return doubled[1:] if is_time else doubled[:-1]


def _from_minute(rows: Sequence[Row]) -> list[Row]:
    """Leave out the rows left of the axis except the last, which holds at the axis' end."""
    last: dict[str, float] = {}
    for row in rows:
        if row.minutes <= MINUTE:
            last[row.question_set] = max(row.minutes, last.get(row.question_set, 0))
    return [row for row in rows if row.minutes >= last.get(row.question_set, 0)]


def _draw(chart: go.Figure, lines: list[_Line], shape: str) -> None:
    for line in lines:
        chart.add_scatter(
            x=line.minutes,
            y=line.shares,
            mode="lines+markers",
            marker={"symbol": line.style.marker, "size": 8, "maxdisplayed": _MARKS},
            line={
                "color": line.style.colour,
                "width": 2.5,
                "dash": line.style.dash,
                "shape": shape,
            },
            name=line.style.in_words,
            customdata=[[text] for text in line.hovers],
            hovertemplate="%{customdata[0]}<extra></extra>",
            showlegend=True,
        )
    top = max([MONTH, *(minutes for line in lines for minutes in line.minutes)])
    chart.update_xaxes(time_axis(MINUTE, min(top, 10 * YEAR)))
    chart.update_yaxes(range=[-0.01, 1.03], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    chart.update_layout(
        hovermode="closest",
        hoverdistance=40,
        showlegend=True,
        legend=legend(1.02, "bottom"),
        margin={"l": 4, "r": 22, "t": 8, "b": 8},
    )
