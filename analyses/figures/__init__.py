"""The figures that the report and the notebooks share: rows of a table in, a Plotly figure out.

Every figure carries its text alternative (`alternative_of`) and draws a question set in the same
colour and marker (`styles`). Nothing here reads a database, and nothing knows a study.
"""

from analyses.figures.acceptance import acceptance_intervals, yearly_acceptance_lines
from analyses.figures.funnel import funnel_panel
from analyses.figures.measures import category_dots, category_scatter
from analyses.figures.popularity import popularity_panel, popularity_shares
from analyses.figures.sensitivity import sensitivity_strips
from analyses.figures.sites import hours_of_week
from analyses.figures.taxonomy import taxonomy_bars
from analyses.figures.theme import CANDIDATES, Style, alternative_of, style_of, styles
from analyses.figures.times import cumulative_curves, response_time_boxes, survival_chart

__all__ = [
    "CANDIDATES",
    "Style",
    "acceptance_intervals",
    "alternative_of",
    "category_dots",
    "category_scatter",
    "cumulative_curves",
    "funnel_panel",
    "hours_of_week",
    "popularity_panel",
    "popularity_shares",
    "response_time_boxes",
    "sensitivity_strips",
    "style_of",
    "styles",
    "survival_chart",
    "taxonomy_bars",
    "yearly_acceptance_lines",
]
