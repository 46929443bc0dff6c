"""The commands of labelling: `sample-size`, `draw`, and the groups `decide` and `label`."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analyses.common.groups import InOrder
from analyses.labelling.ratings import DECIDE, LABEL, SETTLED, Task
from analyses.study.options import built_study_option, study_option
from loader.errors import LabellingError, WarehouseError
from loader.options import FloatRange, data_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyses.labelling.ratings import Ratings
    from analyses.labelling.sample import Part, SampledQuestion
    from analyses.study.labels import Taxonomy
    from analyses.study.study import Study

F = TypeVar("F", bound="Callable[..., Any]")

_OPEN_SHARE = FloatRange(0, 1, min_open=True, max_open=True)
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


_part = click.option(
    "--part",
    type=click.Choice(["all", "pilot", "rest"]),
    default="all",
    show_default=True,
    help="Which questions of the draw.",
)
_rater = click.option(
    "--rater", metavar="NAME", required=True, help="Whose labels: a name of letters and digits."
)
_raters = click.option(
    "--raters",
    "n_raters",
    type=click.IntRange(min=1),
    default=2,
    show_default=True,
    help="So many must have said the same; 1 where the raters worked together.",
)
_port = click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the page.  [default: any]"
)
_force = click.option("--force", is_flag=True, help="Overwrite existing files.")


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
    type=FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="Share of the draw to label first, to make the taxonomy.",
)
@click.option(
    "--by-category", is_flag=True, help="Draw from each inner category of the labels apart."
)
@click.option("--grow", is_flag=True, help="Keep what the file holds, and draw more behind it.")
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
    by_category: bool,
    grow: bool,
    output: Path,
    force: bool,
    **formula: Any,
) -> None:
    """Draw questions at random, for each SET.

    Anyone can repeat a draw: it depends on the seed, the set's name and the ids of its questions,
    and not on the order of the rows, the machine or how often the dump was loaded. A larger draw
    with the same seed begins with the smaller one. Questions are written in the order drawn, the
    pilot first. The study plans how many (`sampling` in its study.yml).

    --grow keeps the questions of the file, the pilot as it is, and draws with its seed until there
    are so many of each set: the first 100 stay when 200 are drawn. --by-category draws so many of
    each category that the study's labels have.

    \b
    Examples:
      stackstudy draw server_cloud mobile
      stackstudy draw server_cloud mobile browser --size browser=all --seed 2020
      stackstudy draw dl --size 500 --pilot 0 --output dl.csv
      stackstudy draw mobile --size 200 --grow
      stackstudy draw mobile --by-category --size 10 --output second.csv
    """
    from analyses.labelling.sample import (
        read_populations,
        read_sample,
        sample_questions,
        write_sample,
    )

    wanted = dict(sizes)
    for name in wanted:
        if name and name not in sets:
            raise click.UsageError(f"--size is given for {name}, which is not among the sets drawn")
    given = {name: value for name, value in formula.items() if value is not None}
    earlier = read_sample(output) if grow else []
    seed = next((one.seed for one in earlier if one.seed is not None), seed)
    chosen = []
    for population in read_populations(data, study, sets, by_category=by_category):
        name, n = population.question_set, len(population.questions)
        default = None if population.is_whole_set else population.size(**given).sample_size
        size = wanted.get(name, wanted.get("", default))
        if size is not None and size > n and by_category:
            size = n  # a small category is read in full
        if size is not None and size > n:
            raise click.UsageError(
                f"{name} has {n:,} questions, fewer than {size:,}; say --size {name}=all"
            )
        chosen.append((population, n if size is None else size))
    questions = sample_questions(chosen, seed=seed, pilot_share=pilot_share, earlier=earlier)
    write_sample(output, questions, force=force or grow)
    for population, _ in chosen:
        name = population.question_set
        drawn = [
            row
            for row in questions
            if (row.question_set, row.stratum) == (name, population.stratum)
        ]
        n_pilot = sum(row.is_pilot for row in drawn)
        click.echo(
            f"{population.name}: {len(drawn):,} of {len(population.questions):,} questions drawn,"
            f" {n_pilot:,} of them pilot."
        )
        if population.is_candidate_set:
            click.echo(
                f"Note: {name} holds candidates that the rules alone chose; decide on them first"
                " (`stackstudy decide serve`), or label the others `false positive`."
            )
    click.echo(f"Draw: {output}")


@click.group(cls=InOrder)
def decide() -> None:
    """Decide by hand which questions belong to a set.

    \b
    Two people decide on candidates; what they agree on and settle is decisions.csv:
      stackstudy draw browser --size all                     the candidates: draw.csv
      stackstudy decide serve draw.csv --rater ann           a page for each; they press i or e
      stackstudy decide settle draw.csv                      a page: both side by side, kappa
      stackstudy build
    """


@click.group(cls=InOrder)
def label() -> None:
    """Label drawn questions by hand.

    \b
    From a set to its taxonomy, with two raters:
      stackstudy draw mobile                                 questions to label: draw.csv
      stackstudy label serve draw.csv --rater ann            a page for each, by keys
      stackstudy label settle draw.csv                       a page: both side by side, kappa
      stackstudy build
    """


@dataclass(frozen=True)
class _Work:
    """What `label` and `decide` work on: a task, a sample with its file, and the study."""

    task: Task
    file: Path
    sample: list[SampledQuestion]
    study: Study

    @property
    def taxonomy(self) -> Taxonomy:
        """What there is to say of the sample."""
        return self.task.taxonomy(self.sample, self.study.taxonomy)

    @property
    def own(self) -> Path:
        """The folder of the study, unless it ships: then labels would be lost by an update."""
        from analyses.study.study import shipped_studies

        folder = self.study.folder
        if folder in {path.resolve() for path in shipped_studies().values()}:
            raise LabellingError(
                f"{folder}: ships with stackstudy; make a study of your own first: `stackstudy"
                f" study new DIR --from {self.study.name}`, then add --study DIR"
            )
        return folder

    def part(self, part: Part) -> list[SampledQuestion]:
        """Return a part of the sample."""
        from analyses.labelling.sample import in_part

        return in_part(self.file, self.sample, part)

    def raters(
        self, questions: list[SampledQuestion], files: tuple[Path, ...] = ()
    ) -> tuple[list[Ratings], Ratings | None]:
        """Read the raters of the study and what is settled, or the raters of files."""
        from analyses.labelling.journal import read_journals
        from analyses.labelling.ratings import read_raters, read_ratings

        if files:
            wanted = {one.key for one in questions}
            read = (
                read_ratings(one, self.sample, self.taxonomy, wanted, self.task) for one in files
            )
            return [one.checked(skip_unlabelled=True) for one in read], None
        journals = read_journals(self.study.folder)
        for one in journals:
            if one.torn:
                click.echo(f"Note: {one.path}: its last line is not whole, and left out", err=True)
        return read_raters(journals, questions, self.taxonomy, self.task)


def _check_unlike(*paths: Path | None) -> None:
    """Raise a LabellingError for a file given twice: both to read and to write, or two raters'."""
    seen = set()
    for path in filter(None, paths):
        if path.resolve() in seen:
            raise LabellingError(f"{path}: is given twice; name another file")
        seen.add(path.resolve())


