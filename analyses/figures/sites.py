"""When people ask on a site: hours of the week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from analyses.common.numbers import count, counted
from analyses.figures.theme import figure, title, translucent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from analyses.warehouse.tables import Row

_DAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_COLOUR: Final = "#0072B2"


def hours_of_week(rows: Sequence[Row], site: str) -> go.Figure:
    """Draw how many questions were asked in each hour of the week.

    Parameters
    ----------
    rows : sequence of Row
        Of `site_hours`: those of one site, all 168 of them.
    site : str

    Returns
    -------
    plotly.graph_objects.Figure
        One `heatmap` trace: x the hour, y the weekday, z the questions; darker is more.
    """
    counts = [[0] * 24 for _ in _DAYS]
    for row in rows:
        counts[row.weekday - 1][row.hour_of_day] = row.n_questions
    by_day = [sum(hours) for hours in counts]
    by_hour = [sum(hours) for hours in zip(*counts, strict=True)]
    busiest, top = max(range(7), key=by_day.__getitem__), max(range(24), key=by_hour.__getitem__)
    chart = figure(
        f"Heat map of the questions of {site} by weekday and hour in UTC. Most on"
        f" {_DAYS[busiest]} ({count(by_day[busiest])}) and from {top}:00"
        f" ({count(by_hour[top])}).",
        height=280,
    )
    chart.add_heatmap(
        x=list(range(24)),
        y=[day[:3] for day in _DAYS],
        z=counts,
        zmin=0,
        colorscale=[[0, translucent(_COLOUR, 0.04)], [1, _COLOUR]],
        showscale=False,
        xgap=1,
        ygap=1,
        customdata=[
            [f"<b>{day}, {hour}:00 to {hour + 1}:00</b><br>{counted(n, 'question')}"
             for hour, n in enumerate(hours)]
            for day, hours in zip(_DAYS, counts, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    chart.update_layout(title=title(site), margin={"l": 8, "r": 8, "t": 40, "b": 8})
    chart.update_xaxes(
        tickvals=[0, 6, 12, 18, 23], ticktext=["0:00", "6:00", "12:00", "18:00", "23:00"],
        showgrid=False,
    )  # fmt: skip
    chart.update_yaxes(autorange="reversed", showgrid=False)
    return chart
