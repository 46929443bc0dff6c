"""Popularity and difficulty of categories: one measure as sorted dots, or two as a scatter."""

from __future__ import annotations

from collections import Counter
from math import log10
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from analyses.common.numbers import GLUE, and_list, between, count, counted, duration, percent
from analyses.figures.theme import FAINT_INK, INK, error_bars, figure, label_rows, time_axis, title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_LABEL_WIDTH: Final = 40
_PAGE: Final = 690
"""Pixels of a scatter on a page of usual width."""
_LETTER, _LINE = 0.57, 1.3
"""Width of a letter and height of a line of a name in a scatter, per size of its font."""
_NAMES: Final = "names"
"""What a scatter calls its names, of which some are drawn."""

MEASURES: Final[dict[str, tuple[str, str, Callable[[float | None], str]]]] = {
    "median_views": ("median_views", "Views, median", count),
    "no_accepted_share": ("no_accepted_share", "Without an accepted answer", percent),
    "no_answer_share": ("no_answer_share", "Without any answer", percent),
    "median_first_answer_minutes": ("median_first_answer", "First answer, median", duration),
    "median_response_minutes": ("median", "Accepted answer, median", duration),
}
"""Column that is drawn, to how its interval's columns begin, its name, and how it is written."""


def category_name(row: Row) -> str:
    """Return a category's own name: that of the leaf, or of an inner one that is not divided."""
    return row.leaf_category or row.inner_category


def told_names(rows: Sequence[Row]) -> dict[Row, str]:
    """Return the name of each category, with its inner one where several have the same name."""
    n = Counter(map(category_name, rows))
    return {
        row: f"{category_name(row)} in {row.inner_category}"
        if row.leaf_category and n[row.leaf_category] > 1
        else category_name(row)
        for row in rows
    }


