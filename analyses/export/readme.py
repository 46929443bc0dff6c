"""The README and the data dictionary of an export."""

from __future__ import annotations

import html
import re
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from analyses.common.files import write_records
from analyses.export.folder import MARK
from analyses.export.tables import LICENCE, wanted_questions
from analyses.warehouse.database import records
from loader.errors import on_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from analyses.export.files import Written
    from analyses.export.tables import Table

_PERIODS: Final = {
    "2.5": "contributed before 2011-04-08 UTC",
    "3.0": "contributed from 2011-04-08 until before 2018-05-02 UTC",
    "4.0": "contributed since 2018-05-02 UTC",
}


def write_dictionary(tables: Sequence[Table], folder: Path) -> None:
    """Write `data_dictionary.csv`: one line per column, of the tables as they are written."""
    rows = (
        (table.name, column.name, column.data_type, column.description)
        for table in tables
        for column in table.columns
    )
    write_records(folder / MARK, ("table", "column", "type", "description"), rows)


def readme(  # noqa: PLR0913 - what a README describes
    connection: duckdb.DuckDBPyConnection,
    sets: Sequence[str],
    tables: Sequence[Table],
    files: Sequence[Written],
    *,
    file_format: str,
    whole_study: bool,
) -> str:
    """Compose the README of an export, as Markdown: sets, files, licences, what to cite."""
    loaded = connection.execute(
        "select site, last_at, is_synthetic from dump_manifest where \"table\" = 'posts'"
        " order by site"
    ).fetchall()
    of_sets = records(
        connection,
        "select question_set, label, description, is_candidate_set, count(question_id) as"
        " n_questions from question_sets left join question_set_members using (question_set)"
        " group by all",
    )
    posts = connection.execute(
        f"select coalesce({LICENCE}, '') as licence, count(*) from stg_posts as post"
        f" semi join {wanted_questions(sets)} as wanted on post.site = wanted.site"
        " and if(post.post_type_id = 1, post.post_id, post.parent_post_id) = wanted.question_id"
        " where post.post_type_id in (1, 2) group by all order by all"
    ).fetchall()
    study = records(connection, "from main.studies")[0]
    doi = f"https://doi.org/{study['doi']}" if study.get("doi") else ""
    threaded = [file.name.split("/")[1].partition(".")[0] for file in files if "/" in file.name]
    by_name = {row["question_set"]: row for row in of_sets}
    template = Path(__file__).with_name("readme.md").read_text(encoding="utf-8")
    environment = Environment(  # noqa: S701 - it makes Markdown
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["plain"] = _plain
    return environment.from_string(template).render(
        title=study.get("title", "") if whole_study else "",
        citation=" ".join(part for part in (study.get("citation") or "", doi) if part),
        sites=", ".join(
            f"{site} (last post {str(last_at or '')[:10] or 'unknown'})"
            for site, last_at, _ in loaded
        ),
        version=version("stackstudy"),
        is_synthetic=any(synthetic for *_, synthetic in loaded),
        sets=[by_name[name] for name in sets],
        file_format=file_format,
        whole_study=whole_study,
        threaded=[name for name in sets if name in threaded],
        unthreaded=[name for name in sets if name not in threaded],
        files=files,
        described={table.name: table.description for table in tables},
        dictionary=MARK,
        notes=[note for file in files for note in file.notes],
        periods=_PERIODS,
        licences=dict(posts),
    )


def _plain(text: str) -> str:
    """Return a text of a dump or a study so that Markdown shows it: on one line, and no markup."""
    escaped = html.escape(on_one_line(" ".join(text.split())), quote=False)
    return re.sub(r"([\\`*\[\]|])", r"\\\1", escaped)
