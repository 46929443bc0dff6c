"""A synthetic data dump, seeded and of any size, in the form of the official writer.

`write_sample` does it; `analyses.sample.command` is its command line. The parts: the official form
(`official`), the shape of the published figures (`shape`), when questions come and which ids posts
get (`arrivals`), what posts say (`phrases`, `recipes`, `wording`), who writes (`people`), what
becomes of a question (`threads`), and the eight tables (`tables`), all driven by one clock
(`site`).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_HOMES: Final = {
    "SampleError": "loader.errors",
    "SampleReport": "analyses.sample.writer",
    "write_sample": "analyses.sample.writer",
}

__all__ = ["SampleError", "SampleReport", "write_sample"]


def __getattr__(name: str) -> Any:
    """Import on first use: `stackstudy --help` writes no sample."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
