"""The report: one HTML file that holds everything it shows, made from the marts.

A section is a module of `analyses.report.sections` that turns `StudyResults` into a `Section` of
blocks; the templates know blocks only, so that a new section needs no new markup. The same blocks
become figures (`analyses.report.static`) and LaTeX tables (`analyses.report.latex`) for a paper.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["Report", "compose", "render", "write_report"]


def __getattr__(name: str) -> Any:
    """Import on first use: `stackstudy --help` needs no Plotly."""
    if name in __all__:
        return getattr(import_module("analyses.report.document"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
