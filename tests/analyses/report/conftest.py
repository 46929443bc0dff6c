"""Warehouses for the report: one of real data, and a small one of published figures to change."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from published import Warehouse, page_of

from analyses.study import find_study, read_study
from analyses.warehouse.build import build
from loader import load

if TYPE_CHECKING:
    from pathlib import Path

    from page import Page


@pytest.fixture(scope="session")
def studied_data(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the authors' published questions: loaded and built, once for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "studied"
    whole = folder / "whole"
    try:
        folder.mkdir()
    except FileExistsError:
        end = time.monotonic() + 300
        while not whole.exists():
            assert time.monotonic() < end, "the worker that builds the warehouse did not end"
            time.sleep(0.2)
        return folder
    load([shared_data / "fse2020" / "Posts.xml"], folder, site="stackoverflow.com")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBT_EXCLUDE_RESOURCE_TYPES", "test unit_test")
        build(folder, read_study(find_study()))
    whole.touch()
    return folder


@pytest.fixture(scope="session")
def tex() -> None:
    """Skip without TeX; where STACKSTUDY_REQUIRE_TEX is set, fail."""
    if shutil.which("pdflatex") is None or shutil.which("bibtex") is None:
        said = (
            "no TeX on this machine (on Debian: apt-get install texlive-latex-recommended"
            " texlive-fonts-recommended texlive-science)"
        )
        if os.environ.get("STACKSTUDY_REQUIRE_TEX"):
            pytest.fail(said)
        pytest.skip(said)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """The published figures, to be changed at will, not yet written."""
    return Warehouse(tmp_path / "data")


@pytest.fixture(scope="session")
def published_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder with the published figures."""
    return Warehouse(tmp_path_factory.mktemp("published")).build()


@pytest.fixture(scope="session")
def synthetic_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder that says that it is synthetic."""
    return Warehouse(tmp_path_factory.mktemp("synthetic"), is_synthetic=True).build()


@pytest.fixture(scope="session")
def real(studied_data: Path) -> Page:
    """The report of the authors' published questions."""
    return page_of(studied_data)


@pytest.fixture(scope="session")
def published(published_data: Path) -> Page:
    """The report of the published figures."""
    return page_of(published_data)


@pytest.fixture(scope="session")
def synthetic(synthetic_data: Path) -> Page:
    """The report of data that say that they are synthetic."""
    return page_of(synthetic_data)


@pytest.fixture(scope="session", params=["studied_data", "published_data", "synthetic_data"])
def each(request: pytest.FixtureRequest) -> Page:
    """One report after the other."""
    return page_of(request.getfixturevalue(request.param))
