"""Where the real data is, and what to do when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def shared_folder(name: str, shared: Path = SHARED) -> Path:
    """Return a folder of the real data; where it is absent, skip the test, or fail it in CI."""
    folder = shared / name
    if not folder.is_dir():
        reason = f"the real data is not beside this checkout ({folder} is missing)"
        if os.environ.get("STACKSTUDY_REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