def _for_both(name: str, said: str, *options: Callable[[F], F]) -> Callable[[F], F]:
    """Give both groups a command on a sample of a study; its function gets the work first."""

    def add(run: F) -> F:
        for group, task in ((decide, DECIDE), (label, LABEL)):

            def command(
                *, sample_file: Path, study: str | None, task: Task = task, **given: Any
            ) -> None:
                from analyses.labelling.sample import read_sample_of
                from analyses.study.study import find_study, read_study

                files = given.get("files", ())
                _check_unlike(sample_file, *files, given.get("output"), given.get("confusion"))
                found = read_study(find_study(study))
                run(_Work(task, sample_file, read_sample_of(sample_file, found), found), **given)

            draw_argument = click.argument("sample_file", metavar="DRAW", type=_FILE)
            with_options: Any = command
            option: Any
            for option in reversed((draw_argument, *options, study_option)):
                with_options = option(with_options)
            words = {"task": task.name, "file": task.file}
            group.command(name, help=cleandoc(said).format(**words))(with_options)
        return run

    return add


@_for_both(
    "serve",
    """Show the page on which one person reads questions and {task}s them by keys.

        It runs on this machine alone, and each keystroke is on disk at once: in the file
        ratings/NAME.jsonl of the study's folder, which also goes on from another machine. A person
        sees only their own work.

        \b
        Examples:
          stackstudy {task} serve draw.csv --rater ann --study my_study
          stackstudy {task} serve draw.csv --rater ben --part pilot
        """,
    _rater,
    data_option,
    _part,
    _port,
)
def _serve_rater(work: _Work, *, rater: str, part: Part, **given: Any) -> None:
    if rater == SETTLED:
        raise LabellingError(f"settled is no rater; run `stackstudy {work.task.name} settle`")
    _serve(work, work.part(part), rater, **given)


