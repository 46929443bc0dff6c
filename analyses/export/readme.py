"""What goes with the files of an export: a README and a data dictionary."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from analyses.export.folder import MARK
from analyses.export.licence import ADDRESSES, PERIODS, SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.export.facts import Facts
    from analyses.export.files import Written
    from analyses.export.tables import Table

PAPER: Final = (
    "Z. Chen, Y. Cao, Y. Liu, H. Wang, T. Xie, X. Liu: A Comprehensive Study on Challenges in"
    " Deploying Deep Learning Based Software. ESEC/FSE 2020."
    " https://doi.org/10.1145/3368089.3409759"
)

SYNTHETIC: Final = (
    "Synthetic: made by `stackstudy sample`. Nobody wrote these posts, and no number here is a"
    " finding."
)

_FORMATS: Final = {
    "parquet": "Parquet (zstd), typed; read with DuckDB, pandas, polars or R's arrow."
    " `select * from 'questions.parquet'` in a DuckDB shell.",
    "csv": "CSV: UTF-8 without byte order mark, comma, quotes doubled, line breaks inside of"
    ' quotes. Null is an empty field, an empty text is `""`. Tags are parted by blanks.',
    "jsonl": "JSON lines. In `posts/` {sets} in the form of the paper's authors:"
    " one question a line, its `answers` nested, the dump's attribute names, every value a text,"
    " absent attributes left out. The others: an object a row, typed.",
    "xlsx": "One workbook, a sheet a table. A text longer than a cell holds is cut, and says so.",
}


def write_dictionary(tables: Sequence[Table], folder: Path) -> None:
    """Write `data_dictionary.csv`: a line a column, of the tables as they are written."""
    with (folder / MARK).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("table", "column", "type", "description"))
        for table in tables:
            for column in table.columns:
                writer.writerow((table.name, column.name, column.data_type, column.description))


def readme(  # noqa: PLR0913 - what a README tells of
    facts: Facts,
    tables: Sequence[Table],
    files: Sequence[Written],
    *,
    file_format: str,
    version: str,
    whole_study: bool,
) -> str:
    """Compose the README of an export, as Markdown."""
    title = "the dataset of a study" if whole_study else "question sets"
    parts = [f"# Stack Exchange: {title}", *_provenance(facts, version), "## Question sets", ""]
    parts += ["| set | questions | what it holds |", "|---|---:|---|"]
    for one in facts.sets:
        mark = " **Candidates: not inspected by hand.**" if one.is_candidate_set else ""
        parts.append(f"| `{one.name}` | {one.n_questions:,} | {one.description}{mark} |")
    parts += ["", "A question may be in several sets: `question_set_members` says in which."]
    parts += ["", "## Files", "", _form(facts, files, file_format), ""]
    parts.append("| file | rows | holds |")
    parts.append("|---|---:|---|")
    described = {table.name: table.description for table in tables}
    for file in files:
        text = described[file.table]
        sheet = f" ({file.table})" if file_format == "xlsx" else ""
        parts.append(f"| `{file.name}`{sheet} | {file.n_rows:,} | {text} |")
    parts += ["", f"Every column is described in `{MARK}`. Times are UTC; what the dump lacks is"]
    parts += ["null, never 0 or an empty text.", ""]
    notes = [note for file in files for note in file.notes]
    if notes:
        parts += ["### Mind", "", *(f"- {note}" for note in notes), ""]
    parts += _licence(facts)
    parts += ["## How to cite", "", f"The study: {PAPER}", ""]
    parts += [f"The software: stackstudy {version}. The posts: each by its address.", ""]
    return "\n".join(parts)


def _form(facts: Facts, files: Sequence[Written], file_format: str) -> str:
    """Say how the files are written, and which sets have one of their own."""
    threaded = [file.name.split("/")[1].partition(".")[0] for file in files if "/" in file.name]
    have = [one.name for one in facts.sets if one.name in threaded]
    others = [one.name for one in facts.sets if one.name not in threaded]
    sets = "a file a question set"
    if others:
        sets = (
            f"a file for each topic and baseline ({', '.join(have)}) and none for"
            f" {', '.join(others)}, whose questions `question_set_members` names,"
        )
    return _FORMATS[file_format].replace("{sets}", sets)


def _provenance(facts: Facts, version: str) -> list[str]:
    dates = ", ".join(
        f"{site} (last post {date or 'unknown'})" for site, date in facts.sites.items()
    )
    lines = ["", f"Data: {dates}. Written by stackstudy {version}.", ""]
    if facts.is_synthetic:
        lines += [f"**{SYNTHETIC}**", ""]
    return lines


def _licence(facts: Facts) -> list[str]:
    lines = ["## Licence", ""]
    if facts.is_synthetic:
        lines += [
            "The posts of a synthetic dump are nobody's. Of a real dump, the following holds.",
            "",
        ]
    lines += [
        "Posts are licensed by their authors under Creative Commons Attribution-ShareAlike, in",
        "the version of `content_license` (`ContentLicense`): the dump's own word where it has",
        f"one, else by the date of writing ({SOURCE}).",
        "",
        "| licence | posts here | which |",
        "|---|---:|---|",
    ]
    for name, address in ADDRESSES.items():
        lines.append(f"| [{name}]({address}) | {facts.licences.get(name, 0):,} | {PERIODS[name]} |")
    for name in sorted(set(facts.licences) - set(ADDRESSES)):
        lines.append(f"| {name or 'unknown'} | {facts.licences[name]:,} | as the dump says |")
    return [
        *lines,
        "",
        "Whoever passes posts on has to name the author with a link to the profile",
        "(`owner_display_name`, `owner_url`; `OwnerDisplayName`, `OwnerUrl`), link to the post",
        "(`url`; `Url`), name the licence, say what was changed, and pass it on under the same",
        "licence. Bodies are as in the dump.",
        "Memberships, labels and results are not posts; they are yours.",
        "",
    ]
