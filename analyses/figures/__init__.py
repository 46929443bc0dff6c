"""The figures that the report and the notebooks share: rows of a mart in, a Plotly figure out.

Every figure carries its text alternative (`alternative_of`) and draws a question set in the same
colour and marker (`styles`). Nothing here reads a database.
"""

from analyses.figures.funnel import funnel_panel
from analyses.figures.popularity import popularity_panel
from analyses.figures.response_times import response_time_boxes
from analyses.figures.theme import CANDIDATES, Style, alternative_of, style_of, styles

__all__ = [
    "CANDIDATES",
    "Style",
    "alternative_of",
    "funnel_panel",
    "popularity_panel",
    "response_time_boxes",
    "style_of",
    "styles",
]
