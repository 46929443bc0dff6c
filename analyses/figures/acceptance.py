"""Shares of questions with or without an accepted answer, each with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyses.common.numbers import and_list, between, count, counted, percent
from analyses.figures.theme import (
    error_bars,
    figure,
    label_rows,
    legend,
    row_label,
    style_of,
    title,
)
from analyses.statistics.proportions import proportion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_ROW_PIXELS = 62

_LEAST = 10
"""A share of fewer questions is not drawn: its point would be chance."""


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
        f" {counted(row.n_questions, 'question')}"
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
            error_x=error_bars([share], [(low, high)], style.colour, thickness=2.5, width=5),
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


def yearly_acceptance_lines(
    rows: Sequence[Row], known_styles: Mapping[str, Style], column: str
) -> go.Figure:
    """Draw a share by the year asked, one line per set, each point in its 95% interval.

    Parameters
    ----------
    rows : sequence of Row
        Of `yearly_acceptance`; years of fewer than 10 questions are left out.
    known_styles : mapping of str to Style
    column : str
        `no_accepted_share` or `accepted_within_30d_share`.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace per set.
    """
    within = column == "accepted_within_30d_share"
    n_column = "n_observed_30d" if within else "n_questions"
    name = "accepted within 30 days" if within else "without an accepted answer"
    known = [row for row in rows if getattr(row, n_column) >= _LEAST]
    sets = {one: [row for row in known if row.question_set == one] for one in
            dict.fromkeys(row.question_set for row in known)}  # fmt: skip
    parts = "; ".join(
        f"{style_of(one, known_styles).title}: "
        + and_list([f"{row.year} {percent(getattr(row, column))}" for row in own])
        for one, own in sets.items()
    )
    chart = figure(f"Line chart of the share {name} by year asked. {parts or 'No questions'}.", 330)
    for place, (one, own) in enumerate(sets.items()):
        style = style_of(one, known_styles)
        own.sort(key=lambda row: row.year)
        shares = [getattr(row, column) for row in own]
        limits = [
            tuple(getattr(row, f"{column}_ci_{end}") for end in ("low", "high")) for row in own
        ]
        chart.add_scatter(
            x=[row.year + 0.06 * place for row in own],  # intervals beside each other
            y=shares,
            error_y=error_bars(shares, limits, style.colour),
            mode="lines+markers",
            line={"color": style.colour, "width": 2, "dash": style.dash},
            marker={"symbol": style.marker, "size": 9, "color": style.colour},
            name=style.in_words,
            customdata=[
                [
                    "<br>".join(
                        (
                            f"<b>{style.title}</b>, {row.year}",
                            f"{percent(share)} {name}",
                            f"95% interval {between(low, high, percent)}",
                            f"n = {count(getattr(row, n_column))}",
                        )
                    )
                ]
                for row, share, (low, high) in zip(own, shares, limits, strict=True)
            ],
            hovertemplate="%{customdata[0]}<extra></extra>",
            showlegend=True,
        )
    years = sorted({row.year for row in known})
    chart.update_xaxes(tickvals=years, ticktext=[str(year) for year in years], showgrid=False)
    chart.update_yaxes(range=[0, 1.02], tickformat=".0%", nticks=6)
    chart.update_layout(
        title=title(name[0].upper() + name[1:]),
        hovermode="closest",
        showlegend=True,
        legend=legend(-0.2, "top"),
        margin={"l": 4, "r": 18, "t": 40, "b": 8},
    )
    return chart
