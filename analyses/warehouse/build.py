"""`stackstudy build`: run dbt over the loaded dump, and say in plain lines what came of it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from analyses.common.project import project_dir
from analyses.common.subprocesses import started
from analyses.study.decisions import read_decisions
from analyses.study.labels import read_labels, read_taxonomy
from analyses.warehouse.database import database_path, people_of
from analyses.warehouse.dbt_results import BuildResult, outcome
from analyses.warehouse.swap import ASIDE, STATE, built_aside
from loader.errors import BuildError, WarehouseError
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BuildResult", "build", "command", "people_options", "project_dir", "question_sets"]

DBT: Final = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")


def seed_path(name: str) -> Path:
    """Path of a seed."""
    return project_dir() / "dbt_project" / "seeds" / f"{name}.csv"


def question_sets() -> list[str]:
    """Names of the question sets of the seed, in its order."""
    with seed_path("question_set_definitions").open(encoding="utf-8", newline="") as file:
        return [row["question_set"] for row in csv.DictReader(file)]


def build(
    data: Path,
    decisions: Path | None = None,
    labels: Path | None = None,
    published_response_times: Path | None = None,
) -> BuildResult:
    """Build every model from the Parquet store of a data folder.

    Parameters
    ----------
    data : Path
        Absolute path of the data folder.
    decisions : Path, optional
        A decisions file, see `analyses.study.decisions.read_decisions`.
    labels : Path, optional
        A labels file, see `analyses.study.labels.read_labels`.
    published_response_times : Path, optional
        Response times of a set whose posts were not published, as a CSV with columns question_set
        and response_minutes_days_dropped.

    Raises
    ------
    WarehouseError
        When nothing is loaded, a file of people cannot be used, or another program writes to the
        database.
    BuildError
        When dbt fails; the message names the first model and the log. The database of the last
        build stays as it was.
    """
    from analyses.warehouse.progress import follow  # noqa: PLC0415 - `--help` draws no bar

    if any(mark in str(data) for mark in "?#"):
        raise WarehouseError(
            f"{data}: dbt cannot open a database in a folder with ? or # in its name; rename it"
        )
    if not any((data / "posts").glob("site=*/*.parquet")):
        raise WarehouseError(f"{data}: no dump is loaded here; run `stackstudy load DUMP` first")
    n_decisions = len(read_decisions(decisions, question_sets())) if decisions else 0
    taxonomy = read_taxonomy(seed_path("taxonomy"))
    n_labels = len(read_labels(labels, taxonomy, question_sets())) if labels else 0
    files = {
        "STACKSTUDY_DECISIONS": decisions,
        "STACKSTUDY_LABELS": labels,
        "STACKSTUDY_PUBLISHED_RESPONSE_TIMES": published_response_times,
    }
    if published_response_times and not published_response_times.is_file():
        raise WarehouseError(f"{published_response_times}: no such file; name a CSV file")
    before = people_of(data)  # says in one line when another program writes to the database
    state = data / STATE
    command = [*DBT, "build", "--log-format", "json", "--log-level", "info"]
    # Unit tests are about the models, not about these data: `dbt build` and the tests run them.
    command += ["--exclude-resource-type", "unit_test"]
    command += ["--target-path", str(state), "--log-path", str(state / "logs")]
    environment = os.environ | {
        "STACKSTUDY_DATA": str(data),
        "STACKSTUDY_ASIDE": ASIDE,
        "DBT_PROFILES_DIR": str(project_dir()),
        **{name: str(path.resolve()) if path else "" for name, path in files.items()},
    }
    with built_aside(data) as lock:
        try:
            with started(
                command,
                own_session=True,
                cwd=project_dir(),
                env=environment,
                pass_fds=(lock,) if os.name == "posix" else (),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            ) as process:
                said = follow(process)
            done = outcome(state, process.returncode, said)
        except BuildError as error:
            if database_path(data).is_file():
                raise BuildError(f"{error}; the database stays as it was") from error
            raise
    now = {"decisions": n_decisions, "labels": n_labels}
    now["published-response-times"] = int(published_response_times is not None)
    notes = tuple(
        f"the last build had {before[name]:,} {name.replace('-', ' ')} (--{name});"
        " this one has none."
        for name in now
        if before.get(name) and not now[name]
    )
    return replace(done, n_decisions=n_decisions, n_labels=n_labels, notes=notes)


def people_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add an option for each file that people hand to the models: ``--decisions FILE`` etc."""
    files = {
        "decisions": "CSV of people's decisions: question_set,site,question_id,decision,note.",
        "labels": "CSV of people's labels:"
        " question_set,site,question_id,inner_category,leaf_category,note.",
        "published_response_times": "CSV of response times of a set whose posts were not"
        " published: question_set,response_minutes_days_dropped.",
    }
    for name, text in reversed(files.items()):
        command = click.option(
            f"--{name.replace('_', '-')}",
            metavar="FILE",
            envvar=f"STACKSTUDY_{name.upper()}",
            show_envvar=True,
            type=click.Path(path_type=Path, resolve_path=True, dir_okay=False),
            help=text,
        )(command)
    return command


@click.command("build")
@data_option
@people_options
def command(
    data: Path,
    decisions: Path | None,
    labels: Path | None,
    published_response_times: Path | None,
) -> None:
    """Build the tables of a study from what is loaded.

    Runs dbt on the models: `dbt build` in the project's folder does the same, and runs the unit
    tests of the models too; its environment variables are STACKSTUDY_DATA, STACKSTUDY_DECISIONS,
    STACKSTUDY_LABELS and STACKSTUDY_PUBLISHED_RESPONSE_TIMES. A decision, `include` or `exclude`,
    beats every rule for its question.

    \b
    Examples:
      stackstudy build
      stackstudy build --data /big/disk --decisions decisions.csv --labels labels.csv
    """
    announce(build(data, decisions, labels, published_response_times), data)


def announce(result: BuildResult, data: Path) -> None:
    """Print what a build did."""
    click.echo(f"Built {result.n_models} tables and views, {result.n_checks} checks passed.")
    if result.n_decisions:
        click.echo(f"Decisions given: {result.n_decisions:,}.")
    if result.n_labels:
        click.echo(f"Labels given: {result.n_labels:,}.")
    for note in (*result.warnings, *result.notes):
        click.echo(f"Note: {note}")
    click.echo(f"Database: {database_path(data)}")
