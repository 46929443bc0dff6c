"""`stackstudy build`: run dbt on the loaded dump, and say in plain lines what it did."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from analyses.common.numbers import and_list
from analyses.common.project import project_dir
from analyses.common.subprocesses import started
from analyses.study import find_study, read_study, study_option, unknown_sites
from analyses.warehouse.database import (
    UnfinishedError,
    check_no_folder,
    connect,
    database_path,
    loaded_since,
)
from analyses.warehouse.dbt_results import LOG, RESULTS, BuildResult, outcome
from analyses.warehouse.human_input import SetInput, count_given, read_human_input
from analyses.warehouse.inputs import changed_input, keep_inputs, read_inputs, selection
from analyses.warehouse.spark import TABLES, engine_option
from analyses.warehouse.swap import STAGING, STATE, staged, state_folder
from loader.checks import warnings_of
from loader.errors import BuildError, StoreError, WarehouseError
from loader.options import data_option
from loader.store import Store, first_of, verify

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from analyses.study import Study
    from analyses.warehouse.spark import Spark

__all__ = ["BuildResult", "build", "command"]

DBT: Final = (sys.executable, "-c", "from analyses.warehouse.dbt_process import run; run()")


def build(
    data: Path, study: Study, *, is_full: bool = False, spark: Spark | None = None
) -> BuildResult:
    """Build the models of a study from the Parquet store of a data folder.

    If only labels, categories or decisions changed since the last build, the models that they
    change are built in a copy of its database.

    Parameters
    ----------
    data : Path
        Absolute path of the data folder.
    study : Study
        As `analyses.study.read_study` returns it.
    is_full : bool
        Whether to build every model, whatever changed.
    spark : Spark, optional
        Builds the models tagged `dump_sized`, whatever changed; by default DuckDB builds all.

    Raises
    ------
    StoreError
        When the store is not what its manifests say; the hash of each part is checked in the first
        build after a load only.
    WarehouseError
        When nothing is loaded, another program writes to the database, or Spark lacks something.
    BuildError
        When dbt fails; the message names the first model and the log. The database of the last
        build stays as it was.
    """
    from analyses.warehouse.progress import follow  # `--help` draws no bar

    if any(mark in str(data) for mark in "?#"):
        raise WarehouseError(
            f"{data}: dbt cannot open a database in a folder with ? or # in its name; rename it"
        )
    loaded = sorted({manifest.site for manifest in Store(data).manifests()})
    if not loaded:
        raise WarehouseError(f"{data}: no dump is loaded here; run `stackstudy load DUMP` first")
    check_no_folder(database_path(data, study.name))
    state = state_folder(data, study.name)
    command = [*DBT, "build", "--log-format", "json", "--log-level", "info"]
    # Unit tests are about the models, not about these data: `dbt build` and the tests run them.
    command += ["--exclude-resource-type", "unit_test"]
    command += ["--target-path", str(state), "--log-path", str(state / "logs")]
    environment = os.environ | {
        "STACKSTUDY_DATA": str(data),
        "STACKSTUDY_STUDY": str(study.folder),
        "STACKSTUDY_STAGING": f"{STATE}/{study.name}/{STAGING}",
        "DBT_PROFILES_DIR": str(project_dir()),
    }
    steps = [(command, state, "")]
    if spark is not None:
        is_full = True
        spark.check(data)
        environment |= spark.environment(data, study.name, state / STAGING / TABLES)
        steps.insert(0, (spark.command(state / TABLES), state / TABLES, " on Spark"))
    before, is_new_load = _last_build(data, study)
    if wrong := verify(data) or (_verify_bytes(data) if is_new_load else []):
        raise StoreError(first_of(wrong))
    inputs = read_inputs(study)
    changed = [] if is_full or is_new_load else changed_input(data, study)
    if changed:
        command += [*selection(changed), "--log-level-file", "info"]
    with staged(data, study.name, is_copy=bool(changed)) as lock:

        def run(command: list[str], state: Path, where: str) -> BuildResult:
            (state / RESULTS).unlink(missing_ok=True)  # of an earlier build
            (state / LOG).unlink(missing_ok=True)
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
                said = follow(process, where)
            return outcome(state, process.returncode, said, database)

        database = state / STAGING / f"{study.name}.duckdb"
        try:
            for step in steps:
                done = run(*step)
        except BuildError as error:
            if database_path(data, study.name).is_file():
                raise BuildError(f"{error}; the database stays as it was") from error
            raise
    keep_inputs(data, study, inputs)
    with connect(data, study.name) as connection:
        now = read_human_input(connection)
    part = f"only what {and_list(changed)} change was built; `stackstudy build --full` builds all"
    return replace(
        done,
        human_input=tuple(SetInput.lines(now, before)),
        notes=(*study.notes, *unknown_sites(study, loaded), *([part] if changed else [])),
        dump_warnings=tuple(warnings_of(data, study.sites)),
    )


def _verify_bytes(data: Path) -> list[str]:
    """Compare the hash of each part, once per load, and show how far that is."""
    from loader.progress import StepProgress

    n_bytes = sum(part.n_bytes for one in Store(data).manifests() for part in one.parts)
    with StepProgress("Checking the store", n_bytes, is_bytes=True) as steps:
        return verify(data, deep=True, checked=steps.advance)


def _last_build(data: Path, study: Study) -> tuple[dict[tuple[str, str], int], bool]:
    """Return what the last build was given by hand, and whether something was loaded since."""
    if not database_path(data, study.name).is_file():
        return {}, True
    try:
        with connect(data, study.name, is_told=False) as connection:
            return count_given(connection), bool(loaded_since(connection, data))
    except UnfinishedError:
        return {}, True


@click.command("build")
@data_option
@study_option
@click.option(
    "--full", "is_full", is_flag=True, help="Build every table, also where only labels changed."
)
@engine_option(has_copy=True)
def command(data: Path, study: str | None, spark: Spark | None, *, is_full: bool) -> None:
    """Build the tables of a study from what is loaded.

    Runs dbt on the models: `dbt build` in the project's folder does the same, and also runs the
    unit tests of the models; its environment variables are STACKSTUDY_DATA and STACKSTUDY_STUDY.
    The decisions and labels of people are files in the study folder: a decision, `include` or
    `exclude`, beats every rule for its question. If only decisions, labels or categories changed
    since the last build, only the tables that they change are built, within seconds for labels.

    \b
    Examples:
      stackstudy build
      stackstudy build --data /big/disk --study my_study
      stackstudy build --engine spark
    """
    announce(build(data, read_study(find_study(study)), is_full=is_full, spark=spark), data)


def announce(result: BuildResult, data: Path, told: Collection[str] = ()) -> None:
    """Print what a build did, and the main table of its study.

    Parameters
    ----------
    told : collection of str
        Warnings of the dump that were printed before, when it was loaded.
    """
    from analyses.warehouse import summary

    click.echo(f"Built {result.n_models} tables and views, {result.n_checks} checks passed.")
    for line in (*result.human_input, *(f"Note: {one}" for one in result.warnings + result.notes)):
        click.echo(line)
    for line in result.dump_warnings:
        if line in told:
            continue
        click.echo(f"Warning: {line}.")
    click.echo(f"Database: {database_path(data, result.study)}")
    summary.announce(data, result.study)
