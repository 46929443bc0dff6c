"""Fixtures for every test: where the real data is, and a small warehouse that all look into."""

from __future__ import annotations

import fcntl
import signal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from real_data import shared_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from browser import Browser

# Speed is measured in benchmarks/; on a busy machine a deadline would fail what found nothing.
settings.register_profile("stackstudy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stackstudy")

# Of a run in the background a shell lets Ctrl-C be ignored, by its commands too: tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real dumps and of the authors' data."""
    return shared_folder("data")


@pytest.fixture(scope="session")
def shared_facts() -> Path:
    """Folder of published figures and the taxonomy."""
    return shared_folder("facts")


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory, worker_id) -> Path:
    """A data folder of a small synthetic dump, built once for a whole test run.

    Look, do not change: other tests look too. Beside it, in `dump/`, are the dump and the study
    that it was built for, a copy of the shipped one with a few labels.
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


@pytest.fixture(scope="session")
def sample_dump(sample_warehouse) -> Path:
    """The folder of XML that the sample warehouse was loaded from."""
    return sample_warehouse.parent / "dump" / "sample.stackstudy"


@pytest.fixture(scope="session")
def sample_study(sample_warehouse) -> Path:
    """The study folder that the sample warehouse was built for."""
    return sample_warehouse.parent / "dump" / "deep_learning_deployment"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser with one page; without Chromium the test is skipped."""
    from browser import Browser, find_browser  # noqa: PLC0415 - dear, and few tests need it

    if find_browser() is None:
        pytest.skip("no Chromium on this machine (on Debian: apt-get install chromium)")
    one = Browser()
    yield one
    one.close()


def _build_sample(folder: Path) -> None:
    from analyses.sample.command import sample  # noqa: PLC0415 - dear, and few tests need them
    from analyses.study import read_study  # noqa: PLC0415
    from analyses.warehouse.build import build  # noqa: PLC0415
    from loader import load  # noqa: PLC0415

    dump = folder / "dump" / "sample.stackstudy"
    made = CliRunner().invoke(sample, [str(dump), "--questions", "2500", "--seed", "3", "--force"])
    assert made.exit_code == 0, made.output
    load([dump], folder / "data")
    build(folder / "data", read_study(folder / "dump" / "deep_learning_deployment"))
