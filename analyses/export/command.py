"""`stackstudy export`: question sets, or the dataset of a study, as files."""

from __future__ import annotations

from pathlib import Path

import click

from analyses.export import FORMATS
from analyses.study.options import built_study_option
from loader.options import data_option


@click.command("export")
@click.argument("question_sets", nargs=-1, metavar="[SET]...")
@data_option
@built_study_option
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    default="export",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write; it must not exist yet, or must be empty.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default="parquet",
    show_default=True,
    help="Form of the files.",
)
@click.option("--force", is_flag=True, help="Replace an existing export.")
def command(
    *,
    question_sets: tuple[str, ...],
    data: Path,
    study: str | None,
    output: Path,
    file_format: str,
    force: bool,
) -> None:
    """Write question sets as files to pass on, or the whole dataset of a study.

    With names of sets: their questions with answers, memberships and labels. Without: those of
    every set, and the results. A README with the licences of the posts and a data dictionary are
    written beside them. `jsonl` has one question per line, its answers nested.

    \b
    Examples:
      stackstudy export                                      the study, as Parquet, in export/
      stackstudy export mobile --format jsonl -o mobile      one set, its answers nested
      stackstudy export browser --format xlsx -o browser     for a spreadsheet
    """
    from analyses.export.export import export  # `--help` needs none of it

    files = export(data, output, question_sets, file_format, force=force, study=study)
    for file in files:
        where = f"{file.name} ({file.table})" if file_format == "xlsx" else file.name
        click.echo(f"{file.n_rows:>10,} rows  {where}")
    for note in (note for file in files for note in file.notes):
        click.echo(f"Note: {note}", err=True)
    click.echo(f"Written to {output}; README.md there says what each file is, and the licences.")
