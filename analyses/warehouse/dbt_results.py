"""What dbt did, read from its results; a failure as one line."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from loader.errors import BuildError

if TYPE_CHECKING:
    from pathlib import Path

RESULTS: Final = "run_results.json"
LOG: Final = "logs/dbt.log"
"""Files in the folder of dbt's state."""

_FULL: Final = "No space left on device"  # strerror of ENOSPC: Python and DuckDB both say it


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    study : str
        Name of the study, and of the database.
    n_models, n_checks : int
        Models made; data tests passed.
    warnings : tuple of str
        One line each for checks that found something worth knowing and not wrong.
    human_input : tuple of str
        One line per set for the decisions and labels that people gave.
    notes : tuple of str
        What else a person may want to know, one line each.
    dump_warnings : tuple of str
        One line for whatever a whole dump does not have: `loader.checks.warnings_of`.
    """

    study: str
    n_models: int
    n_checks: int
    warnings: tuple[str, ...]
    human_input: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dump_warnings: tuple[str, ...] = ()


def outcome(state: Path, code: int, said: list[str], database: Path) -> BuildResult:
    """Read the results of a build.

    Parameters
    ----------
    state : Path
        Folder of dbt's state.
    code : int
        Exit code of dbt.
    said : list of str
        Its other output.
    database : Path
        The staged database, in which the first row of a failed check is looked up.

    Raises
    ------
    BuildError
        When the build failed; the message names the first failure and the log.
    """
    log = state / LOG
    all_of_it = f" (all of it: {log})" if log.is_file() else ""
    try:
        results = json.loads((state / RESULTS).read_text("utf-8"))["results"]
    except (FileNotFoundError, ValueError):  # no file, or one cut off because the disk was full
        results = []
    failed = [
        result for result in results if result["status"] in {"error", "fail", "runtime error"}
    ]
    if any(_FULL in text for text in (*said, *(result["message"] or "" for result in failed))):
        raise BuildError(
            f"{state.parent.parent}: no space left on this disk to build the tables; make room"
            " there, or move the folder to a larger disk and name it with --data DIR"
        )
    if not results:
        raise BuildError(f"the models could not be built: {_reason(said, code)}{all_of_it}")
    if failed or code:
        name, message = _named(failed[0]) if failed else ("dbt", f"ended with code {code}")
        if failed and failed[0]["status"] == "fail":
            message = f"{message}{_first_row(database, failed[0])}"
        more = f"; {len(failed) - 1} more failed" if len(failed) > 1 else ""
        raise BuildError(f"{name}: {message}{more}{all_of_it}")
    kinds = Counter(result["unique_id"].split(".", 1)[0] for result in results)
    warned = tuple(": ".join(_named(result)) for result in results if result["status"] == "warn")
    return BuildResult(
        study=database.stem,
        n_models=kinds["model"],
        n_checks=kinds["test"] - len(warned),
        warnings=warned,
    )


def _first_row(database: Path, result: dict[str, Any]) -> str:
    """Return the first row that a failed check found, as text."""
    import duckdb  # a build that ends well need not wait for it

    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            found = connection.execute(result["compiled_code"])
            names = [column[0] for column in found.description or ()]
            row = found.fetchone()
    except (duckdb.Error, KeyError, TypeError):
        return ""
    if row is None:
        return ""
    return f", the first: {', '.join(f'{n} {v}' for n, v in zip(names, row, strict=True))}"


def _reason(said: list[str], code: int) -> str:
    """Return the first line of what was said; of a traceback, the last."""
    lines = [line for line in map(str.strip, said) if line]
    if not lines:
        return f"dbt ended with code {code}"
    chosen = lines[-1 if any(line.startswith("Traceback") for line in lines) else 0]
    return _one_line(chosen.splitlines()[-1] if chosen.startswith("Traceback") else chosen)


def _named(result: dict[str, Any]) -> tuple[str, str]:
    kind, _, rest = result["unique_id"].partition(".")
    name = rest.split(".")[1]
    return f"{kind.replace('_', ' ')} {name}", _one_line(result["message"] or result["status"])


def _one_line(text: str) -> str:
    return " ".join(text.split())
