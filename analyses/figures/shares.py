"""RQ1: what share of the questions of a year a set is, of all questions or of its base set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count
from analyses.figures.popularity import is_partial, year_ticks
from analyses.figures.theme import INK, figure, style_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row

_HEIGHT = 330


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
    """Draw shares a year, one line a question set.

    Parameters
    ----------
    rows : sequence of Row
        The sets in the order of the legend.
    known_styles : mapping of str to Style
    years : sequence of int
        All years of the axis, ascending.
    column : str
        The share: `question_share` or `base_question_share`.
    whole : str
        What it is a share of, as "all questions".
    data_end : date, optional
        The date on which the data end; the last step to a year that it cuts is dotted.
    is_part : bool
        Whether each set is a part of the whole; else what is drawn is a ratio to it, which may
        exceed 1, and is called that.

    Returns
    -------
    plotly.graph_objects.Figure
        A `scatter` trace of points a set, named by it, over traces of lines.
    """
    by_set = {
        name: [
            row
            for row in sorted(rows, key=lambda row: row.year)
            if row.question_set == name and row.year in years and getattr(row, column) is not None
        ]
        for name in dict.fromkeys(row.question_set for row in rows)
    }
    by_set = {name: own for name, own in by_set.items() if own}
    name_of_whole = f"of {whole}" if is_part else f"to {whole}"
    chart = figure(_alternative(by_set, known_styles, column, name_of_whole), _HEIGHT)
    top = max((getattr(row, column) for own in by_set.values() for row in own), default=0)
    for name, own in by_set.items():
        style = style_of(name, known_styles)
        shares = [getattr(row, column) for row in own]
        at = [row.year for row in own]
        cut = is_partial(at[-1], data_end)
        n_whole = len(at) - 1 if cut else len(at)
        line = {"color": style.colour, "width": 2.5}
        chart.add_scatter(
            x=at[:n_whole], y=shares[:n_whole], mode="lines", line=line, hoverinfo="skip",
            showlegend=False, name=f"{style.label}, whole years",
        )  # fmt: skip
        if cut:
            chart.add_scatter(
                x=at[-2:], y=shares[-2:], mode="lines", line={**line, "dash": "dot"},
                hoverinfo="skip", showlegend=False, name=f"{style.label}, to a part of a year",
            )  # fmt: skip
        chart.add_scatter(
            x=at,
            y=shares,
            mode="markers",
            marker={"symbol": style.marker, "size": 9, "color": style.colour},
            name=style.label + (" (candidates)" if style.is_candidate_set else ""),
            customdata=[[_hover(row, style, column, name_of_whole, data_end)] for row in own],
            hovertemplate="%{customdata[0]}<extra></extra>",
            cliponaxis=False,
            showlegend=True,
        )
    ticks = year_ticks(years, data_end)
    chart.update_xaxes(
        **ticks, tickangle=0, showgrid=False,
        range=[years[0] - 0.35, years[-1] + 0.35] if years else None,
    )  # fmt: skip
    chart.update_yaxes(range=[0, max(top, 1e-9) * 1.12], tickformat=_tick_format(top), nticks=5)
    chart.update_layout(
        title={
            "text": f"Of {whole}" if is_part else f"Ratio to {whole}",
            "font": {"size": 16, "color": INK, "weight": 700},
            "x": 0, "xref": "container", "y": 1, "yanchor": "top", "pad": {"t": 4},
        },
        hovermode="closest",
        showlegend=True,
        legend={
            "orientation": "h", "x": 0, "xanchor": "left", "y": -0.2, "yanchor": "top",
            "font": {"size": 12.5, "color": INK}, "itemclick": False, "itemdoubleclick": False,
            "bgcolor": "rgba(0,0,0,0)",
        },
        margin={"l": 4, "r": 18, "t": 40, "b": 8},
    )  # fmt: skip
    return chart


def share_text(share: float) -> str:
    """Write a share with three significant digits: those of a whole site are small."""
    value = 100 * share
    return f"{value:.3g}%" if value < 1 else f"{value:.1f}%"


def _tick_format(top: float) -> str:
    return ".0%" if top > 0.05 else ".1%" if top > 0.005 else ".2%" if top > 0.0005 else ".3%"


def _hover(row: Row, style: Style, column: str, whole: str, data_end: date | None) -> str:
    of_all = column == "question_share"
    total = row.n_all_questions if of_all else row.n_base_questions
    is_part = whole.startswith("of ")
    beside = "" if total is None else f"{' of' if is_part else ', beside'} n = {count(total)}"
    text = (
        f"<b>{style.title}</b>, {row.year}<br>{count(row.n_questions)} questions{beside}<br>"
        f"{'' if is_part else 'ratio '}{share_text(getattr(row, column))} {whole}"
    )
    if data_end is not None and is_partial(row.year, data_end):
        text += f"<br>to {data_end:%-d %B} only"
    return text


def _alternative(
    by_set: Mapping[str, Sequence[Row]],
    known_styles: Mapping[str, Style],
    column: str,
    whole: str,
) -> str:
    parts = []
    for name, own in by_set.items():
        values = [f"{row.year} {share_text(getattr(row, column))}" for row in own]
        parts.append(f"{style_of(name, known_styles).title}: {and_list(values)}")
    if not parts:
        return f"Line chart of shares {whole}: no questions."
    kind = "share" if whole.startswith("of ") else "ratio"
    return f"Line chart of the {kind} {whole} a year. {'; '.join(parts)}."
