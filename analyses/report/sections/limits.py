"""What the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.report.blocks import Points, Section

if TYPE_CHECKING:
    from analyses.report.study import StudyResults


def limits(study: StudyResults) -> Section:
    """List what a reader must not conclude."""
    items = [
        (
            "A difference between sets says that they differ, not why. Topics differ in their"
            " age, their askers and their answerers too."
        ),
        "Questions deleted before the data were made are not in them.",
        (
            "Users who deleted their account before then are no longer named: they are missing"
            " from the users per year, not from the questions."
        ),
        (
            "“Accepted” is a click of the asker. Some never return to click, whatever the answers"
            " are worth."
        ),
        (
            "The follow-up ends with the data. Late questions look harder than they are, and a"
            " set that grew fast has more late questions."
        ),
        (
            "Rules find words and tags, not topics: each set may hold questions that only mention"
            " a word, and miss questions that never do."
        ),
    ]
    if study.has_candidates:
        items.append(
            "Sets marked as candidates were not inspected by hand. Their numbers will change when"
            " they are."
        )
    return Section("limits", "What this report cannot know", "Limits", (Points(tuple(items)),))
