"""How a question set came to its questions: from rule matches to members, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

from analyses.common.numbers import count
from analyses.figures.theme import FAINT_INK, INK, figure, panel_title

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from analyses.figures.theme import Style
    from analyses.warehouse.tables import Row


@dataclass(frozen=True)
class Stage:
    """One bar of the funnel.

    Attributes
    ----------
    label : str
    column : str
        The column of `question_set_funnel` that it shows.
    kind : str
        `match` (before anyone chose), `out` (taken away), `in` (added by hand), `set` (stayed).
    explanation : str
    """

    label: str
    column: str
    kind: str
    explanation: str


_HOVER_WIDTH = 28
"""Characters a line, so that the text of a narrow panel's bar is not cut off."""

STAGES = (
    Stage("a tag matches", "n_tag_matched", "match", "carry a tag that a rule names"),
    Stage("a term matches", "n_term_matched", "match", "contain a term that a rule names"),
    Stage(
        "any rule matches", "n_matched", "match", "match by tag, by term or both, each counted once"
    ),
    Stage(
        "left to other sets", "n_left_to_others", "out", "are left to a set that takes precedence"
    ),
    Stage("excluded by hand", "n_excluded", "out", "are excluded by a person's decision"),
    Stage("included by hand", "n_included", "in", "are included by a person's decision"),
    Stage("in the set", "n_questions", "set", "are in the set"),
)


def funnel_panel(row: Row, style: Style, axis_end: int) -> go.Figure:
    """Draw the stages of one question set as bars.

    Parameters
    ----------
    row : Row
    style : Style
    axis_end : int
        The largest count of all panels that stand together, so that their bars compare.

    Returns
    -------
    plotly.graph_objects.Figure
        One `bar` trace with a bar a stage, in the order of `STAGES`; none where there is no count.
    """
    stages = [stage for stage in STAGES if getattr(row, stage.column) is not None]
    values = [getattr(row, stage.column) for stage in stages]
    panel = figure(_alternative(style, stages, values), height=290)
    panel.add_bar(
        x=values,
        y=[stage.label for stage in stages],
        orientation="h",
        text=[
            f"<b>{count(value)}</b>" if stage.kind == "set" else _with_sign(value, stage.kind)
            for stage, value in zip(stages, values, strict=True)
        ],
        textposition="outside",
        textfont={"color": INK, "size": 12},
        cliponaxis=False,
        customdata=[
            [count(value), "<br>".join(wrap(stage.explanation, _HOVER_WIDTH))]
            for stage, value in zip(stages, values, strict=True)
        ],
        hovertemplate="%{customdata[0]} questions<br>%{customdata[1]}<extra></extra>",
        marker={
            "color": [FAINT_INK if stage.kind == "out" else style.colour for stage in stages],
            "opacity": [1 if stage.kind == "set" else 0.45 for stage in stages],
            "pattern": {
                "shape": ["/" if stage.kind == "out" else "" for stage in stages],
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


def _with_sign(value: int, kind: str) -> str:
    if not value:
        return "0"
    return {"out": "\N{MINUS SIGN}", "in": "+"}.get(kind, "") + count(value)


def _alternative(style: Style, stages: list[Stage], values: list[int]) -> str:
    if not stages:
        return f"Bar chart of {style.title}: no counts."
    parts = "; ".join(
        f"{stage.label}: {count(value)}" for stage, value in zip(stages, values, strict=True)
    )
    return f"Bar chart of how {style.title} came to its questions. {parts}."
