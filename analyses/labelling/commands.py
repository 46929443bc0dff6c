"""The commands of labelling: `sample-size`, `draw`, and the group `label`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analyses.common.groups import InOrder
from analyses.study.options import built_study_option, study_option
from loader.errors import LabellingError, WarehouseError
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from analyses.labelling.ratings import Ratings
    from analyses.labelling.sample import Part, SampledQuestion
    from analyses.study.labels import Taxonomy

F = TypeVar("F", bound="Callable[..., Any]")

_OPEN_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _size(text: str) -> tuple[str, int | None]:
    """Read ``N``, ``all``, ``SET=N`` or ``SET=all``: the set ('' for every set), None for all."""
    question_set, _, size = text.rpartition("=")
    if size != "all" and not (size.isascii() and size.isdigit()):
        raise click.BadParameter(f"{text!r} is neither N, all, SET=N nor SET=all")
    return question_set, None if size == "all" else int(size)


def _output(name: str, default: str | None, text: str) -> Callable[[F], F]:
    return click.option(
        name, metavar="FILE", type=_FILE, default=default, show_default=True, help=text
    )


def _formula(command: F) -> F:
    """Add the options of the formula, by default as the study plans its samples."""
    for option in (
        click.option("--rounding", type=click.Choice(["up", "down"]), help="Up keeps the interval;"
                     " down just misses it."),
        click.option("--proportion", type=_OPEN_SHARE, help="Expected share; 0.5 needs the largest"
                     " sample and is safe for any."),
        click.option("--interval", type=_OPEN_SHARE, help="Half width of the confidence interval:"
                     " 0.05 is +/- 5 points."),
        click.option("--confidence", type=_OPEN_SHARE, help="Confidence level of the interval."
                     "  [defaults: the study's plan]"),
    ):  # fmt: skip
        command = option(command)
    return command


_sample = click.argument("sample_file", metavar="DRAW", type=_FILE)
_sheets = click.argument("sheet_files", metavar="SHEET...", nargs=-1, required=True, type=_FILE)
_part = click.option(
    "--part",
    type=click.Choice(["all", "pilot", "rest"]),
    default="all",
    show_default=True,
    help="Which questions of the draw.",
)
_skip = click.option(
    "--skip-unlabelled",
    "skip",
    is_flag=True,
    help="Leave out questions that are not labelled yet; without it they are an error.",
)
_taxonomy = click.option(
    "--taxonomy",
    "taxonomy_file",
    metavar="FILE",
    type=_FILE,
    help="Take the categories from this file, CSV or xlsx: question_set, inner_category,"
    " leaf_category.  [default: the study's taxonomy.csv]",
)
_answers = click.option(
    "--answers",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Answers shown per question, the accepted one first.",
)
_force = click.option(
    "--force", is_flag=True, help="Overwrite existing files, with the labels in them."
)


@click.command("sample-size")
@click.argument("sets", metavar="[SET]...", nargs=-1)
@click.option(
    "--population",
    type=click.IntRange(min=0),
    help="Number of questions, instead of the sets of the database.",
)
@data_option
@built_study_option
@_formula
def sample_size(
    sets: tuple[str, ...], population: int | None, data: Path, study: str | None, **formula: Any
) -> None:
    """Say how many questions of a set to label.

    So many that a share is known within an interval of a given width: Cochran's formula with
    finite population correction, for each SET (by default every topic set), by the plan of the
    study (`sampling` in its study.yml). Without a study's plan, for a --population, it is 95%
    confidence, +/- 5 points, rounded up: rounded down, the interval would be a little wider than
    asked for.

    \b
    Examples:
      stackstudy sample-size
      stackstudy sample-size mobile --confidence 0.99
      stackstudy sample-size --population 1325 --rounding down
    """
    from analyses.labelling.sample import read_populations
    from analyses.labelling.show import show_sizes

    if population is not None and sets:
        raise click.UsageError("name sets or give --population, not both")
    given = {name: value for name, value in formula.items() if value is not None}
    if population is not None:
        from analyses.statistics.sampling import sample_size as size_of

        show_sizes([("", size_of(population, **given), False)])
        return
    found = read_populations(data, study, sets)
    show_sizes([(one.question_set, one.size(**given), one.is_whole_set) for one in found])


@click.command("draw")
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@data_option
@built_study_option
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed gives another draw."
)
@click.option(
    "--size",
    "sizes",
    metavar="[SET=]N",
    multiple=True,
    type=_size,
    help="Questions to draw from a set, or from each; or `all`.  [default: the sample size]",
)
@click.option(
    "--pilot",
    "pilot_share",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="Share of the draw to label first, to make the taxonomy.",
)
@_formula
@_output("--output", "draw.csv", "File to write.")
@_force
def draw(
    *,
    sets: tuple[str, ...],
    data: Path,
    study: str | None,
    seed: int,
    sizes: tuple[tuple[str, int | None], ...],
    pilot_share: float,
    output: Path,
    force: bool,
    **formula: Any,
) -> None:
    """Draw questions at random, for each SET.

    Anyone can repeat a draw: it depends on the seed, the set's name and the ids of its questions,
    and not on the order of the rows, the machine or how often the dump was loaded. A larger draw
    with the same seed begins with the smaller one. Questions are written in the order drawn, the
    pilot first. The study plans how many (`sampling` in its study.yml).

    \b
    Examples:
      stackstudy draw server_cloud mobile
      stackstudy draw server_cloud mobile browser --size browser=all --seed 2020
      stackstudy draw dl --size 500 --pilot 0 --output dl.csv
    """
    from analyses.labelling.sample import (
        read_populations,
        sample_questions,
        write_sample,
    )

    wanted = dict(sizes)
    for name in wanted:
        if name and name not in sets:
            raise click.UsageError(f"--size is given for {name}, which is not among the sets drawn")
    given = {name: value for name, value in formula.items() if value is not None}
    chosen = []
    for population in read_populations(data, study, sets):
        name, n = population.question_set, len(population.questions)
        default = None if population.is_whole_set else population.size(**given).sample_size
        size = wanted.get(name, wanted.get("", default))
        if size is not None and size > n:
            raise click.UsageError(
                f"{name} has {n:,} questions, fewer than {size:,}; say --size {name}=all"
            )
        chosen.append((population, n if size is None else size))
    questions = sample_questions(chosen, seed=seed, pilot_share=pilot_share)
    write_sample(output, questions, force=force)
    for population, size in chosen:
        name = population.question_set
        n_pilot = sum(row.is_pilot for row in questions if row.question_set == name)
        click.echo(
            f"{name}: {size:,} of {len(population.questions):,} questions drawn, {n_pilot:,} of"
            " them pilot."
        )
        if population.is_candidate_set:
            click.echo(
                f"Note: {name} holds candidates that the rules alone chose; decide on them first"
                " (decisions.csv of the study), or label the others `false positive`."
            )
    click.echo(f"Draw: {output}")


@click.group(cls=InOrder)
def label() -> None:
    """Label drawn questions by hand.

    \b
    From a set to its taxonomy, with two raters:
      stackstudy draw mobile                                  questions to label: draw.csv
      stackstudy label sheet draw.csv ann.xlsx ben.xlsx       a sheet for each; they fill it
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx --conflicts conflicts.xlsx
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --resolved conflicts.xlsx
      stackstudy build
    """


@label.command()
@_sample
@click.argument("outputs", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@data_option
@study_option
@_part
@_answers
@_taxonomy
@_force
def sheet(
    *,
    sample_file: Path,
    outputs: tuple[Path, ...],
    data: Path,
    study: str | None,
    part: Part,
    answers: int,
    taxonomy_file: Path | None,
    force: bool,
) -> None:
    """Write a sheet for each rater.

    Each FILE is xlsx or CSV, by the ending of its name, with one row per question of DRAW: title,
    address, body and answers as text, tags, and empty columns for up to three labels and a note. In
    an xlsx the labels are chosen from the set's categories; a question that fits none is `false
    positive`, `unclear` or `pending` (perhaps a new category). A set without categories is coded
    openly: write `inner category - leaf category`.

    \b
    Examples:
      stackstudy label sheet draw.csv ann.xlsx ben.xlsx
      stackstudy label sheet draw.csv pilot.csv --part pilot --answers 5
    """
    from analyses.labelling.posts import read_texts
    from analyses.labelling.sample import in_part, read_with_taxonomy
    from analyses.labelling.sheet import SheetRow, write_sheet

    _check_files((), (sample_file, taxonomy_file), outputs)
    sample, taxonomy = read_with_taxonomy(sample_file, study, taxonomy_file)
    questions = in_part(sample_file, sample, part)
    texts = read_texts(data, study, questions, answers)
    rows = [SheetRow(row, text, {}) for row, text in zip(questions, texts, strict=True)]
    for output in outputs:
        write_sheet(output, rows, taxonomy, force=force)
        click.echo(f"Sheet: {output} ({len(rows):,} questions)")
    for name in dict.fromkeys(row.question_set for row in questions):
        if taxonomy.is_open(name):
            click.echo(f"Note: {name} has no categories yet; every name is taken.")


@label.command()
@_sample
@_sheets
@study_option
@_part
@_taxonomy
@click.pass_context
def check(
    context: click.Context,
    *,
    sample_file: Path,
    sheet_files: tuple[Path, ...],
    study: str | None,
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
    from analyses.labelling.ratings import read_ratings
    from analyses.labelling.sample import in_part, read_with_taxonomy

    sample, taxonomy = read_with_taxonomy(sample_file, study, taxonomy_file)
    wanted = {question.key for question in in_part(sample_file, sample, part)}
    found = 0
    for path in sheet_files:
        ratings = read_ratings(path, sample, taxonomy, wanted)
        lines = [*ratings.problems, *ratings.unlabelled.values()]
        for line in lines:
            click.echo(line)
        click.echo(
            f"{ratings.path}: {len(ratings.by_question):,} questions labelled,"
            f" {len(ratings.unlabelled):,} without a label, {len(ratings.problems):,} slips"
        )
        found += len(lines)
    context.exit(1 if found else 0)


@label.command()
@_sample
@_sheets
@_output("--conflicts", None, "Sheet to write, xlsx or CSV: the questions to settle.")
@_output("--confusion", None, "Table to write, xlsx or CSV: how often each pair of labels occurs.")
@_part
@_skip
@click.option(
    "--confidence",
    type=_OPEN_SHARE,
    default=0.95,
    show_default=True,
    help="Confidence level of the interval.",
)
@data_option
@study_option
@_answers
@_taxonomy
@_force
def agreement(
    *,
    sample_file: Path,
    sheet_files: tuple[Path, ...],
    conflicts: Path | None,
    confusion: Path | None,
    part: Part,
    skip: bool,
    confidence: float,
    data: Path,
    study: str | None,
    answers: int,
    taxonomy_file: Path | None,
    force: bool,
) -> None:
    """Say how far raters agree, and where they differ.

    Percent agreement and Cohen's kappa, at inner and leaf level, and the agreement on each
    category; of three raters or more, Krippendorff's alpha. Each SHEET is one rater's. A question
    with several labels counts as agreed when all of them are the same; pending counts as a label.
    --part rest leaves out the pilot, which the raters discussed, as the paper does.

    --conflicts writes the questions on which they do not agree, or that all left pending, with
    the labels of each rater and empty columns for those they settle on, for `stackstudy label
    resolve`.

    \b
    Examples:
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx
      stackstudy label agreement draw.csv ann.xlsx ben.xlsx --part rest --conflicts conflicts.xlsx
      stackstudy label agreement draw.csv ann.csv ben.csv --skip-unlabelled --confusion pairs.csv
    """
    if len(sheet_files) < 2:
        raise click.UsageError("agreement needs the sheets of two raters or more")
    _check_files(sheet_files, (sample_file, taxonomy_file), (conflicts, confusion))
    from analyses.labelling.adjudication import conflict_rows, to_adjudicate
    from analyses.labelling.agreement import agreement_of_all, rater_agreement
    from analyses.labelling.sample import read_with_taxonomy
    from analyses.labelling.show import show_agreement, show_agreement_of_all, write_confusion

    sample, taxonomy = read_with_taxonomy(sample_file, study, taxonomy_file)
    sheets = _checked(sheet_files, sample_file, sample, part, taxonomy, skip=skip)
    found = rater_agreement(sheets, taxonomy, confidence)
    show_agreement(found)
    if len(sheets) > 2:
        show_agreement_of_all(agreement_of_all(sheets, confidence))
    if confusion:
        write_confusion(confusion, found, force=force)
        click.echo(f"Confusion table: {confusion}")
    questions = to_adjudicate(sheets, sample)
    if conflicts and questions:
        from analyses.labelling.posts import read_texts
        from analyses.labelling.sheet import write_sheet

        texts = read_texts(data, study, questions, answers)
        write_sheet(conflicts, conflict_rows(sheets, questions, texts), taxonomy, force=force)
        click.echo(f"Conflicts: {conflicts} ({len(questions):,} questions to settle)")
    else:
        click.echo(f"Questions to settle: {len(questions):,}")


@label.command()
@_sample
@_sheets
@click.option(
    "--resolved", metavar="FILE", type=_FILE, help="The sheet of conflicts, filled together."
)
@click.option(
    "--settled",
    metavar="FILE",
    type=_FILE,
    help="Labels of other questions, such as the pilot's, to put first.",
)
@_output("--output", None, "Labels CSV to write.  [default: labels.csv of the study's folder]")
@study_option
@_part
@_skip
@_taxonomy
@_force
def resolve(
    *,
    sample_file: Path,
    sheet_files: tuple[Path, ...],
    resolved: Path | None,
    settled: Path | None,
    output: Path | None,
    study: str | None,
    part: Part,
    skip: bool,
    taxonomy_file: Path | None,
    force: bool,
) -> None:
    """Make a study's labels from filled sheets.

    Where the raters agree, their labels stand; elsewhere those of the sheet of conflicts do. A
    single SHEET is one that the raters filled together. The labels become labels.csv in the study's
    folder, which `stackstudy build` reads; for a study that ships they are written into the current
    folder, for a copy of the study.

    \b
    Examples:
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --resolved conflicts.xlsx
      stackstudy label resolve draw.csv pilot.xlsx --part pilot --output pilot_labels.csv
      stackstudy label resolve draw.csv ann.xlsx ben.xlsx --part rest --resolved conflicts.xlsx \\
          --settled pilot_labels.csv
    """
    from analyses.common.spreadsheets import written_whole
    from analyses.labelling.adjudication import adjudicate, merged
    from analyses.labelling.agreement import conflicts, pending
    from analyses.labelling.ratings import read_ratings
    from analyses.labelling.sample import read_with_taxonomy
    from analyses.labelling.show import count_labels
    from analyses.study.labels import read_labels, write_labels
    from analyses.study.slips import raising
    from analyses.study.study import find_study, shipped_studies

    folder = find_study(study)
    ships = folder.resolve() in {path.resolve() for path in shipped_studies().values()}
    target = output or (Path() if ships else folder) / "labels.csv"
    _check_files(sheet_files, (sample_file, taxonomy_file, resolved, settled), (target,))
    sample, taxonomy = read_with_taxonomy(sample_file, study, taxonomy_file)
    sheets = _checked(sheet_files, sample_file, sample, part, taxonomy, skip=skip)
    adjudicated = None
    if resolved:
        wanted = {*conflicts(sheets), *pending(sheets)}
        adjudicated = read_ratings(resolved, sample, taxonomy, wanted).checked(skip_unlabelled=True)
    labels = adjudicate(sheets, sample, adjudicated)
    if settled:
        labels = merged(raising(read_labels, settled, taxonomy.categories, None), labels)
    with written_whole(target, force=force) as staged:
        write_labels(staged, labels)
    click.echo(f"Labels: {target} ({count_labels(labels)})")
    if ships and not output:
        click.echo(
            f"Note: put them into a study of your own: `stackstudy study new DIR --from"
            f" {folder.name}`, then `stackstudy build --study DIR`."
        )


