"""The models' yml about each table and column: the one source of every data dictionary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from analyses.common.project import project_dir
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LAYERS: Final = ("marts", "staging", "intermediate")

_BLOCK = re.compile(r"{%-?\s*docs\s+(\w+)\s*-?%}(.*?){%-?\s*enddocs\s*-?%}", re.DOTALL)
_DOC = re.compile(r"{{\s*doc\(\s*['\"](\w+)['\"]\s*\)\s*}}")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C, if PyYAML was built with it, takes a fifth of the time."""


@dataclass(frozen=True)
class ColumnEntry:
    """A column: its name, its type in DuckDB ('' without a contract), its description."""

    name: str
    data_type: str
    description: str


@dataclass(frozen=True)
class TableEntry:
    """A table or view: its layer (of `LAYERS`), name, description and columns."""

    layer: str
    name: str
    description: str
    columns: tuple[ColumnEntry, ...]

    def column(self, name: str) -> ColumnEntry | None:
        """Return the entry of a column, or None where the yml does not name it."""
        return next((column for column in self.columns if column.name == name), None)


def read_dictionary(layer: str = "marts") -> dict[str, TableEntry]:
    """Read the entries of a layer's models, by name.

    Parameters
    ----------
    layer : str
        One of `LAYERS`.

    Raises
    ------
    WarehouseError
        When a description refers to a text that does not exist.
    """
    texts = {
        name: text.strip()
        for path in sorted((project_dir() / "models").rglob("*.md"))
        for name, text in _BLOCK.findall(path.read_text(encoding="utf-8"))
    }
    entries = {}
    for path in _paths(layer):
        content = yaml.load(path.read_text(encoding="utf-8"), _LOADER) or {}  # noqa: S506 - a safe one
        for model in content.get("models", ()):
            entries[model["name"]] = _entry(layer, model, texts, path)
    return entries


def _paths(layer: str) -> Iterable[Path]:
    """Return the yml files of a layer: intermediates are all that is neither staging nor a mart."""
    models = project_dir() / "models"
    if layer in {"staging", "marts"}:
        return sorted((models / layer).rglob("*.yml"))
    return sorted(
        path
        for path in models.rglob("*.yml")
        if path.relative_to(models).parts[0] not in {"staging", "marts"}
    )


def _entry(layer: str, model: dict[str, Any], texts: dict[str, str], path: Path) -> TableEntry:
    def said(described: dict[str, Any]) -> str:
        def text_of(found: re.Match[str]) -> str:
            if found[1] not in texts:
                raise WarehouseError(
                    f"{path}: {model['name']}: no text {found[1]!r} is written in models/*.md;"
                    " write it, or mend its name"
                )
            return texts[found[1]]

        return " ".join(_DOC.sub(text_of, described.get("description") or "").split())

    columns = tuple(
        ColumnEntry(column["name"], str(column.get("data_type") or ""), said(column))
        for column in model.get("columns") or ()
    )
    return TableEntry(layer, model["name"], said(model), columns)
