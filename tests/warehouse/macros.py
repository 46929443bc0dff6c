"""The text macros of the project, rendered without dbt: they are pure expressions."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from pathlib import Path


class Macros:
    """Each macro of the given files as a method that returns SQL of an engine."""

    def __init__(self, *paths: Path, engine: str = "duckdb") -> None:
        source = "".join(path.read_text("utf-8") for path in paths)
        environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
        environment.globals["adapter"] = SimpleNamespace(
            dispatch=lambda name, _: getattr(self._module, f"{engine}__{name}")
        )
        self._module = environment.from_string(source).make_module()

    def __getattr__(self, name: str):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments: str(getattr(self._module, name)(*arguments)).strip()
