"""The figures that the report and the notebooks share: rows of a mart in, a Plotly figure out.

Every figure carries its text alternative (`alternative_of`) and draws a question set in the same
colour and marker (`styles`). Nothing here reads a database.
"""

from analyses.figures.acceptance import acceptance_intervals
from analyses.figures.curves import cumulative_curves, survival_chart
from analyses.figures.funnel import funnel_panel
from analyses.figures.popularity import popularity_panel
from analyses.figures.response_times import response_time_boxes
from analyses.figures.sensitivity import sensitivity_strips
from analyses.figures.shares import popularity_shares
from analyses.figures.taxonomy import taxonomy_treemap
from analyses.figures.theme import CANDIDATES, Style, alternative_of, style_of, styles

__all__ = [
    "CANDIDATES",
    "Style",
    "acceptance_intervals",
    "alternative_of",
    "cumulative_curves",
    "funnel_panel",
    "popularity_panel",
    "popularity_shares",
    "response_time_boxes",
    "sensitivity_strips",
    "style_of",
    "styles",
    "survival_chart",
    "taxonomy_treemap",
]
