"""RQ1: questions and users a year, one panel a question set, each on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import count, percent
from analyses.figures.theme import FAINT_INK, INK, figure, panel_title

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def year_ticks(years: Sequence[int], data_end: date | None) -> dict[str, list[object]]:
    """Ticks of an axis of years: at most six, the last one named where the data cut it."""
    ticks = _ticks(years)
    return {"tickvals": ticks, "ticktext": [_tick(year, data_end) for year in ticks]}


def popularity_panel(
    rows: Sequence[Row],
    style: Style,
    years: Sequence[int],
    data_end: date | None = None,
) -> go.Figure:
    """Draw questions and users a year of one question set.

    Parameters
    ----------
    rows : sequence of Row
        The years of one question set; a year in `years` without a row had no questions, and is
        drawn as zero.
    style : Style
    years : sequence of int
        All years of the axis, ascending, so that panels beside each other share it.
    data_end : date, optional
        The date on which the data end; a year that it cuts is named and its line dotted.

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
    shares = [known[year].question_share if year in known else None for year in shown]
    cut = bool(shown) and is_partial(shown[-1], data_end)

    panel = figure(
        _alternative(style, shown, questions, users, cut=cut, data_end=data_end), height=280
    )
    top = max(questions, default=0)
    panel.update_layout(
        title=panel_title(style),
        margin={"l": 4, "r": _room_for_labels(questions), "t": 58, "b": 8},
        hovermode="x unified" if shown else False,
    )
    panel.update_xaxes(
        **year_ticks(years, data_end),
        tickangle=0,
        showspikes=False,
        showgrid=False,
        range=[years[0] - 0.35, years[-1] + 0.35] if years else None,
        hoverformat="d",
    )
    panel.update_yaxes(range=[0, max(top, 1) * 1.12], tickformat=",d", nticks=5)
    whole = len(shown) - 1 if cut else len(shown)
    for name, values, is_main in (("questions", questions, True), ("users", users, False)):
        line = {"color": style.colour, "width": 2.5 if is_main else 1.5}
        panel.add_scatter(
            x=shown[:whole],
            y=values[:whole],
            mode="lines",
            line=line,
            hoverinfo="skip",
            name=f"{name}, whole years",
        )
        if cut:
            panel.add_scatter(
                x=shown[-2:],
                y=values[-2:],
                mode="lines",
                line={**line, "dash": "dot"},
                hoverinfo="skip",
                name=f"{name}, to a part of a year",
            )
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
                [count(value), _note(year, share if is_main else None, data_end)]
                for year, value, share in zip(shown, values, shares, strict=True)
            ],
            hovertemplate=f"%{{customdata[0]}} {name}%{{customdata[1]}}<extra></extra>",
            cliponaxis=False,
            name=name,
        )
    if shown:
        _label_ends(panel, years[-1], questions[-1], users[-1], top)
    else:
        panel.add_annotation(
            text="no questions", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False,
            font={"color": FAINT_INK, "size": 14},
        )  # fmt: skip
    return panel


def _ticks(years: Sequence[int]) -> list[int]:
    """At most six years, counted back from the last."""
    if not years:
        return []
    step = -(-len(years) // _MOST_TICKS)
    return list(range(years[-1], years[0] - 1, -step))[::-1]


def _tick(year: int, data_end: date | None) -> str:
    cut = data_end is not None and is_partial(year, data_end)
    return f"{year}<br>to {data_end:%-d %b}" if cut else str(year)


def _room_for_labels(questions: Sequence[int]) -> int:
    """Pixels for the longest end label, right of the last year."""
    longest = f"{count(questions[-1])} questions" if questions else ""
    return 18 + 7 * len(longest)


def _note(year: int, share: float | None, data_end: date | None) -> str:
    notes = []
    if share is not None:
        notes.append(f"{_small_percent(share)} of all questions")
    if data_end is not None and is_partial(year, data_end):
        notes.append(f"to {data_end:%-d %B} only")
    return f"<br>   {', '.join(notes)}" if notes else ""


def _small_percent(share: float) -> str:
    return "under 0.1%" if 0 < share < 0.0005 else percent(share)


def _label_ends(panel: go.Figure, year: int, questions: int, users: int, top: int) -> None:
    close = abs(questions - users) < _LABELS_TOUCH * max(top, 1)
    for name, value, shift in (("questions", questions, 8), ("users", users, -8)):
        panel.add_annotation(
            x=year,
            y=value,
            text=f"{count(value)} {name}",
            showarrow=False,
            xanchor="left",
            xshift=9,
            yshift=shift if close else 0,
            font={"color": INK if name == "questions" else FAINT_INK, "size": 12},
        )


def _alternative(  # noqa: PLR0913 - a sentence needs all of its parts
    style: Style,
    years: Sequence[int],
    questions: Sequence[int],
    users: Sequence[int],
    *,
    cut: bool,
    data_end: date | None,
) -> str:
    if not years:
        return f"Line chart of {style.title}: no questions in any year."
    values = "; ".join(
        f"{year}: {count(question)} questions, {count(user)} users"
        for year, question, user in zip(years, questions, users, strict=True)
    )
    end = f" The last year runs to {data_end:%-d %B} only." if cut and data_end else ""
    return f"Line chart of questions and users a year, {style.title}. {values}.{end}"
