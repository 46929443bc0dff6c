"""The sections of the report, in their order: functions from `Study` to `Section`, or to None."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.report.sections.citing import citing
from analyses.report.sections.data import data
from analyses.report.sections.difficulty import difficulty
from analyses.report.sections.glance import glance
from analyses.report.sections.limits import limits
from analyses.report.sections.methods import methods
from analyses.report.sections.popularity import popularity
from analyses.report.sections.provenance import provenance
from analyses.report.sections.question_sets import question_sets
from analyses.report.sections.replication import replication
from analyses.report.sections.sensitivity import sensitivity
from analyses.report.sections.taxonomy import taxonomy

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyses.report.blocks import Section
    from analyses.report.study import Study

SECTIONS: tuple[Callable[[Study], Section | None], ...] = (
    glance,
    data,
    question_sets,
    popularity,
    difficulty,
    taxonomy,
    sensitivity,
    replication,
    limits,
    methods,
    citing,
    provenance,
)


def sections_of(study: Study) -> tuple[Section, ...]:
    """Make every section that has something to say."""
    made = (section(study) for section in SECTIONS)
    return tuple(section for section in made if section is not None)