def category_dots(rows: Sequence[Row], style: Style, measure: str) -> go.Figure:
    """Draw one measure of each category with its interval, from the largest to the smallest.

    Parameters
    ----------
    rows : sequence of Row
        Of `category_measures`, of one set; those without the measure are left out.
    style : Style
    measure : str
        One of `MEASURES`.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace; shares have a linear axis, views and times a logarithmic one.
    """
    start, named, write = MEASURES[measure]
    drawn = sorted(
        (row for row in rows if getattr(row, measure) is not None),
        key=lambda row: (-getattr(row, measure), category_name(row)),
    )
    values = [getattr(row, measure) for row in drawn]
    ends = [
        tuple(
            value if end is None else end
            for end in (getattr(row, f"{start}_ci_low"), getattr(row, f"{start}_ci_high"))
        )
        for row, value in zip(drawn, values, strict=True)
    ]
    is_log = write is not percent
    if is_log:  # a logarithmic axis has no 0
        floor = min((value for pair in ends for value in (*pair, 1) if value > 0), default=1)
        values = [max(value, floor) for value in values]
        ends = [tuple(max(end, floor) for end in pair) for pair in ends]
    named_apart = told_names(drawn)
    parts = [
        f"{named_apart[row]} {write(getattr(row, measure))} (n = {count(row.n_questions)})"
        for row in drawn
    ]
    labels = [_label(row, write(getattr(row, measure))) for row in drawn]
    pixels = 18 + 16 * max((1 + text.count("<br>") for text in labels), default=1)
    chart = figure(
        f"Dot chart of {style.title}, {named.lower()}: {and_list(parts) or 'no category'}.",
        height=int(pixels * (len(drawn) + 0.5)) + 90,
    )
    chart.add_scatter(
        x=values,
        y=list(range(len(drawn))),
        mode="markers",
        marker={"symbol": style.marker, "size": 9, "color": style.colour},
        error_x=error_bars(values, ends, style.colour),
        customdata=[[_hover(row, measure)] for row in drawn],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    above = 16 * labels[0].count("<br>") if labels else 0  # the first label is below the title
    label_rows(chart, labels, 5, t=50 + above)
    every = [value for pair in ends for value in pair]
    low, high = min(every, default=1), max(every, default=1)
    chart.update_xaxes(**_axis(measure, low, high))
    chart.update_layout(title=title(named, note=style.title))
    return chart


def category_scatter(rows: Sequence[Row], style: Style, popular: str, difficult: str) -> go.Figure:
    """Draw popularity against difficulty, a point with its name for each category.

    Parameters
    ----------
    rows : sequence of Row
        Of `category_measures`, of one set; those that lack one of the two are left out.
    style : Style
    popular, difficult : str
        Of `MEASURES`: across and up.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace of markers, with the names for which there is room, those of the
        largest categories first.
    """
    drawn = [
        row
        for row in rows
        if getattr(row, popular) is not None and getattr(row, difficult) is not None
    ]
    names = [MEASURES[measure][1] for measure in (popular, difficult)]
    write = [MEASURES[measure][2] for measure in (popular, difficult)]
    named_apart = told_names(drawn)
    parts = [
        f"{named_apart[row]} {write[0](getattr(row, popular))}"
        f" and {write[1](getattr(row, difficult))}"
        for row in drawn
    ]
    chart = figure(
        f"Scatter chart of the categories of {style.title}, {names[0].lower()} against"
        f" {names[1].lower()}: {and_list(parts) or 'no category'}.",
        height=460,
    )
    axes = []
    for measure in (popular, difficult):
        values = [getattr(row, measure) for row in drawn] or [1]
        axes.append(_axis(measure, min(values), max(values)))
    by_size = sorted(range(len(drawn)), key=lambda one: (-drawn[one].n_questions, one))
    chart.add_scatter(
        x=[max(getattr(row, popular), 1) for row in drawn],
        y=[getattr(row, difficult) for row in drawn],
        mode="markers+text",
        marker={"symbol": style.marker, "size": 9, "color": style.colour},
        meta={_NAMES: [category_name(row) for row in drawn], "by_size": by_size},
        textfont={"size": 11, "color": INK},
        cliponaxis=False,
        customdata=[[_hover(row, popular) + "<br>" + _value(row, difficult)] for row in drawn],
        hovertemplate="%{customdata[0]}<extra></extra>",
    )
    chart.update_xaxes(title={"text": names[0]}, **axes[0])
    chart.update_yaxes(title={"text": names[1]}, **axes[1])
    chart.update_layout(
        hovermode="closest",
        margin={"l": 60, "r": 30, "t": 64, "b": 55},
        title=title(
            style.label, note=f"n{GLUE}={GLUE}{counted(len(drawn), 'category', 'categories')}"
        ),
    )
    place_names(chart, _PAGE)
    return chart


def place_names(chart: go.Figure, width: int) -> None:
    """Write the names for which a scatter of that width has room; other figures stay as they are.

    Parameters
    ----------
    chart : plotly.graph_objects.Figure
        Changed in place: its texts are where they cover neither a point nor each other.
    width : int
        Pixels of the figure.
    """
    for trace in chart.data:
        if not trace.meta or _NAMES not in trace.meta:
            continue
        names = trace.meta[_NAMES]
        places = _places(chart, trace, width)
        trace.text = [name if place else "" for name, place in zip(names, places, strict=True)]
        trace.textposition = [place or "top center" for place in places]


def _places(chart: go.Figure, trace: go.Scatter, width: int) -> list[str | None]:
    """Return where the name of each category stands; None where it would cover another."""
    layout, size = chart.layout, trace.textfont.size
    margin = layout.margin
    across, up = width - margin.l - margin.r, layout.height - margin.t - margin.b

    def pixel(axis: Any, value: float, pixels: float) -> float:
        low, high = axis.range
        value = log10(max(value, 10**low)) if axis.type == "log" else value
        return pixels * (value - low) / (high - low)

    points = [
        (pixel(layout.xaxis, x, across), pixel(layout.yaxis, y, up))
        for x, y in zip(trace.x, trace.y, strict=True)
    ]
    taken = [(x - 5, x + 5, y - 5, y + 5) for x, y in points]
    found: list[str | None] = [None] * len(points)
    for index in trace.meta["by_size"]:
        (x, y), half = points[index], _LETTER * size * len(trace.meta[_NAMES][index]) / 2
        for place, bottom in (("top center", y + 6), ("bottom center", y - 6 - _LINE * size)):
            box = (x - half, x + half, bottom, bottom + _LINE * size)
            is_inside = box[0] > 0 and box[1] < across + margin.r and box[2] > 0
            if is_inside and not any(_overlap(box, other) for other in taken):
                found[index] = place
                taken.append(box)
                break
    return found


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, right, bottom, top) share a pixel."""
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _axis(measure: str, low: float, high: float) -> dict[str, Any]:
    write = MEASURES[measure][2]
    if write is percent:
        room = max(0.03, 0.12 * (high - low))
        return {
            "range": [max(-0.06, low - room), min(1.06, high + room)],
            "tickformat": ".0%",
            "nticks": 6,
        }
    low, high = max(low, 1 / 60) / 1.4, max(high, 1) * 1.4
    if write is duration:
        return time_axis(low, high)
    return {"type": "log", "range": [log10(low), log10(high)], "dtick": "D2", "tickformat": ",~s"}


def _label(row: Row, value: str) -> str:
    inner = f" · {row.inner_category}" if row.leaf_category else ""
    lines = wrap(f"{category_name(row)}{inner}", _LABEL_WIDTH)
    of = f"<span style='color:{FAINT_INK}'>  n{GLUE}={GLUE}{count(row.n_questions)}</span>"
    return "<br>".join(lines) + f"  {value}{of}"


def _value(row: Row, measure: str) -> str:
    start, named, write = MEASURES[measure]
    ends = getattr(row, f"{start}_ci_low"), getattr(row, f"{start}_ci_high")
    interval = f", 95% interval {between(*ends, write)}" if None not in ends else ""
    return f"{named}: {write(getattr(row, measure))}{interval}"


def _hover(row: Row, measure: str) -> str:
    name = f"<b>{category_name(row)}</b>"
    inner = [f"in {row.inner_category}"] if row.leaf_category else []
    n = f"n = {count(row.n_questions)} questions"
    return "<br>".join([name, *inner, n, _value(row, measure)])
