"""The sites of the data, whatever the study looks at: years, tags, hours and licences."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from analyses.common.numbers import count
from analyses.figures import Style, hours_of_week, popularity_panel
from analyses.report.blocks import Chart, Column, Fold, Missing, Prose, Section, table_of, words
from analyses.report.study import day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults

_MOST_TAGS: Final = 20
_MOST_PANELS: Final = 6
_MOST_ROWS: Final = 5_000
"""Of a longer table the page carries no CSV."""

_COLOUR: Final = "#0072B2"
_SITE: Final = words("Site", "site")
_SHARES: Final = (Column("Answered", "answered_share"), Column("Accepted", "accepted_share"))
_YEARS: Final = (
    _SITE,
    words("Year", "year"),
    Column("Questions", "n_questions"),
    Column("Answers", "n_answers"),
    Column("Users who asked", "n_users"),
    *_SHARES,
    Column("Median time to the first answer", "median_first_answer_minutes"),
)
_TAGS: Final = (_SITE, words("Tag", "tag"), Column("Questions", "n_questions"), *_SHARES)
_LICENSES: Final = (
    _SITE,
    words("Licence", "content_license"),
    Column("Posts", "n_posts"),
    words("First", "first_at", lambda at: day(at, "%b")),
    words("Last", "last_at", lambda at: day(at, "%b")),
)


def sites(study: StudyResults) -> Section:
    """Show what is asked on the sites, and open what a study of one's own would begin with."""
    years = study.tables.rows("site_years")
    if not any(row.n_questions for row in years):
        missing = Missing("The sites", study.why_empty("site_years"))
        return Section("sites", "The sites", "Sites", (missing,))
    if not study.knows_askers:
        years = tuple(row._replace(n_users=None) for row in years)
    by_site = {name: list(rows) for name, rows in groupby(years, lambda row: row.site)}
    is_one = len(by_site) == 1  # then no column names it
    largest = sorted(by_site, key=lambda name: -sum(row.n_questions for row in by_site[name]))
    drawn = sorted(largest[:_MOST_PANELS])
    only = f" Only the {_MOST_PANELS} largest sites are drawn." if len(largest) > len(drawn) else ""
    asked = [row.year for row in years if row.n_questions]
    span = range(min(asked), max(asked) + 1)
    more = _more(study, drawn, is_one=is_one)
    blocks: list[Block] = [
        Prose(
            "All questions of the data, whatever the study looks at. Shares and times are what"
            f" had come by the end of the data, so that late years show less.{only}"
        ),
        Chart(
            "site-years",
            "Questions and users per year" if study.knows_askers else "Questions per year",
            "How many questions were asked (filled), and by how many users (open)."
            if study.knows_askers
            else "How many questions were asked. The data do not say by whom.",
            tuple(
                popularity_panel(
                    by_site[name],
                    Style(name, _COLOUR, "circle", is_candidate_set=False),
                    span,
                    _end(study, name),
                )
                for name in drawn
            ),
            study.table("site_years"),
            tuple(drawn),
        ),
        table_of(study, "site_years", "Each year", _YEARS[is_one:], years, name="site-years-table"),
        *(more if study.is_empty else [Fold("Tags, hours and licences", more)]),
    ]
    title = "The site" if is_one else "The sites"
    return Section("sites", title, "Sites", tuple(blocks))


def _end(study: StudyResults, name: str) -> date | None:
    last = study.site(name).last
    return last.date() if last else None


def _more(study: StudyResults, drawn: Sequence[str], *, is_one: bool) -> tuple[Block, ...]:
    blocks: list[Block] = []
    tags = sorted(study.tables.rows("site_tags"), key=lambda row: (-row.n_questions, row.tag))
    if tags:
        shown = [
            row for name in drawn for row in [one for one in tags if one.site == name][:_MOST_TAGS]
        ]
        few = max(sum(one.site == name for one in tags) for name in drawn) <= _MOST_TAGS
        most = "The tags" if few else f"The {_MOST_TAGS} largest tags"
        caption = most + ("" if is_one else " of each site")
        table = table_of(study, "site_tags", caption, _TAGS[is_one:], shown)
        if len(tags) > _MOST_ROWS:
            note = Markup("All {} are in the table <code>site_tags</code>.").format(
                count(len(tags))
            )
            table = replace(table, data=None, note=note)
        blocks.append(table)
    hours = study.tables.rows("site_hours")
    if hours:
        charts = [hours_of_week([row for row in hours if row.site == one], one) for one in drawn]
        sentence = "How many questions were asked in each hour of the week, in UTC; darker is more."
        blocks.append(
            Chart(
                "site-hours", "Hours of the week", sentence, tuple(charts),
                study.table("site_hours"), tuple(drawn),
            )
        )  # fmt: skip
    licenses = study.tables.rows("site_licenses")
    if licenses:
        caption = "Licences of the posts"
        blocks.append(table_of(study, "site_licenses", caption, _LICENSES[is_one:], licenses))
    return tuple(blocks)
