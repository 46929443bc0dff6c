"""The SQL that made a mart: what dbt compiled beside the database, else the model's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyses.common.project import project_dir
from analyses.warehouse.swap import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_COMPILED = ("compiled", "stackstudy", "models")


def sources_of(data: Path, study: str, names: Iterable[str]) -> dict[str, str]:
    """Find the SQL of models.

    Parameters
    ----------
    study : str
        Name of the study.
    names : iterable of str
        Models; other names are left out.

    Returns
    -------
    dict of str to str
        By name: the statement that `stackstudy build` ran, kept in the data folder; if that is
        gone, the model's file as it ships, with dbt's Jinja in it.
    """
    found: dict[str, str] = {}
    for folder in (project_dir() / "models", state_folder(data, study).joinpath(*_COMPILED)):
        files = {path.stem: path for path in sorted(folder.glob("*/*.sql"))}
        for name in names:
            if name in files:
                found[name] = files[name].read_text("utf-8", errors="replace").strip()
    return found