@label.command()
@data_option
@built_study_option
@_output("--output", None, "Table to write, xlsx or CSV, with all its columns.")
@_force
def acceptance(data: Path, study: str | None, output: Path | None, *, force: bool) -> None:
    """Compare unclear questions with the rest.

    As section 6.5 of the paper does: the share without an accepted answer among the questions
    that are unclear or false positive, beside the share among those that have a category. It shows
    the table `label_acceptance`, made from the labels that the study was built with.

    \b
    Examples:
      stackstudy label acceptance
      stackstudy label acceptance --output unclear.csv
    """
    from analyses.common.spreadsheets import write_table
    from analyses.labelling.show import show_acceptance
    from analyses.warehouse.database import connect, table_names

    rows = []
    with connect(data, study) as connection:
        if "label_acceptance" in table_names(connection):
            rows = connection.execute("from label_acceptance").to_arrow_table().to_pylist()
    if not rows:
        raise WarehouseError(
            f"{data}: the study was built without labels; put labels.csv into its folder"
            " (`stackstudy label resolve` writes it), then run `stackstudy build`"
        )
    show_acceptance(rows)
    if output:
        values = [list(row.values()) for row in rows]
        write_table(output, dict.fromkeys(rows[0], 16), values, force=force)
        click.echo(f"Table: {output}")


