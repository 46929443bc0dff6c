"""`stackstudy build`: run dbt over the loaded dump, and say in plain lines what came of it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import duckdb
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analyses.decisions import read_decisions
from analyses.labels import read_labels, read_taxonomy
from analyses.warehouse import database_path
from loader.errors import BuildError, WarehouseError
from loader.options import data_option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")
RESULT_EVENTS = frozenset({"LogModelResult", "LogTestResult", "LogSeedResult", "LogNodeNoOpResult"})


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    n_models, n_checks : int
        Seeds and models made; data tests and unit tests passed.
    warnings : tuple of str
        One line each for checks that found something worth knowing and not wrong.
    n_decisions, n_labels : int
        Decisions and labels of people that were given.
    """

    n_models: int
    n_checks: int
    warnings: tuple[str, ...]
    n_decisions: int = 0
    n_labels: int = 0


def project_dir() -> Path:
    """Folder of the dbt project: this checkout, or the copy that an installed package carries."""
    above = Path(__file__).resolve().parent.parent
    return above if (above / "dbt_project.yml").is_file() else above / "stackstudy_project"


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
        A decisions file, see `analyses.decisions.read_decisions`.
    labels : Path, optional
        A labels file, see `analyses.labels.read_labels`.
    published_response_times : Path, optional
        Response times of a set whose posts were not published, as a CSV with columns question_set
        and response_minutes_days_dropped.

    Raises
    ------
    WarehouseError
        When nothing is loaded, a file of people cannot be used, or the database is in use.
    BuildError
        When dbt fails; the message names the first model and the log.
    """
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
    _check_not_in_use(data)
    state = data / "dbt"
    command = [*DBT, "build", "--log-format", "json", "--log-level", "info"]
    # Unit tests are about the models, not about these data: `dbt build` and the tests run them.
    command += ["--exclude-resource-type", "unit_test"]
    command += ["--target-path", str(state), "--log-path", str(state / "logs")]
    environment = os.environ | {
        "STACKSTUDY_DATA": str(data),
        "DBT_PROFILES_DIR": str(project_dir()),
        **{name: str(path.resolve()) if path else "" for name, path in files.items()},
    }
    (state / "run_results.json").unlink(missing_ok=True)
    with subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        command,
        cwd=project_dir(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        said = _follow(process)
    done = _outcome(state, process.returncode, said)
    return replace(done, n_decisions=n_decisions, n_labels=n_labels)


def _check_not_in_use(data: Path) -> None:
    """Find out before dbt does, and in one line, that a notebook or a shell holds the database."""
    path = database_path(data)
    try:
        duckdb.connect(str(path)).close()
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseError(
                f"{path}: another program has the database open;"
                " close that notebook or shell and try again"
            ) from error
        raise WarehouseError(f"{path}: cannot be opened as a DuckDB database: {error}") from error


def _follow(process: subprocess.Popen[str]) -> list[str]:
    """Show progress on a terminal; return what dbt said outside its results."""
    said: list[str] = []
    console = Console(stderr=True)
    columns = (
        TextColumn("Building"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        for event in _events(process):
            info, details = event["info"], event.get("data", {})
            if info["name"] == "ConcurrencyLine":
                bar.update(task, total=details["node_count"])
            elif info["name"] in RESULT_EVENTS:
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


def _outcome(state: Path, code: int, said: list[str]) -> BuildResult:
    log = state / "logs" / "dbt.log"
    try:
        results = json.loads((state / "run_results.json").read_text("utf-8"))["results"]
    except FileNotFoundError:
        first = next((line for line in map(str.strip, said) if line), f"dbt ended with code {code}")
        raise BuildError(
            f"the models could not be built: {_one_line(first)} (all of it: {log})"
        ) from None
    failed = [
        result for result in results if result["status"] in {"error", "fail", "runtime error"}
    ]
    if failed or code:
        name, message = _named(failed[0]) if failed else ("dbt", f"ended with code {code}")
        more = f"; {len(failed) - 1} more failed" if len(failed) > 1 else ""
        raise BuildError(f"{name}: {message}{more} (all of it: {log})")
    kinds = Counter(result["unique_id"].split(".", 1)[0] for result in results)
    warned = tuple(": ".join(_named(result)) for result in results if result["status"] == "warn")
    return BuildResult(
        n_models=kinds["model"] + kinds["seed"],
        n_checks=kinds["test"] - len(warned),
        warnings=warned,
    )


def _named(result: dict[str, Any]) -> tuple[str, str]:
    kind, _, rest = result["unique_id"].partition(".")
    name = rest.split(".")[1]
    return f"{kind.replace('_', ' ')} {name}", _one_line(result["message"] or result["status"])


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
        click.echo(f"Decisions of people: {result.n_decisions}.")
    if result.n_labels:
        click.echo(f"Labels of people: {result.n_labels}.")
    for warning in result.warnings:
        click.echo(f"Note: {warning}")
    click.echo(f"Database: {database_path(data)}")
