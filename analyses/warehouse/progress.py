"""The progress of dbt, read from its log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from loader.progress import StepProgress

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

SPARK: Final = "Spark"
"""Name of the event by which a build on Spark says why it fails."""

_RESULTS: Final = frozenset(
    {"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeNoOpResult"}
)


def follow(process: subprocess.Popen[str], where: str = "") -> list[str]:
    """Show the progress of dbt.

    Parameters
    ----------
    process : subprocess.Popen
        dbt, logging as JSON to its standard output.
    where : str
        What is said after "Building", such as " on Spark".

    Returns
    -------
    list of str
        Its other output.
    """
    said: list[str] = []
    with StepProgress(f"Building{where}") as steps:
        if not steps.is_bar:
            click.echo(f"Building the tables{where} ...", err=True)
        steps.begin("reading the project")
        for event in _events(process):
            info, details = event["info"], event.get("data", {})
            if info["name"] == "ConcurrencyLine":
                steps.expect(details["node_count"])
            elif info["name"] in _RESULTS:
                steps.advance(step=details["node_info"]["node_name"])
            elif info["name"] == SPARK:
                said.insert(0, info["msg"])  # what dbt says before follows from it
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
