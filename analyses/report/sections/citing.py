"""How to cite: the study that is followed, the data, and the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.numbers import and_list
from analyses.report.blocks import Points, Prose, Section, Verbatim
from analyses.report.made_by import program_version
from analyses.report.references import STUDY
from analyses.report.study import day

if TYPE_CHECKING:
    from analyses.report.blocks import Block
    from analyses.report.study import Study

_STUDY_BIBTEX = """@inproceedings{chen2020deploying,
  author    = {Chen, Zhenpeng and Cao, Yanbin and Liu, Yuanqiang and Wang, Haoyu and Xie, Tao
               and Liu, Xuanzhe},
  title     = {A Comprehensive Study on Challenges in Deploying Deep Learning Based Software},
  booktitle = {Proceedings of the 28th {ACM} Joint Meeting on European Software Engineering
               Conference and Symposium on the Foundations of Software Engineering
               ({ESEC/FSE} 2020)},
  pages     = {750--762},
  year      = {2020},
  doi       = {10.1145/3368089.3409759},
}"""


def citing(study: Study) -> Section:
    """Say what to cite, in words and as BibTeX."""
    items, entries = [], []
    if study.rows("replication_checks"):
        items.append(STUDY.entry)
        entries.append(_STUDY_BIBTEX)
    real = [site for site in study.sites if not site.is_synthetic]
    if real:
        names = and_list([site.name for site in real])
        end = max((site.last for site in real if site.last is not None), default=None)
        until = f", data to {day(end)}" if end else ""
        items.append(
            f"Stack Exchange, Inc. Stack Exchange data dump: {names}{until}. Contributions are"
            " licensed CC BY-SA 2.5, 3.0 or 4.0 by their date: who shows one names its author and"
            " links to it."
        )
        entries.append(
            "@misc{stackexchange_dump,\n"
            "  author = {{Stack Exchange, Inc.}},\n"
            "  title  = {Stack Exchange Data Dump},\n"
            + (f"  year   = {{{end.year}}},\n" if end else "")
            + f"  note   = {{{names}{until}; CC BY-SA}},\n}}"
        )
    items.append(f"stackstudy, version {program_version()}: the program that made this report.")
    entries.append(
        "@software{stackstudy,\n"
        "  title   = {stackstudy: a warehouse for empirical studies of {Stack Exchange}},\n"
        f"  version = {{{program_version()}}},\n}}"
    )
    blocks: list[Block] = []
    if len(real) < len(study.sites):
        blocks.append(Prose("Synthetic data are not to be cited: they are nobody’s finding."))  # noqa: RUF001
    blocks += [Points(tuple(items)), Verbatim("\n\n".join(entries))]
    return Section("citing", "How to cite", "Citing", tuple(blocks))
