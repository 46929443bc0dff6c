"""`stackstudy label agreement`, `resolve` and `acceptance`: from filled sheets to results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from analyses.labelling.options import (
    INPUT,
    answers_option,
    check_files,
    confidence_option,
    draw_argument,
    force_option,
    output_option,
    part_option,
    sheets_argument,
    skip_option,
    taxonomy_of,
    taxonomy_option,
)
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from analyses.labelling.draw import DrawnQuestion, Part
    from analyses.labelling.ratings import Ratings
    from analyses.study.labels import Taxonomy


@click.command()
@draw_argument
@sheets_argument
@output_option("--conflicts", None, "Sheet to write, xlsx or CSV: the questions to settle.")
@output_option("--confusion", None, "Table to write, xlsx or CSV: how often each pair of labels.")
@part_option
@skip_option
@confidence_option
@data_option
@answers_option
@taxonomy_option
@force_option
def agreement(  # noqa: PLR0913 - one for each option
    *,
    draw_file: Path,
    sheet_files: tuple[Path, ...],
    conflicts: Path | None,
    confusion: Path | None,
    part: Part,
    confidence: float,
    data: Path,
    answers: int,
    taxonomy_file: Path | None,
    skip_unlabelled: bool,
    force: bool,
) -> None:
    """Say how far raters agree, and on what not.

    Percent agreement and Cohen's kappa, at inner and leaf level. Each SHEET is one rater's. A
    question with several labels counts as agreed when all of them are the same; pending counts as
    a label. With --part rest the pilot, which the raters talked about, is left out, as in the
    paper.

    --conflicts writes the questions on which they do not agree, or that all left pending, with
    what each said and empty columns for what they settle on, for `stackstudy label resolve`.

    \b
    Examples:
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx --part rest --conflicts conflicts.xlsx
      stackstudy label agreement draw.csv ann.csv ben.csv --skip-unlabelled --confusion pairs.csv
    """
    if len(sheet_files) < 2:
        raise click.UsageError("agreement needs the sheets of two raters or more")
    check_files(sheet_files, (draw_file, taxonomy_file), (conflicts, confusion))
    from analyses.labelling.agreement import rater_agreement  # noqa: PLC0415
    from analyses.labelling.draw import in_part, read_draw  # noqa: PLC0415
    from analyses.labelling.resolution import to_resolve  # noqa: PLC0415
    from analyses.labelling.show import show_agreement, write_confusion  # noqa: PLC0415

    taxonomy = taxonomy_of(taxonomy_file)
    draw = read_draw(draw_file)
    sheets = _checked(
        sheet_files, draw, in_part(draw_file, draw, part), taxonomy, skip=skip_unlabelled
    )
    found = rater_agreement(sheets, taxonomy, confidence)
    show_agreement(found)
    if confusion:
        write_confusion(confusion, found, force=force)
        click.echo(f"Confusion table: {confusion}")
    questions = to_resolve(sheets, draw)
    if conflicts and questions:
        from analyses.labelling.posts import read_texts  # noqa: PLC0415
        from analyses.labelling.resolution import conflict_rows  # noqa: PLC0415
        from analyses.labelling.sheet import write_sheet  # noqa: PLC0415

        rows = conflict_rows(sheets, questions, read_texts(data, questions, answers))
        write_sheet(conflicts, rows, taxonomy, force=force)
        click.echo(f"Conflicts: {conflicts} ({len(rows):,} questions to settle)")
    else:
        click.echo(f"Questions to settle: {len(questions):,}")


@click.command()
@draw_argument
@sheets_argument
@click.option(
    "--resolved", metavar="FILE", type=INPUT, help="The sheet of conflicts, filled together."
)
@click.option(
    "--settled",
    metavar="FILE",
    type=INPUT,
    help="Labels CSV of other questions, such as the pilot's, to put first.",
)
@output_option("--output", "labels.csv", "Labels CSV to write.")
@part_option
@skip_option
@taxonomy_option
@force_option
def resolve(  # noqa: PLR0913 - one for each option
    *,
    draw_file: Path,
    sheet_files: tuple[Path, ...],
    resolved: Path | None,
    settled: Path | None,
    output: Path,
    part: Part,
    taxonomy_file: Path | None,
    skip_unlabelled: bool,
    force: bool,
) -> None:
    """Make a study's labels of filled sheets.

    Where the raters agree their labels stand, elsewhere those of the sheet of conflicts. A single
    SHEET is one that was filled together. The file is what `stackstudy build --labels` reads; its
    categories must then be in the study's taxonomy.

    \b
    Examples:
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --resolved conflicts.xlsx
      stackstudy label resolve draw.csv pilot.xlsx --part pilot --output pilot_labels.csv
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --part rest --resolved conflicts.xlsx \\
          --settled pilot_labels.csv
    """
    from analyses.common.spreadsheets import written_whole  # noqa: PLC0415
    from analyses.labelling.agreement import conflicts, pending  # noqa: PLC0415
    from analyses.labelling.draw import in_part, read_draw  # noqa: PLC0415
    from analyses.labelling.ratings import read_ratings  # noqa: PLC0415
    from analyses.labelling.resolution import merged  # noqa: PLC0415
    from analyses.labelling.resolution import resolve as resolve_labels  # noqa: PLC0415
    from analyses.labelling.show import count_labels  # noqa: PLC0415
    from analyses.study.labels import read_labels, write_labels  # noqa: PLC0415

    check_files(sheet_files, (draw_file, taxonomy_file, resolved, settled), (output,))
    taxonomy = taxonomy_of(taxonomy_file)
    draw = read_draw(draw_file)
    sheets = _checked(
        sheet_files, draw, in_part(draw_file, draw, part), taxonomy, skip=skip_unlabelled
    )
    settlement = None
    if resolved:
        wanted = {*conflicts(sheets), *pending(sheets)}
        settlement = read_ratings(resolved, draw, taxonomy, wanted).checked(skip_unlabelled=True)
    labels = resolve_labels(sheets, draw, settlement)
    if settled:
        labels = merged(read_labels(settled, taxonomy.categories), labels)
    with written_whole(output, force=force) as aside:
        write_labels(aside, labels)
    click.echo(f"Labels: {output} ({count_labels(labels)})")


@click.command()
@click.argument("labels_file", metavar="LABELS", type=INPUT)
@data_option
@confidence_option
@taxonomy_option
@output_option("--output", None, "CSV to write the table to, with all its columns.")
@force_option
def acceptance(  # noqa: PLR0913 - one for each option
    *,
    labels_file: Path,
    data: Path,
    confidence: float,
    taxonomy_file: Path | None,
    output: Path | None,
    force: bool,
) -> None:
    """Compare unclear questions with the rest.

    As section 6.5 of the paper does: the share without an accepted answer among the questions
    that are unclear or false positive, beside that of those that have a category.

    \b
    Examples:
      stackstudy label acceptance labels.csv
      stackstudy label acceptance labels.csv --output unclear.csv
    """
    from analyses.labelling.acceptance import label_acceptance, read_acceptance  # noqa: PLC0415
    from analyses.labelling.show import show_acceptance, write_results  # noqa: PLC0415
    from analyses.study.labels import read_labels  # noqa: PLC0415

    check_files((), (labels_file, taxonomy_file), (output,))
    labels = read_labels(labels_file, taxonomy_of(taxonomy_file).categories)
    rows = label_acceptance(labels, read_acceptance(data, labels), confidence)
    show_acceptance(rows)
    if output:
        write_results(output, rows, force=force)
        click.echo(f"Table: {output}")


def _checked(
    sheet_files: Sequence[Path],
    draw: Sequence[DrawnQuestion],
    wanted: Sequence[DrawnQuestion],
    taxonomy: Taxonomy,
    *,
    skip: bool,
) -> list[Ratings]:
    """Read sheets, and say how many questions are left out where that was asked for."""
    from analyses.labelling.ratings import read_ratings  # noqa: PLC0415

    keys = {question.key for question in wanted}
    sheets = [
        read_ratings(path, draw, taxonomy, keys).checked(skip_unlabelled=skip)
        for path in sheet_files
    ]
    left_out = {key for ratings in sheets for key in ratings.unlabelled}
    if left_out:
        click.echo(f"Left out, not labelled by every rater: {len(left_out):,} questions.")
    return sheets
