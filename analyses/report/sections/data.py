"""What data this is: sites, dates, rows, and what was rejected, set aside or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, count
from analyses.report.blocks import Column, Fact, Facts, Prose, Section, Table
from analyses.report.study import day, total

if TYPE_CHECKING:
    from analyses.report.study import Study

_COLUMNS = (
    Column("Site", is_number=False),
    Column("First post", is_number=False),
    Column("Last post", is_number=False),
    Column("Rows"),
    Column("Rejected", explanation="Rows that could not be read, and were set aside"),
    Column("Fabricated", explanation="Invented posts of dumps from 2025 on, set aside"),
    Column(
        "Replaced characters",
        explanation="Characters that XML does not allow, replaced by U+FFFD",
    ),
)


def data(study: Study) -> Section:
    """Describe the data."""
    title, short = "What data this is", "Data"
    if not study.sites:
        sentence = "Nothing is known about the data: the table dump_manifest is absent or empty."
        return Section("data", title, short, (Prose(sentence),))
    sites = study.sites
    firsts = [site.first for site in sites if site.first is not None]
    ends = {site.last.date() for site in sites if site.last is not None}
    all_questions = [
        row.n_questions
        for row in study.tables.rows("yearly_popularity")
        if row.question_set == "all_questions"
    ]
    n_set_aside = total(site.n_rejected_rows + site.n_fabricated_rows for site in sites)
    facts = Facts(
        (
            Fact(
                day(study.data_end),
                "last post in the data",
                f"first post {day(min(firsts))}" if firsts else "",
            ),
            Fact(
                count(sum(all_questions)) if all_questions else NONE,
                "questions",
                f"on {and_list([site.name for site in sites])}",
            ),
            Fact(
                count(total(site.n_rows for site in sites)),
                "rows loaded",
                f"{count(n_set_aside)} rejected or set aside",
            ),
        )
    )
    blocks = [
        facts,
        Prose(
            "The snapshot date is taken to be the date of the last post: a dump does not say when"
            " it was made. Questions without an accepted answer are followed up to that day only."
        ),
    ]
    if len(ends) > 1:
        blocks.append(
            Prose(
                "The sites end on different days. Years after the end of a site hold the other"
                " sites' questions only."
            )
        )
    rows = tuple(
        (
            Markup("{}{}").format(
                site.name,
                Markup(' <span class="mark">synthetic</span>') if site.is_synthetic else "",
            ),
            day(site.first),
            day(site.last),
            count(site.n_rows),
            count(site.n_rejected_rows),
            count(site.n_fabricated_rows),
            count(site.n_replaced_characters),
        )
        for site in sites
    )
    blocks.append(
        Table(
            "sites",
            "Sites in these data, all tables together",
            _COLUMNS,
            rows,
            study.table("dump_manifest"),
            "The CSV has one row a site and table.",
        )
    )
    return Section("data", title, short, tuple(blocks))
