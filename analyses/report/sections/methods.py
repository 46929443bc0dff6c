"""How the numbers were made, the sources of these methods, and what the numbers cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from analyses.common.numbers import count, counted
from analyses.report.blocks import Fold, Heading, Points, Prose, Section, Verbatim
from analyses.report.paper import methods_text, texts
from analyses.report.references import references
from analyses.report.standards import YOURS, known_values, read_standards

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults


def methods(study: StudyResults) -> Section:
    """List the methods, each with its sources."""
    known = references()
    items, named = [], set()
    for method in texts()["method"]:
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
        Fold("The method section of a paper, to edit", (Verbatim(methods_text(study)),)),
        *_checklists(study),
    )
    return Section("methods", "How the numbers were made", "Methods", blocks)


def _checklists(study: StudyResults) -> tuple[Block, ...]:
    """Answer the standards' checklists, each behind a click."""
    values = known_values(study)
    blocks: list[Block] = [
        Heading("The checklists of the empirical standards"),
        Prose(
            "What the ACM SIGSOFT empirical standards (www2.sigsoft.org/EmpiricalStandards) ask of"
            " such a study, item by item, answered from these data. “Yours” marks what only an"
            " author can know."
        ),
    ]
    for standard in read_standards():
        answers = standard.answers(values)
        n_open = sum(YOURS in answer for _, answer in answers)
        items = tuple(
            Markup("<strong>{}{}.</strong> {}").format(
                item.asks, "" if item.is_essential else " (desirable)", _with_code(answer)
            )
            for item, answer in answers
        )
        blocks.append(
            Fold(
                f"{standard.name}: {counted(len(items), 'item')}, {count(n_open)} of them in part"
                " or whole yours",
                (Points(items),),
            )
            if items
            else Prose(Markup("<strong>{}.</strong> {}").format(standard.name, standard.without))
        )
    return tuple(blocks)


def _with_code(text: str) -> Markup:
    """Write what stands between backquotes as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


def limits(study: StudyResults) -> Section:
    """List what a reader must not conclude."""
    items = list(texts()["limits"])
    if study.has_candidates:
        items.append(
            "Sets marked as candidates were not inspected by hand. Their numbers will change when"
            " they are."
        )
    return Section("limits", "What this report cannot know", "Limits", (Points(tuple(items)),))
