"""The sections of the report, in their order: functions from `StudyResults` to `Section`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from analyses.report.blocks import Missing, Points, Section
from analyses.report.sections.acceptance import acceptance_blocks
from analyses.report.sections.adjusted import adjusted_blocks
from analyses.report.sections.citing import citing
from analyses.report.sections.data import data, provenance
from analyses.report.sections.measures import measures
from analyses.report.sections.methods import limits, methods
from analyses.report.sections.popularity import popularity
from analyses.report.sections.question_sets import question_sets
from analyses.report.sections.replication import replication
from analyses.report.sections.response_times import response_time_blocks
from analyses.report.sections.sensitivity import sensitivity
from analyses.report.sections.sites import sites
from analyses.report.sections.summary import summary
from analyses.report.sections.taxonomy import taxonomy
from analyses.report.sections.waiting import waiting_blocks

if TYPE_CHECKING:
    from analyses.report.study import StudyResults


def difficulty(study: StudyResults) -> Section:
    """Show the three measures of difficulty, and what else than the sets they could come from."""
    blocks = (
        *acceptance_blocks(study),
        *response_time_blocks(study),
        *waiting_blocks(study),
        *adjusted_blocks(study),
    )
    return Section("rq2", "Is it harder?", "Difficulty", blocks, "RQ2")


SECTIONS = (
    summary,
    data,
    sites,
    question_sets,
    popularity,
    difficulty,
    taxonomy,
    measures,
    sensitivity,
    replication,
    limits,
    methods,
    citing,
    provenance,
)


def _not_shown(one: Missing) -> Markup:
    """Say what is not shown, and why; after a question with a capital."""
    because = escape(one.because)
    if one.what.endswith("?"):
        return Markup("<strong>{}</strong> {}{}.").format(one.what, because[0].upper(), because[1:])
    return Markup("<strong>{}</strong>: {}.").format(one.what, because)


def sections_of(study: StudyResults) -> tuple[Section, ...]:
    """Make every section that has something to show, and a list of what is not shown."""
    shown, missing = [], []
    for make in SECTIONS:
        section = make(study)
        missing += [block for block in section.blocks if isinstance(block, Missing)]
        blocks = tuple(block for block in section.blocks if not isinstance(block, Missing))
        if blocks:
            shown.append(replace(section, blocks=blocks))
    if missing:
        items = tuple(map(_not_shown, missing))
        shown.append(Section("not-shown", "What is not shown", "Not shown", (Points(items),)))
    return tuple(shown)
