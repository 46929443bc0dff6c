"""What a database was built from, so that the next build makes only what other inputs change."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from analyses.common.project import project_dir
from analyses.warehouse.database import database_path
from analyses.warehouse.swap import state_folder
from loader.files import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyses.study import Study

HUMAN: Final = ("labels", "taxonomy", "decisions")
"""Tables of a study folder that people change while they work: the sources of this name."""

_FILE: Final = "inputs.json"


def changed_input(data: Path, study: Study) -> list[str]:
    """Return which of `HUMAN` changed since the last build, if nothing else did; else none.

    Whether something was loaded since is not looked at.
    """
    before = read_json(state_folder(data, study.name) / _FILE)
    now = _with_database(read_inputs(study), data, study)
    if not isinstance(before, dict) or before.keys() != now.keys():
        return []
    if any(before[name] != now[name] for name in now if name != "human"):
        return []
    return [name for name in HUMAN if before["human"].get(name) != now["human"].get(name)]


def keep_inputs(data: Path, study: Study, inputs: dict[str, Any]) -> None:
    """Note what the database in a data folder was built from.

    Parameters
    ----------
    inputs : dict
        As `read_inputs` found them before the build: a file may have changed since.
    """
    write_json(state_folder(data, study.name) / _FILE, _with_database(inputs, data, study))


def selection(changed: list[str]) -> list[str]:
    """Return dbt's arguments for what these change, and for the study's own hash."""
    sources = [f"source:stackstudy.study.{name}+" for name in changed]
    return ["--select", *sources, "stg_studies", "studies"]


def read_inputs(study: Study) -> dict[str, Any]:
    """Return hashes of the study's files and of the project, and versions."""
    files = {name: sha256((study.folder / name).read_bytes()).hexdigest() for name in study.files}
    is_human = {name: Path(name).stem in HUMAN for name in files}
    return {
        "human": {Path(name).stem: one for name, one in files.items() if is_human[name]},
        "study": {name: one for name, one in files.items() if not is_human[name]},
        "folder": str(study.folder),
        "project": _hash_of_project(),
        "versions": [version(name) for name in ("stackstudy", "dbt-core", "dbt-duckdb", "duckdb")],
    }


def _with_database(inputs: dict[str, Any], data: Path, study: Study) -> dict[str, Any]:
    database = database_path(data, study.name)
    stat = database.stat() if database.is_file() else None
    return inputs | {"database": [stat.st_mtime_ns, stat.st_size] if stat else []}


def _hash_of_project() -> str:
    whole = sha256()
    for path in _files_of_project():
        whole.update(f"{path.name}\n{path.stat().st_size}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _files_of_project() -> Iterator[Path]:
    analyses = Path(__file__).resolve().parents[1]
    for folder in ("study", "statistics", "warehouse"):
        yield from sorted((analyses / folder).rglob("*.py"))
    project = project_dir()
    yield from (project / "dbt_project.yml", project / "profiles.yml")
    for folder in ("models", "dbt_project"):
        yield from sorted(path for path in (project / folder).rglob("*") if path.is_file())
