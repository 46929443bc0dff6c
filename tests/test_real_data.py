"""A test that needs the real data says so when it is skipped; in CI it fails."""

from __future__ import annotations

import re

import pytest
from _pytest.outcomes import Failed, Skipped
from real_data import ROOT, shared_folder


def test_absent_data_is_said(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv("STACKSTUDY_REQUIRE_SHARED", raising=False)
    reason = re.escape(f"the real data is not beside this checkout ({tmp_path / 'data'} is missing")
    with pytest.raises(Skipped, match=reason):
        shared_folder("data", tmp_path)
    monkeypatch.setenv("STACKSTUDY_REQUIRE_SHARED", "1")
    with pytest.raises(Failed, match=reason):
        shared_folder("data", tmp_path)
    (tmp_path / "data").mkdir()
    assert shared_folder("data", tmp_path) == tmp_path / "data"


def test_no_test_goes_to_it_by_another_way() -> None:
    """A path of its own would pass over what CI requires."""
    for path in (ROOT / "tests").rglob("*.py"):
        if path.name not in {"real_data.py", "test_real_data.py"}:
            assert not re.search(r"[\"'/]shared[/\"']", path.read_text("utf-8")), path


def test_ci_requires_it() -> None:
    assert "STACKSTUDY_REQUIRE_SHARED=1" in (ROOT / ".ci" / "run").read_text("utf-8")