def _checked(
    sheet_files: Sequence[Path],
    sample_file: Path,
    sample: Sequence[SampledQuestion],
    part: Part,
    taxonomy: Taxonomy,
    *,
    skip: bool,
) -> list[Ratings]:
    """Read sheets, and say how many questions are left out if that was asked for."""
    from analyses.labelling.ratings import read_ratings
    from analyses.labelling.sample import in_part

    keys = {question.key for question in in_part(sample_file, sample, part)}
    sheets = [
        read_ratings(path, sample, taxonomy, keys).checked(skip_unlabelled=skip)
        for path in sheet_files
    ]
    left_out = {key for ratings in sheets for key in ratings.unlabelled}
    if left_out:
        click.echo(f"Left out, not labelled by every rater: {len(left_out):,} questions.")
    return sheets


def _check_files(
    sheets: Iterable[Path], inputs: Iterable[Path | None], outputs: Iterable[Path | None]
) -> None:
    """Raise a LabellingError for a sheet given twice, and for a file both to read and to write."""
    seen: set[Path] = set()
    for path in sheets:
        if path.resolve() in seen:
            raise LabellingError(f"{path}: is given twice; name a different sheet for each rater")
        seen.add(path.resolve())
    seen |= {path.resolve() for path in inputs if path is not None}
    for output in (path for path in outputs if path is not None):
        if output.resolve() in seen:
            raise LabellingError(
                f"{output}: is given twice, and would be overwritten; name another file to write"
            )
        seen.add(output.resolve())
