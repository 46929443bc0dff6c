"""The command `stackstudy report`."""

from __future__ import annotations

from pathlib import Path

import click

from loader.options import data_option


@click.command()
@data_option
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, resolve_path=True, path_type=Path),
    help="File to write.  [default: report.html in the data folder]",
)
def report(data: Path, output: Path | None) -> None:
    """Write the report: every chart and table in one HTML file.

    \b
    Examples:
      stackstudy report
      stackstudy report --data data/demo --output ~/talk/report.html
    """
    from analyses.report import write_report  # noqa: PLC0415 - Plotly is slow to import

    click.echo(f"Report: {write_report(data, output)}")
