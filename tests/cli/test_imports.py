"""What a command does not need it does not import: Plotly takes a third of a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("command", ["info", "sample-size"])
def test_commands_without_a_figure_import_no_plotly(command, sample_warehouse) -> None:
    code = (
        "import sys; from stackstudy import main;"
        "main(sys.argv[1:], standalone_mode=False);"
        "print('imported:', 'plotly' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command, "--data", str(sample_warehouse)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "imported: False"
    assert len(done.stdout.splitlines()) > 3