@_for_both(
    "settle",
    """Show the page on which the raters settle where they differ.

        It shows agreement as it grows, overall and per category, and each question with what
        every rater said. What is settled, and what the raters say alike, is {file} of the study's
        folder at once.

        \b
        Examples:
          stackstudy {task} settle draw.csv --study my_study
        """,
    _raters,
    data_option,
    _port,
)
def _settle(work: _Work, **given: Any) -> None:
    _serve(work, work.part("all"), SETTLED, **given)


def _serve(
    work: _Work,
    questions: list[SampledQuestion],
    rater: str,
    *,
    data: Path,
    port: int,
    n_raters: int = 2,
) -> None:
    """Open the journal of a person, and show the page until Ctrl-C."""
    from analyses.labelling.journal import Journal, journal_path
    from analyses.labelling.page import Desk, Page, listening, serve
    from analyses.labelling.posts import read_threads

    journal = Journal(journal_path(work.own, rater))
    with journal.writing() as note:
        if note:
            click.echo(f"Note: {note}", err=True)
        click.echo(f"Reading {len(questions):,} questions ...", err=True)
        threads = read_threads(data, work.study.name, questions)
        desk = Desk(work.study, work.task, questions, threads, journal, n_raters)
        if desk.is_settling:
            desk.raters()  # what cannot be settled is said here, and not on the page
        with listening(port) as at:
            page = Page(desk, at.getsockname()[1])
            click.echo(f"Open {page.address}\nCtrl-C ends the page; all is in {journal.path}.")
            serve(page, at)


@_for_both(
    "write",
    """Write {file} from what raters say alike and what is settled.

        Questions that are to be settled are left out and counted. `stackstudy build` reads the
        file.

        \b
        Examples:
          stackstudy {task} write draw.csv --study my_study
          stackstudy {task} write draw.csv --raters 1
        """,
    _raters,
)
def _write(work: _Work, *, n_raters: int) -> None:
    from analyses.labelling.adjudication import adjudicate, write_settled

    raters, settled = work.raters(work.sample)
    made = adjudicate(raters, settled, work.sample, n_raters)
    path = write_settled(work.own, work.study.set_names(), work.task, made)
    click.echo(f"{path}: {len(made.final):,} of {len(work.sample):,} questions of the draw")
    if made.to_settle:
        click.echo(f"To settle: {len(made.to_settle):,} (`stackstudy {work.task.name} settle`)")


@_for_both(
    "agreement",
    """Say how far raters agree, and where they differ.

        Percent agreement and Cohen's kappa, at inner and leaf level, and the agreement on each
        category; of three raters or more, Krippendorff's alpha. Each FILE is one rater's: a
        journal, or a sheet (CSV or xlsx); by default all journals of the study. A question counts
        if both have rated it; several labels agree when all are the same; pending is a label.
        --part rest leaves out the pilot, which the raters discussed, as the paper does.

        \b
        Examples:
          stackstudy {task} agreement draw.csv --study my_study
          stackstudy {task} agreement draw.csv ann.xlsx ben.xlsx --part rest --confusion pairs.csv
        """,
    click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILE),
    _output("--confusion", None, "Table to write, xlsx or CSV: how often each pair occurs."),
    _part,
    click.option(
        "--confidence",
        type=_OPEN_SHARE,
        default=0.95,
        show_default=True,
        help="Confidence level of the interval.",
    ),
    _force,
)
def _agreement(
    work: _Work,
    *,
    files: tuple[Path, ...],
    confusion: Path | None,
    part: Part,
    confidence: float,
    force: bool,
) -> None:
    from analyses.labelling.adjudication import adjudicate
    from analyses.labelling.agreement import agreement_of_all, rater_agreement
    from analyses.labelling.show import show_agreement, show_agreement_of_all, write_confusion

    questions = work.part(part)
    raters, settled = work.raters(questions, files)
    if len(raters) < 2:
        raise LabellingError(
            f"{work.study.folder}: agreement needs what two raters said; there is"
            f" {raters[0].rater if raters else 'nobody'}"
        )
    rows = rater_agreement(raters, work.taxonomy, confidence)
    show_agreement(rows)
    if len(raters) > 2:
        show_agreement_of_all(agreement_of_all(raters, confidence))
    if confusion:
        write_confusion(confusion, rows, force=force)
        click.echo(f"Confusion table: {confusion}")
    made = adjudicate(raters, settled, questions, len(raters))
    click.echo(f"Questions to settle: {len(made.to_settle):,}")


