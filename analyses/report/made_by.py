"""The version of the program that makes a report."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the version of stackstudy that is installed."""
    try:
        return version("stackstudy")
    except PackageNotFoundError:
        return "from source"
