"""Fetching dumps from archive.org or a mirror to disk, whole and checked or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def resolve_dump(argument: str | Path, data: Path) -> Path:
    """Return the dump that a path or a site's name means; fetch it where it is not on disk."""
    from loader.fetch import fetching  # noqa: PLC0415 - a path needs no HTTP library

    return fetching.resolve_dump(argument, data)
