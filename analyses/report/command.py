"""The command `stackstudy report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyses.common.numbers import counted
from analyses.study.options import built_study_option
from loader.errors import StoreError
from loader.options import data_option
from loader.progress import StepProgress
from loader.store import first_of, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyses.report.document import Report

FORMATS = ("html", "svg", "pdf", "png", "latex")
INPUT = click.Path(dir_okay=False, resolve_path=True, path_type=Path)


@click.command()
@data_option
@built_study_option
@click.option(
    "--output",
    metavar="FILE",
    type=INPUT,
    help="HTML file to write.  [default: STUDY.html in the data folder]",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=("html",),
    show_default=True,
    help="What to write; may be given several times.",
)
@click.option(
    "--figures",
    metavar="DIR",
    type=click.Path(file_okay=False, resolve_path=True, path_type=Path),
    help="Folder for the other formats.  [default: figures in the data folder]",
)
@click.option(
    "--only",
    metavar="NAME",
    multiple=True,
    help="Write only this chart or table in the other formats; may be given several times.",
)
@click.option(
    "--draw",
    metavar="FILE",
    type=INPUT,
    help="Draw whose questions were labelled, to show how far the raters agree.",
)
@click.option(
    "--sheet",
    "sheets",
    metavar="FILE",
    multiple=True,
    type=INPUT,
    help="Sheet of one rater for that draw; give two or more.",
)
def report(
    *,
    data: Path,
    study: str | None,
    output: Path | None,
    formats: tuple[str, ...],
    figures: Path | None,
    only: tuple[str, ...],
    draw: Path | None,
    sheets: tuple[Path, ...],
) -> None:
    """Write the report: every chart and table in one HTML file.

    For a paper, --format writes each chart as svg, pdf or png, and each table as latex, into a
    folder. A chart is there as wide as one column of the ACM's template and, ending in -wide, as
    wide as two, with letters of 8 pt. A table fits one column or two, and its file names the
    packages that it needs and the columns that it leaves out. Beside them are methods.md, two
    paragraphs for the method section, and references.bib, what to cite. Charts are drawn by a
    headless Chromium or Chrome, which must be installed; html and latex need none.

    \b
    Examples:
      stackstudy report
      stackstudy report --data data/demo --output ~/talk/report.html
      stackstudy report --format pdf --format latex --figures ~/paper/figures
      stackstudy report --format pdf --only survival --only popularity
      stackstudy report --draw draw.csv --sheet ann.xlsx --sheet ben.xlsx
    """
    if bool(draw) != bool(sheets) or len(sheets) == 1:
        raise click.UsageError("agreement needs --draw and the --sheet of two raters or more")
    if output and "html" not in formats:
        raise click.UsageError(
            "--output names the HTML file, which --format leaves out: add --format html, or name"
            " the folder of the other formats with --figures DIR"
        )
    if figures and set(formats) == {"html"}:
        raise click.UsageError(
            "--figures names the folder of other formats: add --format svg, pdf, png or latex"
        )
    if only and "html" in formats:
        raise click.UsageError(
            "--only chooses charts and tables for a paper: add --format svg, pdf, png or latex, and"
            " leave html out"
        )
    from analyses.report.agreement import read_agreement
    from analyses.report.document import compose, read_results, write_report

    if wrong := verify(data):
        raise StoreError(first_of(wrong))
    n_steps = 2 + ("html" in formats) + ("latex" in formats)  # and one for each figure
    written = []
    try:
        with StepProgress("Writing the report", n_steps) as progress:
            progress.begin("reading the tables")
            found = read_results(data, study)
            progress.advance(step="making its sections")
            made = compose(found, read_agreement(draw, sheets, study) if draw else ())
            progress.advance()
            if "html" in formats:
                progress.begin("the page")
                written.append(f"Report: {write_report(made, data, output)}")
                progress.advance()
            of_paper = [name for name in dict.fromkeys(formats) if name != "html"]
            if of_paper:
                chosen = made.only(only) if only else made
                folder = figures or data / "figures"
                written.extend(_write_for_paper(chosen, folder, of_paper, progress))
    finally:  # what is written is said, also where what follows fails
        for line in written:
            click.echo(line)


def _write_for_paper(
    made: Report, folder: Path, formats: list[str], progress: StepProgress
) -> Iterator[str]:
    """Write tables, texts and figures, and say of each where it is."""
    if "latex" in formats:
        from analyses.report.latex import write_tables

        progress.begin("the tables")
        yield f"Tables: {counted(len(write_tables(made, folder)), 'file')} in {folder}"
        progress.advance()
    images = [name for name in formats if name != "latex"]
    if images:
        from analyses.report.static import write_figures

        n_figures = len(write_figures(made, folder, images, progress))
        yield f"Figures: {counted(n_figures, 'file')} in {folder}"
    from analyses.report.paper import write_texts

    yield f"Texts: {' and '.join(path.name for path in write_texts(made, folder))} in {folder}"
