"""Running dbt as a person does, from the project's root, into a folder of the test's own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyses.study import find_study
from analyses.warehouse.database import connect
from loader.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")
SHIPPED = "deep_learning_deployment"


@dataclass(frozen=True)
class Warehouse:
    """A data folder with the database of a study, and what dbt said and left."""

    data: Path
    study: str = SHIPPED

    @property
    def target(self) -> Path:
        return self.data.parent / "target"

    @property
    def output(self) -> str:
        return (self.data.parent / "output.txt").read_text("utf-8")

    def manifest(self) -> dict[str, Any]:
        return json.loads((self.target / "manifest.json").read_text("utf-8"))

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with connect(self.data, self.study) as connection:
            return connection.execute(sql, parameters).fetchall()

    def column(self, sql: str, *parameters: object) -> list[Any]:
        return [row[0] for row in self.rows(sql, *parameters)]

    def records(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        with connect(self.data, self.study) as connection:
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def members(self, question_set: str) -> set[int]:
        sql = "select question_id from question_set_members where question_set = ?"
        found = self.column(sql, question_set)
        assert len(found) == len(set(found))
        return set(found)


def run_dbt(
    data: Path, *arguments: str, study: Path | str = SHIPPED, project: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run dbt in a project as its own process; a failing build is for the caller to judge."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("STACKSTUDY_")
    }
    environment |= {
        "STACKSTUDY_DATA": str(data),
        "STACKSTUDY_STUDY": str(study),
        "DBT_TARGET_PATH": str(data.parent / "target"),
        "DBT_LOG_PATH": str(data.parent / "logs"),
        "NO_COLOR": "1",
    }
    return subprocess.run(
        [*DBT, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def build(
    folder: Path,
    dumps: dict[str | None, Path],
    *arguments: str,
    study: Path | str = SHIPPED,
    data_name: str = "data",
) -> Warehouse:
    """Load dumps (site to path) into a fresh data folder and run `dbt build` on it.

    The models' own unit tests are run once, by the fixture `bare`.
    """
    warehouse = Warehouse(folder / data_name, Path(study).name)
    for site, dump in dumps.items():
        load([dump], warehouse.data, site=site)
    arguments = arguments or ("--exclude-resource-type", "unit_test")
    done = run_dbt(warehouse.data, "build", *arguments, study=study)
    (folder / "output.txt").write_text(done.stdout + done.stderr, "utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return warehouse


def once(folder: Path, make: Callable[[Path], Warehouse]) -> Warehouse:
    """Make a warehouse once for all processes of a test run, whichever comes first."""
    folder.mkdir(exist_ok=True)
    made = folder / "made.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            warehouse = make(folder)
            made.write_text(json.dumps([str(warehouse.data), warehouse.study]), "utf-8")
        data, study = json.loads(made.read_text("utf-8"))
        return Warehouse(Path(data), study)


def copy_study(folder: Path, name: str = SHIPPED) -> Path:
    """Copy a shipped study, to which a test adds what people decided or labelled."""
    return Path(shutil.copytree(find_study(name), folder / name))


def share_store(data: Path, other: Path) -> Path:
    """Let a data folder have the loaded dump of another one, and nothing that was built of it."""
    data.mkdir(parents=True)
    for path in other.iterdir():
        if path.is_dir() and any(path.glob("site=*")):
            (data / path.name).symlink_to(path)
    return data
