"""RQ2: is it harder? The share without an accepted answer, the time to it, and the wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.report.blocks import Section
from analyses.report.sections.acceptance import acceptance_blocks
from analyses.report.sections.response_times import response_time_blocks
from analyses.report.sections.waiting import waiting_blocks

if TYPE_CHECKING:
    from analyses.report.study import Study


def difficulty(study: Study) -> Section:
    """Show the three measures of difficulty."""
    return Section(
        "rq2",
        "Is it harder?",
        "Difficulty",
        (*acceptance_blocks(study), *response_time_blocks(study), *waiting_blocks(study)),
        "RQ2",
    )
