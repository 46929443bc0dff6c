"""Fixtures for every test: where the real data is, and what to do when it is not there."""

from __future__ import annotations

import csv
import fcntl
import os
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

# Speed is measured in benchmarks/; on a busy machine a deadline would fail what found nothing.
settings.register_profile("stackstudy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stackstudy")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        reason = f"the real data is not beside this checkout ({folder} is missing)"
        if os.environ.get("STACKSTUDY_REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real dumps and of the authors' data; where it is absent, skip (fail in CI)."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_facts() -> Path:
    """Folder of published figures and the taxonomy."""
    return _shared("facts")


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory, worker_id) -> Path:
    """A data folder of a small synthetic dump with a few labels, built once for a whole test run.

    Look, do not change: other tests look too. The dump is beside it, in `dump/sample.stackstudy`.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "sample_warehouse"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            _build_sample(folder)
            (folder / "done").touch()
    return folder / "data"


def _build_sample(folder: Path) -> None:
    from analyses.sample.command import sample  # noqa: PLC0415
    from analyses.warehouse.build import build, seed_path  # noqa: PLC0415 - dear, and few tests need them
    from loader import load  # noqa: PLC0415

    dump = folder / "dump" / "sample.stackstudy"
    made = CliRunner().invoke(sample, [str(dump), "--questions", "2500", "--seed", "3", "--force"])
    assert made.exit_code == 0, made.output
    load([dump], folder / "data")
    with seed_path("taxonomy").open(encoding="utf-8", newline="") as file:
        mobile = [row for row in csv.DictReader(file) if row["question_set"] == "mobile"]
    questions = duckdb.sql(
        f"select \"Id\" from '{folder}/data/posts/*/*.parquet'"
        " where list_has_any(\"Tags\", ['tensorflow-lite', 'coreml']) order by 1"
    ).fetchall()
    assert len(questions) > 5
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        names = "question_set,site,question_id,inner_category,leaf_category,note"
        writer.writerow(names.split(","))
        for (question,), row in zip(questions, mobile, strict=False):
            category = row["inner_category"], row["leaf_category"], ""
            writer.writerow(("mobile", "sample.stackstudy", question, *category))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        build(folder / "data", labels=folder / "labels.csv")
