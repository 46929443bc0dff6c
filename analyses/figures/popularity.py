"""Questions and users per year, as counts of one question set and as shares of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count, counted, small_percent
from analyses.figures.theme import (
    FAINT_INK,
    INK,
    figure,
    legend,
    panel_title,
    style_of,
    title,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_MOST_TICKS = 6
_LABELS_TOUCH = 0.12
"""End labels closer than this share of the axis are pushed apart."""


def is_partial(year: int, data_end: date | None) -> bool:
    """Whether the data end inside that year."""
    return (
        data_end is not None and data_end.year == year and (data_end.month, data_end.day) < (12, 31)
    )


def popularity_panel(
    rows: Sequence[Row], style: Style, years: Sequence[int], data_end: date | None = None
) -> go.Figure:
    """Draw questions and users per year of one question set.

    Parameters
    ----------
    rows : sequence of Row
        Of `yearly_popularity`: the years of one question set. A year in `years` without a row is
        drawn as zero.
    years : sequence of int
        All years of the axis, ascending, so that panels beside each other share it.
    data_end : date, optional
        The date on which the data end; the line to a year that is not whole is dotted.

    Returns
    -------
    plotly.graph_objects.Figure
        Traces `questions` and `users` are the points of all years; the lines between them are
        traces of their own, solid for whole years and dotted to one that is cut.
    """
    known = {row.year: row for row in rows}
    shown = list(years) if any(row.n_questions for row in rows) else []
    questions = [known[year].n_questions if year in known else 0 for year in shown]
    users = [known[year].n_users if year in known else 0 for year in shown]
    if all(known[year].n_users is None for year in shown if year in known):
        users = []
    shares = [
        known[year]._asdict().get("question_share") if year in known else None for year in shown
    ]
    panel = figure(_panel_alternative(style, shown, questions, users, data_end), height=280)
    top = max(questions, default=0)
    longest = counted(questions[-1], "question") if questions else ""
    panel.update_layout(
        title=panel_title(style),
        margin={"l": 4, "r": 18 + 7 * len(longest), "t": 58, "b": 8},  # an end label fits
        hovermode="x unified" if shown else False,
    )
    _year_axis(panel, years, data_end)
    panel.update_xaxes(showspikes=False, hoverformat="d")
    panel.update_yaxes(range=[0, max(top, 1) * 1.12], tickformat=",d", nticks=5)
    drawn = (("questions", questions, True), ("users", users, False))
    for name, values, is_main in drawn if users else drawn[:1]:
        line = {"color": style.colour, "width": 2.5 if is_main else 1.5}
        _lines(panel, shown, values, line, name, data_end)
        panel.add_scatter(
            x=shown,
            y=values,
            mode="markers",
            marker={
                "symbol": style.marker if is_main else f"{style.marker}-open",
                "color": style.colour,
                "size": 8 if is_main else 7,
                "line": {"width": 1.5, "color": style.colour},
            },
            customdata=[
                [counted(value, name[:-1]), _note(year, share if is_main else None, data_end)]
                for year, value, share in zip(shown, values, shares, strict=True)
            ],
            hovertemplate="%{customdata[0]}%{customdata[1]}<extra></extra>",
            cliponaxis=False,
            name=name,
        )
    if shown:
        ends = [values[-1] for _, values, _ in drawn if values]
        close = max(ends) - min(ends) < _LABELS_TOUCH * max(top, 1) and len(ends) > 1
        for name, value, shift in zip(("questions", "users"), ends, (8, -8), strict=False):
            panel.add_annotation(
                x=years[-1], y=value, text=counted(value, name[:-1]), showarrow=False,
                xanchor="left", xshift=9, yshift=shift if close else 0,
                font={"color": INK if name == "questions" else FAINT_INK, "size": 12},
            )  # fmt: skip
    else:
        panel.add_annotation(
            text="no questions", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False,
            font={"color": FAINT_INK, "size": 14},
        )  # fmt: skip
    return panel


def popularity_shares(  # noqa: PLR0913 - the last three are by name only
    rows: Sequence[Row],
    known_styles: Mapping[str, Style],
    years: Sequence[int],
    *,
    column: str,
    whole: str,
    data_end: date | None = None,
    is_part: bool = True,
) -> go.Figure:
    """Draw shares per year, one line per question set.

    Parameters
    ----------
    rows : sequence of Row
        Of `yearly_popularity`, the sets in the order of the legend.
    years : sequence of int
        All years of the axis, ascending.
    column : str
        The share: `question_share` or `base_question_share`.
    whole : str
        What it is a share of, such as "all questions".
    data_end : date, optional
        The date on which the data end; the line to a year that is not whole is dotted.
    is_part : bool
        Whether each set is a part of the whole; otherwise the chart calls it a ratio, which may
        exceed 1.

    Returns
    -------
    plotly.graph_objects.Figure
        One `scatter` trace of points per set, named by it, over traces of lines and of the legend.
    """
    by_set: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.year):
        if row.year in years and getattr(row, column) is not None:
            by_set.setdefault(row.question_set, []).append(row)
    ordered = [name for name in dict.fromkeys(row.question_set for row in rows) if name in by_set]
    of = f"of {whole}" if is_part else f"to {whole}"
    parts = "; ".join(
        f"{style_of(name, known_styles).title}: "
        + and_list([f"{row.year} {small_percent(getattr(row, column))}" for row in by_set[name]])
        for name in ordered
    )
    kind = "share" if is_part else "ratio"
    chart = figure(f"Line chart of the {kind} {of} per year. {parts or 'No questions'}.", 330)
    top = max((getattr(row, column) for own in by_set.values() for row in own), default=0)
    for name in ordered:
        own, style = by_set[name], style_of(name, known_styles)
        at, shares = [row.year for row in own], [getattr(row, column) for row in own]
        line = {"color": style.colour, "width": 2.5, "dash": style.dash}
        marker = {"symbol": style.marker, "size": 9, "color": style.colour}
        _lines(chart, at, shares, line, style.label, data_end)
        chart.add_scatter(  # line and marker together, in the legend only
            x=[None], y=[None], mode="lines+markers", line=line, marker=marker, name=style.in_words,
            showlegend=True,
        )  # fmt: skip
        chart.add_scatter(
            x=at,
            y=shares,
            mode="markers",
            marker=marker,
            showlegend=False,
            name=style.in_words,
            customdata=[
                [_share_hover(row, style, column, of, data_end, is_part=is_part)] for row in own
            ],
            hovertemplate="%{customdata[0]}<extra></extra>",
            cliponaxis=False,
        )
    _year_axis(chart, years, data_end)
    chart.update_yaxes(range=[0, max(top, 1e-9) * 1.12], tickformat=_tick_format(top), nticks=5)
    chart.update_layout(
        title=title(f"Of {whole}" if is_part else f"Ratio to {whole}"),
        hovermode="closest",
        showlegend=True,
        legend=legend(-0.2, "top"),
        margin={"l": 4, "r": 18, "t": 40, "b": 8},
    )
    return chart


def _year_axis(chart: go.Figure, years: Sequence[int], data_end: date | None) -> None:
    """Name at most six years, counted back from the last, and the day on which the data end."""
    ticks = list(years)[:: -max(1, -(-len(years) // _MOST_TICKS))][::-1]
    names = [f"{year}<br>to {_day(data_end)}" if is_partial(year, data_end) else str(year)
             for year in ticks]  # fmt: skip
    chart.update_xaxes(
        tickvals=ticks, ticktext=names, tickangle=0, showgrid=False,
        range=[years[0] - 0.35, years[-1] + 0.35] if years else None,
    )  # fmt: skip


def _lines(  # noqa: PLR0913, PLR0917 - the parts of a trace
    chart: go.Figure,
    years: list[int],
    values: list[float],
    line: dict[str, object],
    name: str,
    data_end: date | None,
) -> None:
    """Draw the line of whole years, and a thin dotted step to one that the data cover in part."""
    cut = bool(years) and is_partial(years[-1], data_end)
    whole = slice(None, -1) if cut else slice(None)
    steps = [(whole, line, f"{name}, whole years")]
    if cut:
        thin = {**line, "dash": "dot", "width": 1.2}
        steps.append((slice(-2, None), thin, f"{name}, to a part of a year"))
    for chosen, drawn, named in steps:
        chart.add_scatter(
            x=years[chosen], y=values[chosen], mode="lines", line=drawn, hoverinfo="skip",
            showlegend=False, name=named,
        )  # fmt: skip


def _day(end: date | None) -> str:
    return f"{end:%-d %b}" if end else ""


def _note(year: int, share: float | None, data_end: date | None) -> str:
    notes = []
    if share is not None:
        notes.append(f"{small_percent(share)} of all questions")
    if data_end is not None and is_partial(year, data_end):
        notes.append(f"to {data_end:%-d %B} only")
    return f"<br>   {', '.join(notes)}" if notes else ""


def _panel_alternative(
    style: Style,
    years: Sequence[int],
    questions: Sequence[int],
    users: Sequence[int],
    data_end: date | None,
) -> str:
    if not years:
        return f"Line chart of {style.title}: no questions in any year."
    askers = [f", {counted(user, 'user')}" for user in users] or [""] * len(years)
    values = "; ".join(
        f"{year}: {counted(question, 'question')}{by}"
        for year, question, by in zip(years, questions, askers, strict=True)
    )
    is_cut = data_end is not None and is_partial(years[-1], data_end)
    end = f" The last year runs to {data_end:%-d %B} only." if data_end and is_cut else ""
    what = "questions and users" if users else "questions"
    return f"Line chart of {what} per year, {style.title}. {values}.{end}"


def _tick_format(top: float) -> str:
    return ".0%" if top > 0.05 else ".1%" if top > 0.005 else ".2%" if top > 0.0005 else ".3%"


def _share_hover(  # noqa: PLR0913 - a sentence needs all of its parts
    row: Row, style: Style, column: str, of: str, data_end: date | None, *, is_part: bool
) -> str:
    total = row.n_all_questions if column == "question_share" else row.n_base_questions
    beside = "" if total is None else f"{' of' if is_part else ', beside'} n = {count(total)}"
    text = (
        f"<b>{style.title}</b>, {row.year}<br>{counted(row.n_questions, 'question')}{beside}<br>"
        f"{'' if is_part else 'ratio '}{small_percent(getattr(row, column))} {of}"
    )
    return text + _note(row.year, None, data_end)
