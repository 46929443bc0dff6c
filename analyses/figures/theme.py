"""How every figure looks: one colour and one marker a question set, one font, one grid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING

import plotly.graph_objects as go

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analyses.warehouse.tables import Row


# Okabe and Ito, "Color Universal Design" (2008), https://jfly.uni-koeln.de/color/; grey in place of
# its black, which a dark page would swallow.
ORANGE = "#E69F00"
SKY_BLUE = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#999999"

INK = "#1d232b"
FAINT_INK = "#5d6773"
GRID = "#e3e6ea"
FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial,"
    " sans-serif"
)

CANDIDATES = "candidates: not inspected by hand"

_OF_KIND = {"baseline": ORANGE, "union": PURPLE, "base": SKY_BLUE, "scope": GREY}
_OF_TOPICS = (BLUE, VERMILION, GREEN, YELLOW, SKY_BLUE, PURPLE)
_MARKERS_OF_TOPICS = ("circle", "square", "triangle-up", "cross", "star", "hexagon")
_MARKER_OF_KIND = {"baseline": "diamond", "union": "pentagon", "base": "triangle-down"}


@dataclass(frozen=True)
class Style:
    """How one question set is drawn, in every figure.

    Attributes
    ----------
    label : str
        Its name for people.
    colour : str
    marker : str
        Plotly's marker symbol, so that colour is never the only difference.
    is_candidate_set : bool
        True where its members were not inspected by hand although its rules need it.
    """

    label: str
    colour: str
    marker: str
    is_candidate_set: bool

    @property
    def in_words(self) -> str:
        """The label as part of a sentence."""
        return f"{self.label} (candidates)" if self.is_candidate_set else self.label

    @property
    def title(self) -> str:
        """The label, marked where the set holds candidates only."""
        return f"{self.label} ({CANDIDATES})" if self.is_candidate_set else self.label


def styles(question_sets: Iterable[Row]) -> dict[str, Style]:
    """Give each question set its colour and marker, by its kind and, among topics, its position.

    Parameters
    ----------
    question_sets : iterable of Row

    Returns
    -------
    dict of str to Style
        By name, in the order of the sets' positions.
    """
    topics = cycle(zip(_OF_TOPICS, _MARKERS_OF_TOPICS, strict=True))
    result = {}
    for one in sorted(question_sets, key=lambda one: (one.position, one.question_set)):
        if one.kind in _OF_KIND:
            colour, marker = _OF_KIND[one.kind], _MARKER_OF_KIND.get(one.kind, "x")
        else:
            colour, marker = next(topics)
        result[one.question_set] = Style(one.label, colour, marker, bool(one.is_candidate_set))
    return result


def style_of(name: str, known: Mapping[str, Style]) -> Style:
    """Style of a set; one that nobody described is grey and called by its own name."""
    return known.get(name) or Style(name.replace("_", " "), GREY, "x", is_candidate_set=False)


def figure(alternative: str, height: int) -> go.Figure:
    """Make an empty figure in the house's look.

    Parameters
    ----------
    alternative : str
        What the figure shows, for people who cannot see it; kept as ``layout.meta["alternative"]``.
    height : int
        Pixels; the width is that of the place where it stands.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    axis = {
        "gridcolor": GRID,
        "linecolor": FAINT_INK,
        "tickcolor": FAINT_INK,
        "tickfont": {"color": FAINT_INK},
        "zeroline": False,
        "fixedrange": True,
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
            "xaxis": {**axis, "automargin": True},
            "yaxis": {**axis, "automargin": True},
        }
    )


def at_width(drawn: go.Figure, width: int) -> go.Figure:
    """Fit a figure whose words depend on its width to a place; others stay as they are.

    Parameters
    ----------
    drawn : plotly.graph_objects.Figure
        Changed in place. ``layout.meta["fits"]`` has, for several widths from the widest on, what
        its first trace and its layout are there.
    width : int
        Pixels.

    Returns
    -------
    plotly.graph_objects.Figure
        The same one.
    """
    fits = drawn.layout.meta.get("fits", ())
    if fits:
        chosen = next((one for one in fits if one["width"] <= width), fits[-1])
        drawn.data[0].update(chosen["trace"])
        drawn.update_layout({**chosen["layout"], "annotations": None})
        drawn.layout.annotations = chosen["layout"]["annotations"]
    return drawn


def panel_title(style: Style) -> dict[str, object]:
    """Title of a panel that shows one question set; candidates are marked below it."""
    return {
        "text": f"<b>{style.label}</b>",
        "subtitle": {
            "text": CANDIDATES if style.is_candidate_set else "",
            "font": {"size": 12, "color": FAINT_INK},
        },
        "font": {"size": 16, "color": INK},
        "x": 0,
        "xref": "container",
        "y": 1,
        "yanchor": "top",
        "pad": {"t": 4},
    }


def translucent(colour: str, opacity: float = 0.28) -> str:
    """Return a colour through which the page shows, whether that is light or dark."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def alternative_of(drawn: go.Figure) -> str:
    """Text alternative of a figure made here."""
    return drawn.layout.meta["alternative"]
