"""Arguments and options that the commands of labelling share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analyses.statistics.results import CONFIDENCE
from loader.errors import LabellingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analyses.study.labels import Taxonomy

F = TypeVar("F", bound="Callable[..., Any]")

OPEN_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
INPUT = click.Path(dir_okay=False, path_type=Path)
OUTPUT = click.Path(dir_okay=False, path_type=Path)

draw_argument = click.argument("draw_file", metavar="DRAW", type=INPUT)
sheets_argument = click.argument(
    "sheet_files", metavar="SHEET...", nargs=-1, required=True, type=INPUT
)
part_option = click.option(
    "--part",
    type=click.Choice(["all", "pilot", "rest"]),
    default="all",
    show_default=True,
    help="Which questions of the draw.",
)
skip_option = click.option(
    "--skip-unlabelled",
    is_flag=True,
    help="Leave out questions that are not labelled yet; without it they are an error.",
)
confidence_option = click.option(
    "--confidence",
    type=OPEN_SHARE,
    default=CONFIDENCE,
    show_default=True,
    help="Confidence level of the interval.",
)
taxonomy_option = click.option(
    "--taxonomy",
    "taxonomy_file",
    metavar="FILE",
    type=INPUT,
    help="Categories of your own, CSV or xlsx: question_set, inner_category, leaf_category."
    "  [default: the study's, seed taxonomy.csv]",
)
answers_option = click.option(
    "--answers",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Answers shown of a question, the accepted one first.",
)
force_option = click.option(
    "--force", is_flag=True, help="Overwrite files that are there, with the labels in them."
)


def output_option(name: str, default: str | None, text: str) -> Callable[[F], F]:
    """Return an option for a file to write."""
    return click.option(
        name, metavar="FILE", type=OUTPUT, default=default, show_default=True, help=text
    )


def taxonomy_of(path: Path | None) -> Taxonomy:
    """Return the taxonomy of a file, or the study's own."""
    from analyses.labelling.taxonomy import own_taxonomy, shipped_taxonomy  # noqa: PLC0415

    return own_taxonomy(path) if path else shipped_taxonomy()


def check_files(
    sheets: Iterable[Path], inputs: Iterable[Path | None], outputs: Iterable[Path | None]
) -> None:
    """Refuse a sheet that is given twice, and a file to write that is one to read.

    Raises
    ------
    LabellingError
        Naming the file, however it was spelled.
    """
    seen: set[Path] = set()
    for path in sheets:
        if path.resolve() in seen:
            raise LabellingError(f"{path}: is given twice, as two raters; name two sheets")
        seen.add(path.resolve())
    seen |= {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is None:
            continue
        if path.resolve() in seen:
            raise LabellingError(
                f"{path}: is given twice, and would be written over; name another file to write"
            )
        seen.add(path.resolve())
