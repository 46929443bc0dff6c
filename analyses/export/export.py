"""Writing an export: tables in a format, with a README and a data dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from analyses.export.corpus import Steps, corpus_table, write_corpus
from analyses.export.files import Written, write_csv, write_json_lines, write_parquet
from analyses.export.folder import export_folder
from analyses.export.readme import readme, write_dictionary
from analyses.export.tables import data_tables
from analyses.export.threads import threads_table, write_threads
from analyses.export.workbook import write_workbook
from analyses.warehouse.database import connect
from loader.errors import ExportError, WarehouseError
from loader.progress import StepProgress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.export.tables import Table

_WRITERS: Final = {"parquet": write_parquet, "csv": write_csv, "jsonl": write_json_lines}
_POSTS: Final = frozenset({"questions", "answers"})


def export(  # noqa: PLR0913 - the last two are by name only
    data: Path,
    folder: Path,
    sets: Sequence[str] = (),
    file_format: str = "parquet",
    *,
    force: bool = False,
    study: str | None = None,
    steps: Steps | None = None,
) -> list[Written]:
    """Write question sets, or the whole dataset of a study, into a folder; return its files.

    Parameters
    ----------
    folder : Path
        An existing folder is replaced only if it is an export, and with `force`.
    sets : sequence of str
        Names of question sets; by default every set, with the results.
    file_format : str
        One of `analyses.export.FORMATS`.
    steps : Steps, optional
        The steps that the words of a corpus go through.

    Raises
    ------
    WarehouseError
        When the tables are not built, or the posts behind them are gone.
    ExportError
        When a set is unknown, or the folder may not be replaced.
    """
    with (
        export_folder(folder, force=force) as staging,
        connect(data, study) as connection,
        StepProgress("Exporting") as progress,
    ):
        try:
            names, threaded = _chosen(connection, sets)
            tables = data_tables(connection, names, with_results=not sets)
            if file_format.startswith("corpus"):
                steps = steps or Steps()
                tables = [corpus_table(steps)]
                lines = file_format.endswith("jsonl")
                files = [
                    write_corpus(connection, name, staging, steps, as_lines=lines)
                    for name in progress.each(threaded, "the texts of {}")
                ]
            elif file_format == "jsonl":
                parts = progress.each(threaded, "the questions of {}")
                files = [write_threads(connection, name, staging) for name in parts]
                tables = [table for table in tables if table.name not in _POSTS]
                files += _write(connection, tables, staging, file_format, progress)
                tables = [threads_table(), *tables]
            else:
                files = _write(connection, tables, staging, file_format, progress)
            text = readme(
                connection, names, tables, files,
                file_format=file_format, whole_study=not sets,
            )  # fmt: skip
        except (duckdb.CatalogException, duckdb.IOException) as error:
            first = str(error).splitlines()[0]
            if str(staging) in str(error):
                raise ExportError(
                    f"{folder}: cannot be written ({first});"
                    " make room, or name another folder with --output DIR"
                ) from error
            raise WarehouseError(
                f"{data}: the tables, or the posts behind them, cannot be read; load the dump and"
                f" run `stackstudy build` ({first})"
            ) from error
        write_dictionary(tables, staging)
        (staging / "README.md").write_text(text, encoding="utf-8")
    return files


def _chosen(
    connection: duckdb.DuckDBPyConnection, sets: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Return the sets to write, and those of them whose posts get a file of their own."""
    kinds = dict(
        connection.execute(
            "select question_set, kind from question_sets order by position"
        ).fetchall()
    )
    unknown = [name for name in sets if name not in kinds]
    if unknown:
        raise ExportError(f"no question set is named {unknown[0]!r}; there are {', '.join(kinds)}")
    if sets:
        names = list(dict.fromkeys(sets))
        return names, names
    parts = [name for name, kind in kinds.items() if kind in {"topic", "baseline"}]
    return list(kinds), parts or list(kinds)


def _write(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[Table],
    folder: Path,
    file_format: str,
    progress: StepProgress,
) -> list[Written]:
    if file_format == "xlsx":
        progress.begin("export.xlsx")
        return write_workbook(connection, tables, folder / "export.xlsx")
    named = {table.name: table for table in tables}
    write = _WRITERS[file_format]
    return [write(connection, named[name], folder) for name in progress.each(named)]
