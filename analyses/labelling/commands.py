"""`stackstudy label`: the sheets that raters fill, their agreement, and the labels of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from analyses.labelling.options import (
    OUTPUT,
    answers_option,
    check_files,
    draw_argument,
    force_option,
    part_option,
    sheets_argument,
    taxonomy_of,
    taxonomy_option,
)
from analyses.labelling.settling_commands import acceptance, agreement, resolve
from loader.options import data_option

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.labelling.draw import Part


class InOrder(click.Group):
    """A group that lists its commands in the order in which a person needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands as they were added."""
        del ctx
        return list(self.commands)


@click.group(cls=InOrder)
def label() -> None:
    """Label drawn questions by hand.

    \b
    From a set to its taxonomy, with two raters:
      stackstudy draw mobile                                  questions to label: draw.csv
      stackstudy label sheet draw.csv ann.xlsx ben.xlsx       a sheet for each; they fill it
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx --conflicts conflicts.xlsx
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --resolved conflicts.xlsx
      stackstudy build --labels labels.csv
    """


@label.command()
@draw_argument
@click.argument("outputs", metavar="FILE...", nargs=-1, required=True, type=OUTPUT)
@data_option
@part_option
@answers_option
@taxonomy_option
@force_option
def sheet(  # noqa: PLR0913 - one for each option
    *,
    draw_file: Path,
    outputs: tuple[Path, ...],
    data: Path,
    part: Part,
    answers: int,
    taxonomy_file: Path | None,
    force: bool,
) -> None:
    """Write a sheet for each rater.

    Each FILE is xlsx or CSV, after its name, with a row for each question of DRAW: title, address,
    body and answers as text, tags, and empty columns for up to three labels and a note. In an xlsx
    the labels are chosen from the set's categories; what fits none is `false positive`, `unclear`
    or `pending` (perhaps a new category). A set without categories is coded openly: write
    `inner category - leaf category`.

    \b
    Examples:
      stackstudy label sheet draw.csv ann.xlsx ben.xlsx
      stackstudy label sheet draw.csv pilot.csv --part pilot --answers 5
    """
    from analyses.labelling.draw import in_part, read_draw  # noqa: PLC0415
    from analyses.labelling.posts import read_texts  # noqa: PLC0415
    from analyses.labelling.sheet import SheetRow, write_sheet  # noqa: PLC0415

    check_files((), (draw_file, taxonomy_file), outputs)
    taxonomy = taxonomy_of(taxonomy_file)
    questions = in_part(draw_file, read_draw(draw_file), part)
    texts = read_texts(data, questions, answers)
    rows = [SheetRow(row, text, {}) for row, text in zip(questions, texts, strict=True)]
    for output in outputs:
        write_sheet(output, rows, taxonomy, force=force)
        click.echo(f"Sheet: {output} ({len(rows):,} questions)")
    for name in dict.fromkeys(row.question_set for row in questions):
        if taxonomy.is_open(name):
            click.echo(f"Note: {name} has no categories yet; every name is taken.")


@label.command()
@draw_argument
@sheets_argument
@part_option
@taxonomy_option
@click.pass_context
def check(
    context: click.Context,
    draw_file: Path,
    sheet_files: tuple[Path, ...],
    part: Part,
    taxonomy_file: Path | None,
) -> None:
    """Check filled sheets.

    Lists every slip with its file and row, and exits with code 1 if there is one.

    \b
    Examples:
      stackstudy label check draw.csv ann.xlsx
      stackstudy label check draw.csv ann.xlsx ben.csv --part pilot
    """
    from analyses.labelling.draw import in_part, read_draw  # noqa: PLC0415
    from analyses.labelling.ratings import read_ratings  # noqa: PLC0415

    taxonomy = taxonomy_of(taxonomy_file)
    draw = read_draw(draw_file)
    wanted = {question.key for question in in_part(draw_file, draw, part)}
    found = 0
    for path in sheet_files:
        ratings = read_ratings(path, draw, taxonomy, wanted)
        lines = [*ratings.problems, *ratings.unlabelled.values()]
        for line in lines:
            click.echo(line)
        click.echo(
            f"{ratings.path}: {len(ratings.by_question):,} questions labelled,"
            f" {len(ratings.unlabelled):,} without a label, {len(ratings.problems):,} slips"
        )
        found += len(lines)
    context.exit(1 if found else 0)


for command in (agreement, resolve, acceptance):
    label.add_command(command)
