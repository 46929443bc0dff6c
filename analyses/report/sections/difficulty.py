"""RQ2: is it harder? The share without an accepted answer, and the time to the accepted answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.report.blocks import Section
from analyses.report.sections.acceptance import acceptance_blocks
from analyses.report.sections.response_times import response_time_blocks

if TYPE_CHECKING:
    from analyses.report.study import Study


def difficulty(study: Study) -> Section:
    """Show both measures of difficulty."""
    return Section(
        "rq2",
        "Is it harder?",
        "Difficulty",
        (*acceptance_blocks(study), *response_time_blocks(study)),
        "RQ2",
    )
