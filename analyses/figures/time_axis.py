"""A logarithmic axis of minutes that speaks in seconds, hours, days, months and years."""

from __future__ import annotations

from math import log10

MINUTE, HOUR, DAY, MONTH, YEAR = 1, 60, 24 * 60, 30 * 24 * 60, 365 * 24 * 60
_TICKS = {
    1 / 60: "1 s",
    1 / 6: "10 s",
    MINUTE: "1 min",
    10: "10 min",
    HOUR: "1 h",
    6 * HOUR: "6 h",
    DAY: "1 d",
    7 * DAY: "1 wk",
    MONTH: "1 mo",
    YEAR: "1 y",
    10 * YEAR: "10 y",
}
_LABELLED = (1 / 60, MINUTE, HOUR, DAY, MONTH, YEAR, 10 * YEAR)


def time_axis(floor: float, top: float) -> dict[str, object]:
    """Make the x axis of a figure logarithmic, from `floor` to `top` minutes.

    Parameters
    ----------
    floor, top : float
        Minutes, above zero: a logarithmic axis has no zero.

    Returns
    -------
    dict
        For `plotly.graph_objects.Figure.update_xaxes`.
    """
    ticks = [value for value in _TICKS if floor <= value <= top * 1.2]
    return {
        "type": "log",
        "range": [log10(floor) - 0.03, log10(top) + 0.08],
        "tickvals": ticks,
        "ticktext": [_TICKS[value] if value in _LABELLED else "" for value in ticks],
        "tickfont": {"size": 13},
        "ticklabeloverflow": "allow",
        "showline": True,
    }
