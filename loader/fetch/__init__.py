"""Getting dumps: from archive.org or a mirror to files on disk, whole and checked, or not at all.

`fetch` brings the archives of sites; `resolve_dump` takes what a user typed, a path or a site, and
returns a path; `open_source` says what a source has.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_HOMES: Final = {
    "Fetched": "loader.fetch.fetching",
    "RemoteFile": "loader.fetch.remote",
    "fetch": "loader.fetch.fetching",
    "looks_like_site": "loader.fetch.names",
    "open_source": "loader.fetch.sources",
    "resolve_dump": "loader.fetch.resolve",
}

__all__ = ["Fetched", "RemoteFile", "fetch", "looks_like_site", "open_source", "resolve_dump"]


def __getattr__(name: str) -> Any:
    """Import on first use: `stackstudy --help` needs no HTTP library."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
