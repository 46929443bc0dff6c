"""How the numbers were made, the sources of these methods, and what the numbers cannot say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from analyses.report.blocks import Fold, Points, Prose, Section
from analyses.report.references import references

if TYPE_CHECKING:
    from analyses.report.study import StudyResults

_TEXTS = Path(__file__).parents[1] / "methods.toml"


def methods(study: StudyResults) -> Section:
    """List the methods, each with its sources."""
    del study
    known = references()
    items, named = [], set()
    for method in _texts()["method"]:
        sources = [known[key] for key in method["sources"]]
        named.update(sources)
        items.append(
            Markup('<strong>{}</strong> {} <span class="rules">{}.</span>').format(
                method["name"], method["text"], "; ".join(one.short for one in sources)
            )
        )
    entries = [one.entry for one in sorted(named, key=lambda one: (one.authors, one.year))]
    blocks = (
        Prose(
            "Every number comes from a table of the database; the SQL stands below each chart and"
            " table, and the statistics call scipy and statsmodels where these have the method."
        ),
        Points(tuple(items)),
        Fold("Sources of the methods", (Points(tuple(entries)),)),
    )
    return Section("methods", "How the numbers were made", "Methods", blocks)


def limits(study: StudyResults) -> Section:
    """List what a reader must not conclude."""
    items = _texts()["limits"]
    if study.has_candidates:
        items.append(
            "Sets marked as candidates were not inspected by hand. Their numbers will change when"
            " they are."
        )
    return Section("limits", "What this report cannot know", "Limits", (Points(tuple(items)),))


def _texts() -> dict[str, Any]:
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
