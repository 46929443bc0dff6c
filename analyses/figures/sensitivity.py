"""What hangs on how the rules are read: every variant of a topic's rules as a dot on a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, duration, percent
from analyses.figures.theme import INK, figure, style_of, translucent
from analyses.figures.time_axis import MINUTE, time_axis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 64
_MATCHES = {"token": "between spaces", "word": "whole words", "substring": "also inside words"}
_SCOPES = {"title": "title", "title_body": "title and body"}
_CODES = {
    "kept": "code kept",
    "blocks_dropped": "code blocks left out",
    "all_dropped": "all code left out",
}


@dataclass(frozen=True)
class Measure:
    """What a panel shows of each variant.

    Attributes
    ----------
    column : str
        Of `rule_sensitivity`.
    label : str
    said : callable
        Writes a value.
    """

    column: str
    label: str
    said: Callable[[float | None], str]


MEASURES = (
    Measure("n_questions", "Questions", count),
    Measure("no_accepted_share", "Without an accepted answer", percent),
    Measure("median_response_minutes", "Median time to the accepted answer", duration),
)


def variant_in_words(row: Row) -> str:
    """Say how a variant reads the rules."""
    parts = [
        names.get(value, value)
        for names, value in ((_SCOPES, row.scope), (_MATCHES, row.match), (_CODES, row.code))
        if value
    ]
    return ", ".join(parts) or "each rule as it is defined"


def sensitivity_strips(
    rows: Sequence[Row], known_styles: Mapping[str, Style], measure: Measure
) -> go.Figure:
    """Draw one measure of every variant, a topic a row; the study's own reading is filled.

    Parameters
    ----------
    rows : sequence of Row
        The sets in the order from top to bottom.
    known_styles : mapping of str to Style
    measure : Measure
        One of `MEASURES`.

    Returns
    -------
    plotly.graph_objects.Figure
        Two `scatter` traces a set: the other variants, and the study's own.
    """
    known = [row for row in rows if getattr(row, measure.column) is not None]
    names = list(dict.fromkeys(row.question_set for row in rows))
    is_time = measure.column.endswith("_minutes")
    chart = figure(
        _alternative(known, known_styles, measure), height=_ROW_PIXELS * max(len(names), 1) + 66
    )
    for place, name in enumerate(names):
        style = style_of(name, known_styles)
        own = [row for row in known if row.question_set == name]
        for is_study in (False, True):
            chosen = [row for row in own if bool(row.is_study_variant) is is_study]
            values = [getattr(row, measure.column) for row in chosen]
            chart.add_scatter(
                x=[max(value, MINUTE / 60) for value in values] if is_time else values,
                y=[place] * len(chosen),
                mode="markers",
                marker={
                    "symbol": style.marker,
                    "size": 13 if is_study else 11,
                    "color": style.colour if is_study else translucent(style.colour, 0.22),
                    "line": {"width": 1, "color": style.colour},
                },
                name=f"{style.label}, {'as studied' if is_study else 'other readings'}",
                customdata=[[_hover(row, style)] for row in chosen],
                hovertemplate="%{customdata[0]}<extra></extra>",
            )
        chart.add_annotation(
            x=0, xref="paper", xanchor="left", xshift=-12, y=place, yshift=_ROW_PIXELS * 0.33,
            text=f"<b>{style.label}</b>{' (candidates)' if style.is_candidate_set else ''}",
            showarrow=False, font={"size": 13, "color": INK},
        )  # fmt: skip
    chart.update_yaxes(
        range=[len(names) - 0.6, -0.72],
        showticklabels=False, showgrid=False, ticks="", showline=False,
    )  # fmt: skip
    chart.update_layout(
        title={
            "text": measure.label, "font": {"size": 13, "color": INK},
            "x": 0, "xref": "container", "y": 1, "yanchor": "top", "pad": {"t": 4},
        },
        hovermode="closest", hoverdistance=20, margin={"l": 12, "r": 18, "t": 32, "b": 8},
    )  # fmt: skip
    values = [getattr(row, measure.column) for row in known]
    if is_time:
        top = max([*values, 60])
        low = min([*values, top])
        chart.update_xaxes(time_axis(60 if low >= 60 else MINUTE if low >= 1 else 1 / 60, top * 2))
    else:
        _linear(chart, values, is_share=measure.column.endswith("_share"))
    return chart


def _linear(chart: go.Figure, values: Sequence[float], *, is_share: bool) -> None:
    low, high = (min(values), max(values)) if values else (0, 1)
    room = max(0.06 * (high - low), 0.01 if is_share else 1)
    chart.update_xaxes(
        range=[low - room, high + room] if is_share else [-room, high + room],
        tickformat=".0%" if is_share else ",d",
        nticks=5,
        tickfont={"size": 13},
        showline=True,
    )


def _hover(row: Row, style: Style) -> str:
    own = " (as studied)" if row.is_study_variant else ""
    lines = [
        f"<b>{style.title}</b>{own}",
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
        text = (
            f"{style_of(name, known_styles).title} from {measure.said(min(values))} to"
            f" {measure.said(max(values))} over {count(len(values))} readings"
        )
        parts.append(text + (f", {measure.said(studied[0])} as studied" if studied else ""))
    if not parts:
        return f"Dot chart of {measure.label.lower()}: no variant."
    return f"Dot chart of {measure.label.lower()} by reading of the rules: {and_list(parts)}."
