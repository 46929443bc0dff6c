"""What the models' yml says of each table and column: the one source of every data dictionary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from analyses.common.project import project_dir
from loader.errors import WarehouseError

if TYPE_CHECKING:
    from pathlib import Path

LAYERS: Final = {
    "marts": ("marts",),
    "staging": ("staging",),
    "intermediate": ("sets", "times", "comparisons", "labels", "replication"),
}
"""Folders of models/ that hold each layer."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BLOCK = re.compile(r"{%-?\s*docs\s+(\w+)\s*-?%}(.*?){%-?\s*enddocs\s*-?%}", re.DOTALL)
_DOC = re.compile(r"{{\s*doc\(\s*['\"](\w+)['\"]\s*\)\s*}}")


@dataclass(frozen=True)
class ColumnEntry:
    """A column: its name, its type in DuckDB ('' where no contract states it), what it holds."""

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
        When a description refers to a text that is not there.
    """
    models = project_dir() / "models"
    texts = _texts(models)
    entries = {}
    for folder in LAYERS[layer]:
        for path in sorted((models / folder).glob("*.yml")):
            content = yaml.load(path.read_text(encoding="utf-8"), _Loader) or {}  # noqa: S506 - a safe one
            for model in content.get("models", ()):
                entries[model["name"]] = _entry(layer, model, texts, path)
    return entries


def _texts(models: Path) -> dict[str, str]:
    return {
        name: text.strip()
        for path in sorted(models.rglob("*.md"))
        for name, text in _BLOCK.findall(path.read_text(encoding="utf-8"))
    }


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
