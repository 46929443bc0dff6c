"""What dbt did, read from its results; what went wrong as one line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from loader.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

_FULL: Final = "No space left on device"  # strerror of ENOSPC: Python and DuckDB both say it


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    n_models, n_checks : int
        Seeds and models made; data tests and unit tests passed.
    warnings : tuple of str
        One line each for checks that found something worth knowing and not wrong.
    n_decisions, n_labels : int
        Decisions and labels of people that were given.
    notes : tuple of str
        One line each for what the last database had and this one has not.
    """

    n_models: int
    n_checks: int
    warnings: tuple[str, ...]
    n_decisions: int = 0
    n_labels: int = 0
    notes: tuple[str, ...] = ()


def outcome(state: Path, code: int, said: list[str]) -> BuildResult:
    """Read the results of a build.

    Parameters
    ----------
    state : Path
        Folder of dbt's state.
    code : int
        What dbt ended with.
    said : list of str
        What it said beside its results.

    Raises
    ------
    BuildError
        When it did not end whole; the message names the first failure and the log.
    """
    log = state / "logs" / "dbt.log"
    try:
        results = json.loads((state / "run_results.json").read_text("utf-8"))["results"]
    except (FileNotFoundError, ValueError):  # none, or cut off where the disk was full
        results = []
    failed = [
        result for result in results if result["status"] in {"error", "fail", "runtime error"}
    ]
    if any(_FULL in text for text in (*said, *(result["message"] or "" for result in failed))):
        raise BuildError(
            f"{state.parent}: no space left on this disk to build the tables; make room there, or"
            " move the folder to a larger disk and name it with --data DIR"
        )
    if not results:
        raise BuildError(f"the models could not be built: {_reason(said, code)} (all of it: {log})")
    if failed or code:
        name, message = _named(failed[0]) if failed else ("dbt", f"ended with code {code}")
        more = f"; {len(failed) - 1} more failed" if len(failed) > 1 else ""
        raise BuildError(f"{name}: {message}{more} (all of it: {log})")
    kinds = Counter(result["unique_id"].split(".", 1)[0] for result in results)
    warned = tuple(": ".join(_named(result)) for result in results if result["status"] == "warn")
    return BuildResult(
        n_models=kinds["model"] + kinds["seed"],
        n_checks=kinds["test"] - len(warned),
        warnings=warned,
    )


def _reason(said: list[str], code: int) -> str:
    """Return the first line of what was said; of a traceback, the last."""
    lines = [line for line in map(str.strip, said) if line]
    if not lines:
        return f"dbt ended with code {code}"
    return _one_line(lines[-1 if any(line.startswith("Traceback") for line in lines) else 0])


def _named(result: dict[str, Any]) -> tuple[str, str]:
    kind, _, rest = result["unique_id"].partition(".")
    name = rest.split(".")[1]
    return f"{kind.replace('_', ' ')} {name}", _one_line(result["message"] or result["status"])


def _one_line(text: str) -> str:
    return " ".join(text.split())
