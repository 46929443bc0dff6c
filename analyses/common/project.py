"""Where the dbt project and the shipped studies are."""

from __future__ import annotations

from pathlib import Path


def project_dir() -> Path:
    """Return the folder of the dbt project: this checkout, or the installed package's copy."""
    above = Path(__file__).resolve().parents[2]
    return above if (above / "dbt_project.yml").is_file() else above / "stackstudy_project"