@_for_both(
    "export",
    """Write sheets, or tasks for Label Studio, to {task} elsewhere.

        A sheet is xlsx or CSV by the ending of OUTPUT, with one row per question: title, address,
        body and answers as text, and columns to fill; an xlsx offers the set's categories. For
        Label Studio, OUTPUT is JSON of the tasks, and beside it, with the ending .xml, is the
        labelling configuration made from the codebook: a pair of files for each set.

        \b
        Examples:
          stackstudy {task} export draw.csv ann.xlsx
          stackstudy {task} export draw.csv tasks.json --to label-studio
          stackstudy {task} export draw.csv ann.csv --rater ann --part pilot
        """,
    click.argument("output", type=_FILE),
    click.option(
        "--to",
        "kind",
        type=click.Choice(["sheet", "label-studio"]),
        default="sheet",
        show_default=True,
        help="What to write.",
    ),
    click.option("--rater", metavar="NAME", help="With what this rater has said so far."),
    click.option(
        "--answers",
        type=click.IntRange(min=0),
        default=3,
        show_default=True,
        help="Answers shown per question, the accepted one first.",
    ),
    _part,
    data_option,
    _force,
)
def _export(
    work: _Work,
    *,
    output: Path,
    kind: str,
    rater: str | None,
    answers: int,
    part: Part,
    data: Path,
    force: bool,
) -> None:
    from analyses.labelling.journal import journal_path
    from analyses.labelling.posts import read_threads
    from analyses.labelling.ratings import read_ratings

    questions, said = work.part(part), {}
    if rater:
        path = journal_path(work.study.folder, rater)
        read = read_ratings(path, work.sample, work.taxonomy, task=work.task)
        said = dict(read.checked(skip_unlabelled=True).by_question)
    threads = read_threads(data, work.study.name, questions)
    sample = (questions, threads, work.taxonomy)
    if kind == "sheet":
        from analyses.labelling.sheet import write_sheet

        write_sheet(output, *sample, said, max_answers=answers, force=force)
        click.echo(f"Sheet: {output} ({len(questions):,} questions)")
        return
    from analyses.labelling.label_studio import write_tasks

    for path in write_tasks(output, *sample, work.task, said, force=force):
        click.echo(f"Label Studio: {path}")


@_for_both(
    "import",
    """Read what a rater did elsewhere into their journal.

        INPUT is a filled sheet (xlsx or CSV), or JSON as Label Studio exports it. Every slip is
        listed with its row, and nothing is read until there is none. Names in a set that has no
        categories yet become its codebook. What the rater said before stays in the journal.

        \b
        Examples:
          stackstudy {task} import draw.csv ann.xlsx --rater ann --study my_study
          stackstudy {task} import draw.csv export.json --rater ben --annotator 2
        """,
    click.argument("given", metavar="INPUT", type=_FILE),
    _rater,
    click.option(
        "--annotator",
        metavar="ID",
        help="Whose annotations of Label Studio, by number or e-mail, where there are several.",
    ),
)
def _import(work: _Work, *, given: Path, rater: str, annotator: str | None) -> None:
    from analyses.labelling.codebook import take_in
    from analyses.labelling.label_studio import read_annotations
    from analyses.labelling.ratings import read_ratings

    if given.suffix.lower() == ".json":
        ratings = read_annotations(given, work.sample, work.taxonomy, annotator)
    else:
        ratings = read_ratings(given, work.sample, work.taxonomy)
    if ratings.problems:
        for line in ratings.problems:
            click.echo(line)
        raise LabellingError(f"{given}: {len(ratings.problems):,} slips, nothing is read")
    path, n_new = take_in(work.own, work.study.set_names(), work.task, ratings, rater)
    click.echo(
        f"{path}: {len(ratings.by_question):,} questions read, {n_new:,} of them new or"
        f" changed; {len(ratings.unlabelled):,} of the draw without a label"
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
    from analyses.warehouse.database import connect, records, table_names

    rows = []
    with connect(data, study) as connection:
        if "label_acceptance" in table_names(connection):
            rows = records(connection, "from label_acceptance")
    if not rows:
        raise WarehouseError(
            f"{data}: the study was built without labels; put labels.csv into its folder"
            " (`stackstudy label write` writes it), then run `stackstudy build`"
        )
    show_acceptance(rows)
    if output:
        values = [list(row.values()) for row in rows]
        write_table(output, dict.fromkeys(rows[0], 16), values, force=force)
        click.echo(f"Table: {output}")
