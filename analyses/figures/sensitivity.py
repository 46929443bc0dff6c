"""What depends on how the rules are read: every variant of a topic's rules as a dot on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from analyses.common.numbers import and_list, count, duration, percent
from analyses.figures.theme import (
    FAINT_INK,
    MINUTE,
    figure,
    label_rows,
    legend,
    row_label,
    style_of,
    time_axis,
    title,
    translucent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_LANE_PIXELS, _LABEL_PIXELS = 20, 38
_MARKERS: Final = {"token": "circle", "word": "square", "substring": "triangle-up", None: "diamond"}
"""How words are matched."""
_LANES: Final = {
    ("title", None): "title",
    ("title_body", "kept"): "and body",
    ("title_body", "blocks_dropped"): "no code blocks",
    ("title_body", "all_dropped"): "no code at all",
    (None, None): "as defined",
}
"""What is searched: one line of a topic's marks each."""
_LANE_LABELS: Final = 104
"""Pixels that their names take."""
_WORDS: Final = {
    "title": "title",
    "title_body": "title and body",
    "token": "between spaces",
    "word": "whole words",
    "substring": "also inside words",
    "kept": "code kept",
    "blocks_dropped": "code blocks left out",
    "all_dropped": "all code left out",
}


class Measure(NamedTuple):
    """What a panel shows: a column of `rule_sensitivity`, its label, and how to write it."""

    column: str
    label: str
    write: Callable[[float | None], str]


MEASURES: Final = (
    Measure("n_questions", "Questions", count),
    Measure("no_accepted_share", "Without an accepted answer", percent),
    Measure("median_response_minutes", "Median time to the accepted answer", duration),
)


def variant_in_words(row: Row) -> str:
    """Say how a variant reads the rules."""
    parts = [_WORDS.get(value, value) for value in (row.scope, row.match, row.code) if value]
    return ", ".join(parts) or "each rule as it is defined"


def sensitivity_strips(
    rows: Sequence[Row], known_styles: Mapping[str, Style], measure: Measure
) -> go.Figure:
    """Draw one measure of every variant; where and how it reads is a mark's line and its shape.

    Parameters
    ----------
    rows : sequence of Row
        Of `rule_sensitivity`, the sets in the order from top to bottom.
    measure : Measure
        One of `MEASURES`.

    Returns
    -------
    plotly.graph_objects.Figure
        Two `scatter` traces per set: the other variants, and the study's own, which is filled; then
        one per shape for the legend.
    """
    known = [row for row in rows if getattr(row, measure.column) is not None]
    names = list(dict.fromkeys(row.question_set for row in rows))
    is_time = measure.column.endswith("_minutes")
    lanes = [lane for lane in _LANES if any(_lane(row) == lane for row in rows)]
    pixels = _LABEL_PIXELS + _LANE_PIXELS * len(lanes)
    chart = figure(
        _alternative(known, known_styles, measure), height=pixels * max(len(names), 1) + 110
    )
    step = _LANE_PIXELS / pixels
    for place, name in enumerate(names):
        style = style_of(name, known_styles)
        for nth, lane in enumerate(lanes):
            chart.add_annotation(
                x=0, xref="paper", xanchor="right", xshift=-10, y=place + nth * step,
                text=_LANES[lane], showarrow=False, font={"size": 11, "color": FAINT_INK},
            )  # fmt: skip
        for is_study in (False, True):
            chosen = [
                row
                for row in known
                if row.question_set == name and bool(row.is_study_variant) is is_study
            ]
            values = [getattr(row, measure.column) for row in chosen]
            chart.add_scatter(
                x=[max(value, MINUTE / 60) for value in values] if is_time else values,
                y=[place + lanes.index(_lane(row)) * step for row in chosen],
                mode="markers",
                marker={
                    "symbol": [_MARKERS.get(row.match, "diamond") for row in chosen],
                    "size": 13 if is_study else 11,
                    "color": style.colour if is_study else translucent(style.colour, 0.22),
                    "line": {"width": 1, "color": style.colour},
                },
                name=f"{style.label}, {'as studied' if is_study else 'other readings'}",
                showlegend=False,
                customdata=[[_hover(row, style)] for row in chosen],
                hovertemplate="%{customdata[0]}<extra></extra>",
            )
    for match in dict.fromkeys(row.match for row in rows if row.match):
        chart.add_scatter(
            x=[None], y=[None], mode="markers", name=_WORDS[match], showlegend=True,
            marker={"symbol": _MARKERS[match], "size": 11, "color": FAINT_INK},
        )  # fmt: skip
    labels = [row_label(style_of(name, known_styles)) for name in names]
    label_rows(chart, labels, 12, t=32, r=18, l=_LANE_LABELS)
    for one in chart.layout.annotations:
        if one.xanchor == "left":
            one.xshift = -_LANE_LABELS
    chart.update_yaxes(range=[len(names) - 1 + len(lanes) * step, -_LABEL_PIXELS / pixels])
    chart.update_layout(
        title=title(measure.label, 13),
        showlegend=True,
        legend=legend(-34 / (pixels * max(len(names), 1)), "top"),
    )
    values = [getattr(row, measure.column) for row in known]
    if is_time:
        top = max([*values, 60])
        low = min([*values, top])
        chart.update_xaxes(time_axis(60 if low >= 60 else MINUTE if low >= 1 else 1 / 60, top * 2))
    else:
        is_share = measure.column.endswith("_share")
        low, high = (min(values), max(values)) if values else (0, 1)
        room = max(0.06 * (high - low), 0.01 if is_share else 1)
        chart.update_xaxes(
            range=[low - room, high + room] if is_share else [-room, high + room],
            tickformat=".0%" if is_share else ",d",
            nticks=5,
        )
    return chart


def _lane(row: Row) -> tuple[str | None, str | None]:
    lane = row.scope, row.code
    return lane if lane in _LANES else (row.scope, None) if row.scope == "title" else (None, None)


def _hover(row: Row, style: Style) -> str:
    lines = [
        f"<b>{style.title}</b>{' (as studied)' if row.is_study_variant else ''}",
        variant_in_words(row),
        f"n = {count(row.n_questions)} questions",
    ]
    if row.no_accepted_share is not None:
        lines.append(f"{100 * row.no_accepted_share:.2f}% without an accepted answer")
    if row.median_response_minutes is not None:
        lines.append(f"median {duration(row.median_response_minutes)}")
    return "<br>".join(lines)


def _alternative(known: Sequence[Row], known_styles: Mapping[str, Style], measure: Measure) -> str:
    parts = []
    for name in dict.fromkeys(row.question_set for row in known):
        own = [row for row in known if row.question_set == name]
        values = [getattr(row, measure.column) for row in own]
        studied = [getattr(row, measure.column) for row in own if row.is_study_variant]
        parts.append(
            f"{style_of(name, known_styles).title} from {measure.write(min(values))} to"
            f" {measure.write(max(values))} over {count(len(values))} readings"
            + (f", {measure.write(studied[0])} as studied" if studied else "")
        )
    return (
        f"Dot chart of {measure.label.lower()} by reading of the rules:"
        f" {and_list(parts) or 'no reading'}."
    )
