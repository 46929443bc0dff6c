"""Write the pages that are made from code: `make docs`. A test fails if one is not current."""  # noqa: INP001

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.warehouse.dictionary import read_dictionary
from loader.schemas import TABLES
from stackstudy import main as front_door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyses.warehouse.dictionary import TableEntry

DOCS = Path(__file__).resolve().parent
MODELS = DOCS.parent / "models"

MADE = "<!-- Made by `make docs`; edit what it is made from: {}. -->\n"
YEARS = ("2013-09", "2014-05", "2016-12", "2020-09", "2021-09", "2023-09", "2024-04")
"""Dumps that were looked through; of the first and the last, only `Posts.xml`."""

_RENAMED = re.compile(r"\{\{ attribute\('(\w+)'\) \}\} as (\w+)")


def pages() -> dict[str, str]:
    """Return the generated pages by file name."""
    return {
        "commands.md": commands(),
        "data-dictionary.md": data_dictionary(),
        "dump-schema.md": dump_schema(),
        "decisions/README.md": decisions(),
    }


def commands() -> str:
    """Return the help of every command, as `--help` prints it."""
    parts = ["# Commands\n", MADE.format("the commands' docstrings and options")]
    for names, command in _every(front_door):
        with click.Context(
            command,
            info_name=" ".join(("stackstudy", *names)),
            max_content_width=100,
            terminal_width=100,
            help_option_names=["-h", "--help"],
        ) as context:
            shown = command.get_help(context)
        parts.append(f"## {' '.join(('stackstudy', *names))}\n\n```text\n{shown}\n```\n")
    return "\n".join(parts)


def data_dictionary() -> str:
    """Return tables and columns, from the models' yml."""
    marts, staging = (read_dictionary(layer) for layer in ("marts", "staging"))
    parts = [
        "# Data dictionary\n",
        MADE.format("the yml beside each model"),
        _ABOUT_TABLES,
        (
            f"[Tables of a study](#tables-of-a-study) ({len(marts)}),"
            f" [the loaded dump and the study](#the-loaded-dump-and-the-study) ({len(staging)}"
            " views).\n"
        ),
        "## Tables of a study\n",
    ]
    parts += [_described(entry) for entry in marts.values()]
    parts += [
        "## The loaded dump and the study\n",
        (
            "Views on the Parquet store, one per table of the dump, and on the study folder;"
            " [dump-schema.md](dump-schema.md) has\nthe name of each column in the dump.\n"
        ),
        "| view | holds |\n|---|---|\n"
        + "".join(
            f"| `{entry.name}` | {_cell(entry.description)} |\n" for entry in staging.values()
        ),
    ]
    return "\n".join(parts)


def dump_schema() -> str:
    """Return the attributes of every table of the dump, and in which years' dumps they occur."""
    with (DOCS / "dump-attributes.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["table"], row["attribute"]): row for row in csv.DictReader(file)}
    parts = [
        "# The schema of the dumps, by year\n",
        MADE.format("loader/schemas.py, models/staging and docs/dump-attributes.csv"),
        _ABOUT_DUMPS,
    ]
    for table in TABLES.values():
        views = _view_columns(table.name)
        parts.append(f"## {table.name}\n")
        parts.append(f"`{table.root}` in the XML; view `stg_{table.name}`.\n")
        years = " | ".join(YEARS)
        rows = [
            f"| attribute | type | column | {years} | note |",
            "|---|---|---|" + ":-:|" * 7 + "---|",
        ]
        for name in table.attributes:
            entry = known[table.name, name]
            dots = " | ".join("•" if year in entry["seen"].split() else "" for year in YEARS)
            kind = str(table.schema.field(name).type)
            rows.append(f"| {name} | `{kind}` | {views.get(name, '')} | {dots} | {entry['note']} |")
        parts.append("\n".join(rows) + "\n")
    parts.append(_OTHER_CHANGES)
    return "\n".join(parts)


def decisions() -> str:
    """Return the index of the pages about decisions."""
    parts = [
        "# Decisions\n",
        MADE.format("the pages beside this one"),
        (
            "One page per decision that someone may want to undo: what was decided, why, and where"
            " to undo it.\n"
        ),
    ]
    for path in sorted((DOCS / "decisions").glob("*.md")):
        if path.name == "README.md":
            continue
        title = path.read_text(encoding="utf-8").partition("\n")[0]
        parts.append(f"- [{title.lstrip('# ')}]({path.name})")
    return "\n".join(parts) + "\n"


_ABOUT_TABLES = """Every table that people query, in schema `main` of `<data>/<study>.duckdb`.
Names are a promise: tables and columns are added, not renamed. Times are UTC. A share stands beside
its numerator and its denominator. The same quantity has the same name everywhere.
"""

_ABOUT_DUMPS = """A Stack Exchange data dump has eight XML files per site; a row is an element, a
value an attribute, and a missing value has no attribute. The schema has changed since 2009; the
store has one schema for all years, and an attribute that a dump lacks is null. An attribute that is
not listed here is kept in the map `OtherAttributes` (`other_attributes`) and named by
`stackstudy load`.

A dot: the attribute occurs in that month's dump of a whole site (2013-09 and 2024-04: some posts
only). No dot: it does not occur, perhaps because no row of the dump has a value. The third column
has its name in the views. Official description: <https://meta.stackexchange.com/q/2677>.
"""

_OTHER_CHANGES = """## Other changes

- Since 2014, archives are `.7z`, one per site; Stack Overflow has one per table, such as
  `stackoverflow.com-Posts.7z`.
- Line ends are CRLF in official dumps, LF in some copies; most files begin with a byte order mark.
  Both are read.
- `Tags` is `<a><b>` until 2023 and `|a|b|` from 2024 on.
- Answers of a site's answer bot have the owner -2; the view `stg_posts` marks them
  (`is_by_answer_bot`).
- The dump of 2025-06-30 carries invented posts (ids 1,000,000,001 and 1,000,000,010). Rows with ids
  from 1,000,000,000 on are set aside in `_fabricated/` and counted.
- A dump of spring 2024, seen on public mirrors, is in UTF-16-LE, with LF line ends and no indent.
  It has deleted posts, known by their `DeletionDate`.
- Characters that XML forbids occur as references (`&#x0;`); they become U+FFFD and are counted.

How the loader treats each is in [decisions](decisions/README.md).
"""


def _every(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not above:
        yield (), group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from _every(command, *above, name)


def _described(entry: TableEntry) -> str:
    rows = "".join(
        f"| `{column.name}` | {column.data_type} | {_cell(column.description)} |\n"
        for column in entry.columns
    )
    table = f"\n| column | type | holds |\n|---|---|---|\n{rows}" if rows else ""
    return f"### {entry.name}\n\n{entry.description}\n{table}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _view_columns(table: str) -> dict[str, str]:
    text = (MODELS / "staging" / f"stg_{table}.sql").read_text(encoding="utf-8")
    return dict(_RENAMED.findall(text))


def main() -> int:
    """Write the pages; with ``--check``, only print which are not current."""
    stale = [
        name
        for name, text in pages().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for name in stale:
            click.echo(f"docs/{name} is not current; run `make docs`", err=True)
        return bool(stale)
    for name in stale:
        (DOCS / name).write_text(pages()[name], encoding="utf-8")
        click.echo(f"docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
