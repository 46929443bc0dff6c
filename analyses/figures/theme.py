"""The look of every figure: a colour and a marker per question set, one font, one grid, axes."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Any, Final

import plotly.graph_objects as go

from analyses.common.numbers import GLUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analyses.warehouse.tables import Row

# Okabe and Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/; grey in place of
# its black, which a dark page would swallow.
GREEN, VERMILION, GREY = "#009E73", "#D55E00", "#999999"
_OF_KIND: Final = {
    "base": ("#56B4E9", "triangle-down", "11px,3px,2px,3px,2px,3px"),
    "scope": (GREY, "x", "3px,2px"),
    "union": ("#CC79A7", "pentagon", "13px,4px"),
    "baseline": ("#E69F00", "diamond", "11px,3px,2px,3px"),
}
_SCALE: Final = (
    # Okabe and Ito's other colours; its yellow cannot be seen on white
    "#0072B2", VERMILION, GREEN,
    # those farthest from all before, also for people who see no red or no green (Machado, Oliveira
    # and Fernandes 2009), among the ones that stand out from a white page and from a dark one
    "#6633BB", "#993322", "#66BB66", "#883366", "#0077FF", "#6699FF", "#991188",
)  # fmt: skip
_MARKERS: Final = ("circle", "square", "triangle-up", "cross", "star", "hexagon", "hourglass")
_DASHES: Final = ("solid", "8px,4px", "2px,3px", "6px,3px,2px,3px", "5px,2px")
"""Short enough for two of each in the legend."""

INK = "#1d232b"
FAINT_INK = "#5d6773"
GRID = "#e3e6ea"
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial,"
    " sans-serif"
)

CANDIDATES = "candidates: not inspected by hand"

MINUTE, HOUR, DAY, MONTH, YEAR = 1, 60, 24 * 60, 30 * 24 * 60, 365 * 24 * 60
_TICKS: Final = {
    1 / 60: "1 s", 1 / 6: "10 s", MINUTE: "1 min", 10: "10 min", HOUR: "1 h", 6 * HOUR: "6 h",
    DAY: "1 d", 7 * DAY: "1 wk", MONTH: "1 mo", YEAR: "1 yr", 10 * YEAR: "10 yr",
}  # fmt: skip

_LETTER: Final = 0.57
"""Width of a letter, per size of its font."""
_TICK_LABELS: Final = 40
"""Pixels that the labels of a y axis take."""

LEFT = 16
"""Pixels left of a figure's first gridline, where the labels of its rows begin."""


@dataclass(frozen=True)
class Style:
    """How one question set is drawn, in every figure.

    Attributes
    ----------
    label : str
        Its name for people.
    marker, dash : str
        Plotly's marker symbol and dash of a line, so that colour is never the only difference.
    is_candidate_set : bool
        Whether its members still need to be inspected by hand.
    """

    label: str
    colour: str
    marker: str
    is_candidate_set: bool
    dash: str = "solid"

    @property
    def in_words(self) -> str:
        """The label as part of a sentence or a legend."""
        return f"{self.label} (candidates)" if self.is_candidate_set else self.label

    @property
    def questions(self) -> str:
        """Its questions, in a sentence, for a label such as `Docker` or `Other questions`."""
        noun = "" if self.in_words.lower().endswith("questions") else " questions"
        return self.in_words + noun

    @property
    def title(self) -> str:
        """The label, marked if the set holds candidates only."""
        return f"{self.label} ({CANDIDATES})" if self.is_candidate_set else self.label


def styles(question_sets: Iterable[Row]) -> dict[str, Style]:
    """Give each question set of a study its colour, marker and dash.

    The first base set, searched set, union and baseline have their own, whatever the study. All
    other sets take the colours of one scale, by position: ten sets differ by colour, thirty-five in
    grey print by marker and dash together, seventy by all three.

    Parameters
    ----------
    question_sets : iterable of Row
        Of the table `question_sets`.

    Returns
    -------
    dict of str to Style
        By name, in the order of the sets' positions.
    """
    reserved = dict(_OF_KIND)
    others = 0
    result = {}
    for one in sorted(question_sets, key=lambda one: (one.position, one.question_set)):
        if one.kind in reserved:
            colour, marker, dash = reserved.pop(one.kind)
        else:
            colour, marker, dash = (
                scale[others % len(scale)] for scale in (_SCALE, _MARKERS, _DASHES)
            )
            others += 1
        result[one.question_set] = Style(
            one.label, colour, marker, bool(one.is_candidate_set), dash
        )
    return result


def style_of(name: str, known: Mapping[str, Style]) -> Style:
    """Return the style of a set; an unknown one is grey and called by its own name."""
    return known.get(name) or Style(name.replace("_", " "), GREY, "x", is_candidate_set=False)


