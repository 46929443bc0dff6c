"""Fixtures for every test: where the real data is, and what to do when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        reason = f"the real data is not beside this checkout ({folder} is missing)"
        if os.environ.get("STACKSTUDY_REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real dumps and of the authors' data; where it is absent, skip (fail in CI)."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_facts() -> Path:
    """Folder of published figures and the taxonomy."""
    return _shared("facts")
