"""The data: sites, dates, rows, quarantine, and source files."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from markupsafe import Markup

from analyses.common.numbers import NONE, and_list, count, counted
from analyses.report.blocks import (
    Column,
    Fact,
    Facts,
    Fold,
    Missing,
    Points,
    Prose,
    Section,
    table_of,
    words,
)
from analyses.report.study import day, moment, total

if TYPE_CHECKING:
    from datetime import datetime

    from analyses.report.blocks import Block
    from analyses.report.study import StudyResults


def _site(name: str, is_synthetic: bool) -> Markup:  # noqa: FBT001 - cells of a row
    mark = Markup(' <span class="mark">synthetic</span>') if is_synthetic else ""
    return Markup("{}{}").format(name, mark)


def _day(value: datetime | str | None) -> str:
    return day(moment(value), "%b")


_COLUMNS = (
    words("Site", "name is_synthetic", _site),
    words("First post", "first", day),
    words("Last post", "last", day),
    Column("Rows", "n_rows"),
    Column("Rejected", "n_rejected_rows"),
    Column("Fabricated", "n_fabricated_rows"),
    Column("Replaced characters", "n_replaced_characters"),
)
_FILE_COLUMNS = (
    words("Site and table", "site table", "{} {}".format),
    words("State", "state"),
    words("Source", "source_file", lambda path: PurePath(path).name if path else "not in the dump"),
    *_COLUMNS[3:],
    words("First", "first_at", _day),
    words("Last", "last_at", _day),
    words("Loaded", "finished_at", _day),
)


def data(study: StudyResults) -> Section:
    """Describe the data."""
    title, short = "The data", "Data"
    sites = study.sites
    if not sites:
        missing = Missing(title, study.why_empty("dump_manifest"))
        return Section("data", title, short, (missing,))
    n_all = [
        row.n_questions
        for row in study.tables.rows("yearly_popularity")
        if row.question_set == "all_questions"
    ]
    n_set_aside = total(site.n_rejected_rows + site.n_fabricated_rows for site in sites)
    begin = f"first post {day(study.data_begin)}" if study.data_begin else ""
    on = f"on {and_list([site.name for site in sites])}"
    n_rows = count(total(site.n_rows for site in sites))
    blocks: list[Block] = [
        Facts(
            (
                Fact(day(study.data_end), "last post in the data", begin),
                Fact(count(sum(n_all)) if n_all else NONE, "questions", on),
                Fact(n_rows, "rows loaded", f"{count(n_set_aside)} rejected or fabricated"),
            )
        ),
        Prose(
            "The snapshot date is taken to be the date of the last post: a dump does not say when"
            " it was made. Questions without an accepted answer are followed up to that day only."
        ),
    ]
    if study.instead_of_a_dump:
        blocks.append(Prose(study.instead_of_a_dump))
    if study.dump_warnings:
        blocks += [
            Prose("These data are not as a whole dump is. Counts may be too low:"),
            Points(tuple(f"{line}." for line in study.dump_warnings)),
        ]
    if len({site.last.date() for site in sites if site.last is not None}) > 1:
        blocks.append(
            Prose(
                "The sites end on different days. Years after the end of a site have only the"
                " other sites’ questions; trends are over the years that all sites cover."
            )
        )
    blocks.append(
        table_of(
            study, "dump_manifest", "Sites in these data, all tables together", _COLUMNS, sites,
            name="sites", note="The CSV has one row per site and table.",
        )
    )  # fmt: skip
    return Section("data", title, short, tuple(blocks))


def provenance(study: StudyResults) -> Section:
    """Show what was loaded from which file."""
    name, title = "provenance", "Provenance"
    entries = sorted(study.manifest, key=lambda entry: (entry.site, entry.table))
    if not entries:
        missing = Missing(title, study.why_empty("dump_manifest"))
        return Section(name, title, title, (missing,))
    versions = sorted({entry.loader_version for entry in entries if entry.loader_version})
    loader = f" by loader {and_list(versions)}" if versions else ""
    table = table_of(
        study, "dump_manifest", "What was loaded, per site and table", _FILE_COLUMNS, entries,
        note="The CSV also has each file’s size and SHA-256.",
    )  # fmt: skip
    blocks = (
        Prose(
            f"{counted(len(entries), 'table')}, read{loader}. Posts and comments of Stack Exchange"
            " are licensed CC BY-SA by their authors, in the version of their date."
        ),
        Fold("Every table and file", (table,)),
    )
    return Section(name, title, title, blocks)
