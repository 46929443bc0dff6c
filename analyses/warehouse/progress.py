"""The progress of a build: a bar on a terminal, a line in a pipe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Column

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

_RESULTS: Final = frozenset(
    {"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeNoOpResult"}
)


def follow(process: subprocess.Popen[str]) -> list[str]:
    """Show the progress of dbt.

    Parameters
    ----------
    process : subprocess.Popen
        dbt, logging as JSON to its standard output.

    Returns
    -------
    list of str
        Its other output.
    """
    said: list[str] = []
    console = Console(stderr=True)
    if not console.is_terminal:
        click.echo("Building the tables ...", err=True)
    # The bar keeps its width; the name, in which dbt has a whole test, gets the rest.
    name = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    bar = Progress(
        TextColumn("Building", table_column=Column(no_wrap=True)),
        BarColumn(bar_width=20, table_column=Column(min_width=20)),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TimeElapsedColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.description}", markup=False, table_column=name),
        console=console,
        expand=True,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("reading the project", total=None)
        for event in _events(process):
            info, details = event["info"], event.get("data", {})
            if info["name"] == "ConcurrencyLine":
                bar.update(task, total=details["node_count"])
            elif info["name"] in _RESULTS:
                bar.update(task, advance=1, description=details["node_info"]["node_name"])
            elif info["level"] == "error" or info["name"] == "text":
                said.append(info["msg"])
    return said


def _events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            yield {"info": {"name": "text", "level": "info", "msg": line.rstrip()}}
