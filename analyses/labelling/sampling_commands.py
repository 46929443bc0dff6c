"""`stackstudy sample-size` and `stackstudy draw`: how many questions to label, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from analyses.labelling.options import (
    OPEN_SHARE,
    confidence_option,
    force_option,
    output_option,
)
from analyses.statistics.sampling import INTERVAL, PILOT_SHARE, sample_size
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from analyses.labelling.population import Population

ALL: Literal["all"] = "all"
Size = int | Literal["all"]


def formula_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the formula: confidence, interval, proportion, rounding."""
    for option in reversed(
        (
            confidence_option,
            click.option(
                "--interval",
                type=OPEN_SHARE,
                default=INTERVAL,
                show_default=True,
                help="Half width of the confidence interval: 0.05 is +/- 5 points.",
            ),
            click.option(
                "--proportion",
                type=OPEN_SHARE,
                default=0.5,
                show_default=True,
                help="Expected share; 0.5 needs the largest sample and is safe for any.",
            ),
            click.option(
                "--rounding",
                type=click.Choice(["up", "down"]),
                default="up",
                show_default=True,
                help="Up keeps the interval; down, as in the paper, just misses it.",
            ),
        )
    ):
        command = option(command)
    return command


@click.command("sample-size")
@click.argument("sets", metavar="[SET]...", nargs=-1)
@click.option(
    "--population",
    type=click.IntRange(min=0),
    help="Number of questions, instead of the sets of the database.",
)
@data_option
@formula_options
def sample_size_command(
    sets: tuple[str, ...], population: int | None, data: Path, **formula: Any
) -> None:
    """Say how many questions of a set to label.

    So many that a share is known within an interval of a given width: Cochran's formula with
    finite population correction, for each SET (by default every topic set).
    The size is rounded up: rounded down, the interval would be a little wider than was asked for.
    The paper rounded down: 297 and 307 for 1,325 and 1,533 questions.

    \b
    Examples:
      stackstudy sample-size
      stackstudy sample-size mobile --confidence 0.99
      stackstudy sample-size --population 1325 --rounding down
    """
    if population is not None and sets:
        raise click.UsageError("name sets or give --population, not both")
    if population is not None:
        named = [("", population)]
    else:
        from analyses.labelling.population import read_populations  # noqa: PLC0415

        named = [(one.question_set, len(one.questions)) for one in read_populations(data, sets)]
    from analyses.labelling.show import show_sizes  # noqa: PLC0415 - Plotly is slow to import

    show_sizes([(name, sample_size(n, **formula)) for name, n in named])


class SizeOption(click.ParamType):
    """``N``, ``all``, ``SET=N`` or ``SET=all``: what it is for ('' for every set), and the size."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Size]:
        """Read the value of an option."""
        if isinstance(value, tuple):
            return value
        question_set, _, size = str(value).rpartition("=")
        if size == ALL:
            return question_set, ALL
        if not (size.isascii() and size.isdigit()):
            self.fail(f"{value!r} is neither N, all, SET=N nor SET=all", param, ctx)
        return question_set, int(size)


@click.command("draw")
@click.argument("sets", metavar="SET...", nargs=-1, required=True)
@data_option
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed is another draw."
)
@click.option(
    "--size",
    "sizes",
    metavar="[SET=]N",
    multiple=True,
    type=SizeOption(),
    help="Questions to draw of a set, or of each; `all` for all.  [default: the sample size]",
)
@click.option(
    "--pilot",
    "pilot_share",
    type=click.FloatRange(0, 1),
    default=PILOT_SHARE,
    show_default=True,
    help="Share of the draw that is labelled first, to make the taxonomy.",
)
@formula_options
@output_option("--output", "draw.csv", "File to write.")
@force_option
def draw_command(  # noqa: PLR0913 - one for each option
    *,
    sets: tuple[str, ...],
    data: Path,
    seed: int,
    sizes: tuple[tuple[str, Size], ...],
    pilot_share: float,
    output: Path,
    force: bool,
    **formula: Any,
) -> None:
    """Draw questions at random, for each SET.

    Anyone can repeat a draw: it depends on the seed, the set's name and the ids of its questions,
    and not on the order of the rows, the machine or how often the dump was loaded. A larger draw
    of the same seed begins with the smaller one. Questions are written in the order drawn, the
    pilot first.

    \b
    Examples:
      stackstudy draw server_cloud mobile
      stackstudy draw server_cloud mobile browser --rounding down --size browser=all --seed 2020
      stackstudy draw dl --size 500 --pilot 0 --output dl.csv
    """
    from analyses.labelling.draw import draw_questions, write_draw  # noqa: PLC0415
    from analyses.labelling.population import read_populations  # noqa: PLC0415

    wanted = dict(sizes)
    for name in wanted:
        if name and name not in sets:
            raise click.UsageError(f"--size is given for {name}, which is not among the sets drawn")
    chosen = []
    for population in read_populations(data, sets):
        default = sample_size(len(population.questions), **formula).sample_size
        size = wanted.get(population.question_set, wanted.get("", default))
        chosen.append((population, _size(population, size)))
    questions = draw_questions(chosen, seed=seed, pilot_share=pilot_share)
    write_draw(output, questions, force=force)
    for population, size in chosen:
        n_pilot = sum(
            row.is_pilot for row in questions if row.question_set == population.question_set
        )
        click.echo(
            f"{population.question_set}: {size:,} of {len(population.questions):,} questions"
            f" drawn, {n_pilot:,} of them pilot."
        )
        if population.is_candidate_set:
            click.echo(
                f"Note: {population.question_set} holds candidates that the rules alone chose;"
                " decide on them first (stackstudy build --decisions FILE), or label the others"
                " `false positive`."
            )
    click.echo(f"Draw: {output}")


def _size(population: Population, size: Size) -> int:
    n = len(population.questions)
    if size == ALL:
        return n
    if size > n:
        raise click.UsageError(
            f"{population.question_set} has {n:,} questions, fewer than {size:,}; say"
            f" --size {population.question_set}=all"
        )
    return size
