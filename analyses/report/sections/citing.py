"""How to cite: the study, the data, and the program."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import and_list
from analyses.report.blocks import Points, Prose, Section, Verbatim
from analyses.report.paper import citations, licences
from analyses.report.references import doi_link
from analyses.report.study import day

if TYPE_CHECKING:
    from analyses.report.blocks import Block, Text
    from analyses.report.study import StudyResults


def citing(study: StudyResults) -> Section:
    """Say what to cite, in words and as BibTeX."""
    items: list[Text] = []
    about = study.about
    if about is not None and (about.doi or about.citation):
        said = Markup("{}").format(about.citation or f"{about.title}.")
        items.append(said + Markup(" ") + doi_link(about.doi) if about.doi else said)
    real = [site for site in study.sites if site.is_dump]
    if real:
        names = and_list([site.name for site in real])
        end = max((site.last for site in real if site.last is not None), default=None)
        until = f", data to {day(end)}" if end else ""
        items.append(
            f"Stack Exchange, Inc. Stack Exchange data dump: {names}{until}. Licence:"
            f" {licences(real)}; whoever shows a post must name its author and link to it."
        )
    if study.instead_of_a_dump:
        items.append(study.instead_of_a_dump)
    items.append(f"stackstudy, version {version('stackstudy')}: the program that made this report.")
    blocks: list[Block] = []
    if any(site.is_synthetic for site in study.sites):
        blocks.append(Prose("Do not cite synthetic data: they are no findings."))
    blocks += [Points(tuple(items)), Verbatim("\n\n".join(map(str, citations(study))))]
    return Section("citing", "How to cite", "Citing", tuple(blocks))
