"""Stack Exchange data dump to typed Parquet. Knows nothing of studies.

`load` loads dumps; a `Reporter` is told of the progress; a `Manifest` describes a loaded table.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_HOMES: Final = {
    "load": "loader.loading",
    "Reporter": "loader.reporter",
    "Manifest": "loader.manifest",
    "Store": "loader.store",
}

__all__ = ["Manifest", "Reporter", "Store", "load"]


def __getattr__(name: str) -> Any:
    """Import on first use: `stackstudy --help` needs neither Arrow nor a parser."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
