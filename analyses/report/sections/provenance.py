"""Where every row came from: the manifest that the loader wrote, a table and site."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from analyses.common.numbers import and_list, count
from analyses.report.blocks import Column, Fold, Prose, Section, Table
from analyses.report.study import moment, short_day

if TYPE_CHECKING:
    from analyses.report.study import Study

_COLUMNS = (
    Column("Site and table", is_number=False),
    Column("State", is_number=False),
    Column("Source", is_number=False),
    Column("Rows"),
    Column("Rejected"),
    Column("Fabricated"),
    Column("Replaced characters"),
    Column("First", is_number=False),
    Column("Last", is_number=False),
    Column("Loaded", is_number=False),
)


def provenance(study: Study) -> Section:
    """Show what was loaded from which file."""
    entries = study.manifest
    name, title, short = "provenance", "Provenance", "Provenance"
    if not entries:
        sentence = "Nothing is known about where the data came from: dump_manifest is empty."
        return Section(name, title, short, (Prose(sentence),))
    versions = sorted({entry.loader_version for entry in entries if entry.loader_version})
    table = Table(
        "dump_manifest",
        "What was loaded, a site and table",
        _COLUMNS,
        tuple(
            (
                f"{entry.site} {entry.table}",
                entry.state,
                PurePath(entry.source_file).name if entry.source_file else "not in the dump",
                count(entry.n_rows),
                count(entry.n_rejected_rows),
                count(entry.n_fabricated_rows),
                count(entry.n_replaced_characters),
                *(
                    short_day(moment(value))
                    for value in (entry.first_at, entry.last_at, entry.finished_at)
                ),
            )
            for entry in sorted(entries, key=lambda entry: (entry.site, entry.table))
        ),
        study.table("dump_manifest"),
        "The CSV also has each file's size and SHA-256.",
    )
    loader = f" by loader {and_list(versions)}" if versions else ""
    blocks = (
        Prose(
            f"{count(len(entries))} tables, read{loader}. Posts and comments of Stack Exchange are"
            " licensed CC BY-SA by their authors, in the version of their date."
        ),
        Fold("Every table and file", (table,)),
    )
    return Section(name, title, short, blocks)
