"""`stackstudy export`: question sets, or the dataset of a study, as files."""

from __future__ import annotations

from pathlib import Path

import click

from analyses.export import FORMATS, LANGUAGES
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
@click.option("--with-accepted-answer", is_flag=True, help="Corpus: the accepted answer, too.")
@click.option("--keep-case", is_flag=True, help="Corpus: tokens as they are written.")
@click.option("--keep-stop-words", is_flag=True, help="Corpus: tokens with stop words.")
@click.option(
    "--stop-words",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Corpus: stop words of your own, a word per line.  [default: English function words]",
)
@click.option("--keep-endings", is_flag=True, help="Corpus: words instead of their stems.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="english",
    show_default=True,
    metavar="LANGUAGE",
    help="Corpus: of the stems.",
)
@click.option("--force", is_flag=True, help="Replace an existing export.")
def command(
    *,
    question_sets: tuple[str, ...],
    data: Path,
    study: str | None,
    output: Path,
    file_format: str,
    with_accepted_answer: bool,
    keep_case: bool,
    keep_stop_words: bool,
    stop_words: Path | None,
    keep_endings: bool,
    language: str,
    force: bool,
) -> None:
    """Write question sets as files to pass on, or the whole dataset of a study.

    With names of sets: their questions with answers, memberships and labels. Without: those of
    every set, and the results. A README with the licences of the posts and a data dictionary are
    written beside them. `jsonl` has one question per line, its answers nested. `corpus` (Parquet)
    and `corpus-jsonl` have one document per question for topic models: plain text without code,
    links and markup, and tokens in lower case, without stop words, as stems.

    \b
    Examples:
      stackstudy export                                      the study, as Parquet, in export/
      stackstudy export mobile --format jsonl -o mobile      one set, its answers nested
      stackstudy export browser --format xlsx -o browser     for a spreadsheet
      stackstudy export mobile --format corpus -o corpus     for a topic model
    """
    from analyses.export.corpus import STOP_WORDS, Steps, read_stop_words
    from analyses.export.export import export  # `--help` needs none of it

    if language != "english" and not (stop_words or keep_stop_words):
        raise click.UsageError(
            f"--language {language}: there is no list of its stop words; give one with --stop-words"
            " FILE, or --keep-stop-words"
        )
    left_out = frozenset() if keep_stop_words else read_stop_words(stop_words or STOP_WORDS)
    steps = Steps(
        lower_case=not keep_case,
        stop_words=left_out,
        stems=not keep_endings,
        accepted_answer=with_accepted_answer,
        language=language,
    )
    if steps != Steps() and not file_format.startswith("corpus"):
        raise click.UsageError(f"--format {file_format} is no corpus: it has no texts to prepare")
    files = export(data, output, question_sets, file_format, force=force, study=study, steps=steps)
    for file in files:
        where = f"{file.name} ({file.table})" if file_format == "xlsx" else file.name
        click.echo(f"{file.n_rows:>10,} rows  {where}")
    for note in (note for file in files for note in file.notes):
        click.echo(f"Note: {note}", err=True)
    click.echo(f"Written to {output}; README.md there says what each file is, and the licences.")
