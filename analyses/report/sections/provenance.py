"""Where every row came from: the manifest that the loader wrote, one row per site and table."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count
from analyses.report.blocks import Column, Fold, Missing, Prose, Section, table_of
from analyses.report.study import day, moment

if TYPE_CHECKING:
    from datetime import datetime

    from analyses.report.study import StudyResults


def _day(value: datetime | str | None) -> str:
    return day(moment(value), "%b")


_COLUMNS = (
    Column("Site and table", "site table", "{} {}".format, is_number=False),
    Column("State", "state", is_number=False),
    Column(
        "Source", "source_file",
        lambda path: PurePath(path).name if path else "not in the dump", is_number=False,
    ),
    Column("Rows", "n_rows", count),
    Column("Rejected", "n_rejected_rows", count),
    Column("Fabricated", "n_fabricated_rows", count),
    Column("Replaced characters", "n_replaced_characters", count),
    Column("First", "first_at", _day, is_number=False),
    Column("Last", "last_at", _day, is_number=False),
    Column("Loaded", "finished_at", _day, is_number=False),
)  # fmt: skip


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
        study, "dump_manifest", "What was loaded, one row per site and table", _COLUMNS, entries,
        note="The CSV also has each file’s size and SHA-256.",
    )  # fmt: skip
    blocks = (
        Prose(
            f"{count(len(entries))} tables, read{loader}. Posts and comments of Stack Exchange are"
            " licensed CC BY-SA by their authors, in the version of their date."
        ),
        Fold("Every table and file", (table,)),
    )
    return Section(name, title, title, blocks)
