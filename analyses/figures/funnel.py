"""How a question set came to its questions: from rule matches to members, stage by stage."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from analyses.common.numbers import MINUS, count
from analyses.figures.theme import FAINT_INK, INK, figure, panel_title

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row


class Stage(NamedTuple):
    """One bar of the funnel.

    Attributes
    ----------
    column : str
        The column of `question_set_funnel` that it shows.
    sign : str
        Before its number: a minus if questions are taken away, a plus if they are added.
    """

    label: str
    column: str
    sign: str
    explanation: str


STAGES: Final = (
    Stage("a tag matches", "n_tag_matched", "", "carry a tag that a rule names"),
    Stage("a term matches", "n_term_matched", "", "contain a term that a rule names"),
    Stage("any rule matches", "n_matched", "", "match by tag, term or both, each counted once"),
    Stage("left to other sets", "n_left_to_others", MINUS, "are left to a set with precedence"),
    Stage("excluded by hand", "n_excluded", MINUS, "are excluded by a person's decision"),
    Stage("included by hand", "n_included", "+", "are included by a person's decision"),
    Stage("in the set", "n_questions", "", "are in the set"),
)
_LAST: Final = STAGES[-1]

_HOVER_WIDTH = 28
"""Characters per line, so that the text of a narrow panel's bar is not cut off."""


def funnel_panel(row: Row, style: Style, axis_end: int) -> go.Figure:
    """Draw the stages of one question set as bars.

    Parameters
    ----------
    row : Row
        Of `question_set_funnel`.
    axis_end : int
        The largest count of all panels that stand together, so that their bars compare.

    Returns
    -------
    plotly.graph_objects.Figure
        One `bar` trace with a bar per stage, in the order of `STAGES`.
    """
    stages = [stage for stage in STAGES if getattr(row, stage.column) is not None]
    values = [getattr(row, stage.column) for stage in stages]
    pairs = list(zip(stages, values, strict=True))
    parts = "; ".join(f"{stage.label}: {count(value)}" for stage, value in pairs)
    panel = figure(
        f"Bar chart of how {style.title} came to its questions. {parts or 'No counts'}.", height=290
    )
    panel.add_bar(
        x=values,
        y=[stage.label for stage in stages],
        orientation="h",
        text=[
            f"<b>{count(value)}</b>"
            if stage is _LAST
            else f"{stage.sign if value else ''}{count(value)}"
            for stage, value in pairs
        ],
        textposition="outside",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
        customdata=[
            [count(value), "<br>".join(wrap(stage.explanation, _HOVER_WIDTH))]
            for stage, value in pairs
        ],
        hovertemplate="%{customdata[0]} questions<br>%{customdata[1]}<extra></extra>",
        marker={
            "color": [FAINT_INK if stage.sign == MINUS else style.colour for stage in stages],
            "opacity": [1 if stage is _LAST else 0.45 for stage in stages],
            "pattern": {
                "shape": ["/" if stage.sign == MINUS else "" for stage in stages],
                "fillmode": "overlay",
                "size": 5,
            },
            "line": {"width": 0},
        },
        width=0.66,
    )
    panel.update_layout(
        title=panel_title(style), margin={"l": 4, "r": 12, "t": 58, "b": 8}, hovermode="y"
    )
    panel.update_xaxes(range=[0, max(axis_end, 1) * 1.22], visible=False)
    panel.update_yaxes(autorange="reversed", showgrid=False, ticks="", tickfont={"size": 12.5})
    return panel