def figure(alternative: str, height: int) -> go.Figure:
    """Make an empty figure in the house's look.

    Parameters
    ----------
    alternative : str
        What the figure shows, for people who cannot see it; kept as ``layout.meta["alternative"]``.
    height : int
        Pixels; the width is that of its container.
    """
    axis = {
        "gridcolor": GRID,
        "linecolor": FAINT_INK,
        "tickcolor": FAINT_INK,
        "tickfont": {"color": FAINT_INK},
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "title": {"font": {"color": FAINT_INK, "size": 12}},
    }
    return go.Figure(
        layout={
            "template": "none",
            "meta": {"alternative": alternative},
            "height": height,
            "autosize": True,
            "font": {"family": FONT, "size": 12, "color": INK},
            "paper_bgcolor": "#ffffff",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": INK,
                "bordercolor": INK,
                "font": {"color": "#ffffff", "family": FONT, "size": 13},
                "align": "left",
            },
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def alternative_of(drawn: go.Figure) -> str:
    """Return the text alternative of a figure made here."""
    return drawn.layout.meta["alternative"]


def title(text: str, size: int = 16, note: str = "") -> dict[str, object]:
    """Return the title of a panel, at its upper left, with a note in small letters below."""
    return {
        "text": f"<b>{text}</b>",
        "subtitle": {"text": note, "font": {"size": 12, "color": FAINT_INK}},
        "font": {"size": size, "color": INK},
        "x": 0,
        "xref": "container",
        "y": 1,
        "yanchor": "top",
        "pad": {"t": 4},
    }


def panel_title(style: Style) -> dict[str, object]:
    """Return the title of a panel that shows one question set; candidates are marked below it."""
    return title(style.label, note=CANDIDATES if style.is_candidate_set else "")


def legend(y: float, yanchor: str) -> dict[str, object]:
    """Return a legend in rows above or below a figure, in which a click hides nothing."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": y,
        "yanchor": yanchor,
        "font": {"size": 13, "color": INK},
        "itemclick": False,
        "itemdoubleclick": False,
        "bgcolor": "rgba(0,0,0,0)",
    }


def label_rows(chart: go.Figure, labels: list[str], lift: int, **margin: int) -> None:
    """Lay a figure out in rows, the first on top, each with its label above what it shows.

    Parameters
    ----------
    chart : plotly.graph_objects.Figure
        Changed in place; row `n` is at y = `n`.
    labels : list of str
        In Plotly's markup.
    lift : int
        Pixels from the middle of a row up to its label.
    **margin : int
        Pixels at the sides that differ from the usual: ``t=32``.
    """
    for place, label in enumerate(labels):
        chart.add_annotation(
            x=0, xref="paper", xanchor="left", xshift=-LEFT, y=place, yanchor="bottom", yshift=lift,
            text=label, showarrow=False, align="left", font={"size": 13, "color": INK},
        )  # fmt: skip
    chart.update_yaxes(
        range=[len(labels) - 0.55, -0.7],
        showticklabels=False, showgrid=False, ticks="", showline=False,
    )  # fmt: skip
    chart.update_xaxes(tickfont={"size": 13}, showline=True)
    chart.update_layout(
        hovermode="closest",
        hoverdistance=30,
        margin={"l": LEFT, "r": 22, "t": 8, "b": 8} | margin,
    )


def row_label(style: Style, value: str = "", n: str = "") -> str:
    """Return the label of a set's row: its name, its value, and its n."""
    of = f"<span style='color:{FAINT_INK}'>  n{GLUE}={GLUE}{n}</span>" if n else ""
    return f"<b>{style.label}</b>{' (candidates)' if style.is_candidate_set else ''}  {value}{of}"


def error_bars(
    values: Iterable[float],
    ends: Iterable[tuple[float, float]],
    colour: str,
    *,
    thickness: float = 1.5,
    width: int = 3,
) -> dict[str, object]:
    """Return intervals around values, for `error_x` or `error_y` of a trace."""
    known = list(zip(values, ends, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for value, (_, high) in known],
        "arrayminus": [value - low for value, (low, _) in known],
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def time_axis(floor: float, top: float) -> dict[str, Any]:
    """Make a logarithmic x axis of minutes, labelled in seconds, hours, days, months and years.

    Parameters
    ----------
    floor, top : float
        Its ends in minutes, above zero: a logarithmic axis has no zero.

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
        "ticktext": [_TICKS[value] for value in ticks],
        "tickfont": {"size": 13},
        "tickangle": 0,
        "ticklabeloverflow": "allow",
        "showline": True,
    }


def thin_ticks(chart: go.Figure, width: int) -> None:
    """Leave out the named ticks of an x axis whose names would touch, the last of all first kept.

    Parameters
    ----------
    chart : plotly.graph_objects.Figure
        Changed in place.
    width : int
        Pixels of the figure.
    """
    axis, margin = chart.layout.xaxis, chart.layout.margin
    if not axis.ticktext or axis.range is None:
        return
    low, high = axis.range
    across = width - max(margin.l, _TICK_LABELS) - margin.r
    letter = _LETTER * axis.tickfont.size
    kept: list[tuple[float, str]] = []
    begins: dict[int, float] = {}  # of the last kept name in each line, its first pixel
    for value, text in sorted(zip(axis.tickvals, axis.ticktext, strict=True), reverse=True):
        place = across * ((log10(value) if axis.type == "log" else value) - low) / (high - low)
        halves = [letter * len(line) / 2 for line in text.split("<br>")]
        if all(place + half <= begins.get(at, across * 2) for at, half in enumerate(halves)):
            kept.append((value, text))
            begins |= {at: place - half - letter for at, half in enumerate(halves)}
    values, texts = zip(*reversed(kept), strict=True)
    axis.update(tickvals=values, ticktext=texts, tickangle=0)


def translucent(colour: str, opacity: float = 0.28) -> str:
    """Return a colour through which the page shows, whether that is light or dark."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
