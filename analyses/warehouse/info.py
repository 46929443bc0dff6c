"""`stackstudy info`: what is loaded, and what is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from loader.options import data_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("info")
@data_option
def command(data: Path) -> None:
    """Show what is loaded (sites, tables, rows, dates, what was set aside) and what is built.

    \b
    Examples:
      stackstudy info
      stackstudy info --data /big/disk
    """
    from analyses.warehouse.overview import show  # noqa: PLC0415 - `--help` needs none of it

    show(data)
