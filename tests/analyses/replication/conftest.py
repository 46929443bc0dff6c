"""The authors' package as published, and copies of it to spoil."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from analyses.replication.labelled import CategoryNames, read_slips
from analyses.replication.package import find_package
from analyses.replication.questions import read_sets
from analyses.study import find_study, read_study

if TYPE_CHECKING:
    from collections.abc import Callable

    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet
    from analyses.study import Study
    from analyses.study.labels import Category


@dataclass(frozen=True)
class Unpacked:
    """A copy of the package that a test may change."""

    folder: Path

    def path(self, name: str) -> Path:
        return next(
            path
            for path in self.folder.rglob(name)
            if "__MACOSX" not in path.relative_to(self.folder).parts
        )

    def find(self) -> Package:
        return find_package(self.folder)

    def edit_workbook(self, name: str, change: Callable[[openpyxl.Workbook], object]) -> None:
        workbook = openpyxl.load_workbook(self.path(name))
        change(workbook)
        workbook.save(self.path(name))

    def edit_text(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_bytes().decode()
        assert old in text
        self.path(name).write_bytes(text.replace(old, new, 1).encode())


@pytest.fixture(scope="session")
def package_folder(shared_data: Path) -> Path:
    return shared_data / "fse2020"


@pytest.fixture(scope="session")
def package(package_folder: Path) -> Package:
    return find_package(package_folder)


@pytest.fixture(scope="session")
def sets(package: Package) -> tuple[PublishedSet, ...]:
    return read_sets(package)


@pytest.fixture(scope="session")
def study() -> Study:
    """The shipped study, whose package it is."""
    return read_study(find_study())


@pytest.fixture(scope="session")
def taxonomy(study: Study) -> tuple[Category, ...]:
    return study.taxonomy.categories


@pytest.fixture(scope="session")
def names(taxonomy: tuple[Category, ...]) -> CategoryNames:
    return CategoryNames(taxonomy, read_slips())


@pytest.fixture(scope="session")
def pristine(package_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a Mac's user would unpack it, leavings and all."""
    folder = tmp_path_factory.mktemp("package")
    for path in package_folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
    return folder


@pytest.fixture
def unpacked(pristine: Path, tmp_path: Path) -> Unpacked:
    return Unpacked(Path(shutil.copytree(pristine, tmp_path / "package")))
