"""Running dbt as a person does, from the project's root, into a folder of the test's own."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyses.warehouse.database import connect
from loader.loading import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")


@dataclass(frozen=True)
class Warehouse:
    """A data folder with a database, and what dbt said and left."""

    data: Path

    @property
    def target(self) -> Path:
        return self.data.parent / "target"

    @property
    def output(self) -> str:
        return (self.data.parent / "output.txt").read_text("utf-8")

    def manifest(self) -> dict[str, Any]:
        return json.loads((self.target / "manifest.json").read_text("utf-8"))

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with connect(self.data) as connection:
            return connection.execute(sql, parameters).fetchall()

    def column(self, sql: str, *parameters: object) -> list[Any]:
        return [row[0] for row in self.rows(sql, *parameters)]

    def records(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        with connect(self.data) as connection:
            result = connection.execute(sql, parameters)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def members(self, question_set: str) -> set[int]:
        sql = "select question_id from question_set_members where question_set = ?"
        found = self.column(sql, question_set)
        assert len(found) == len(set(found))
        return set(found)


def run_dbt(
    data: Path,
    *arguments: str,
    project: Path = ROOT,
    **people: Path | None,
) -> subprocess.CompletedProcess[str]:
    """Run dbt in a project as its own process; a failing build is for the caller to judge.

    What people hand over goes by name: decisions, labels, published_response_times.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("STACKSTUDY_")
    }
    environment |= {
        "STACKSTUDY_DATA": str(data),
        "DBT_TARGET_PATH": str(data.parent / "target"),
        "DBT_LOG_PATH": str(data.parent / "logs"),
        "NO_COLOR": "1",
    }
    environment |= {
        f"STACKSTUDY_{name.upper()}": str(path) for name, path in people.items() if path
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
    data_name: str = "data",
    project: Path = ROOT,
    **people: Path | None,
) -> Warehouse:
    """Load dumps (site to path) into a fresh data folder and run `dbt build` on it."""
    warehouse = Warehouse(folder / data_name)
    for site, dump in dumps.items():
        load([dump], warehouse.data, site=site)
    done = run_dbt(warehouse.data, "build", *arguments, project=project, **people)
    (folder / "output.txt").write_text(done.stdout + done.stderr, "utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return warehouse


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(folder: Path, make: Callable[[Path], Warehouse]) -> Warehouse:
    """Make a warehouse once for all processes of a test run, whichever comes first."""
    folder.mkdir(exist_ok=True)
    made = folder / "made.txt"
    with _locked(folder / "lock"):
        if not made.exists():
            made.write_text(str(make(folder).data), "utf-8")
        return Warehouse(Path(made.read_text("utf-8")))
