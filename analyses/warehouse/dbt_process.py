"""dbt in a process of its own, without what a build does not need of it."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from analyses.warehouse.dbt_results import RESULTS


def run() -> None:
    """Run dbt by the arguments of this process; write its results, and not the whole project.

    It says on standard output what dbt says, and ends with dbt's exit code.
    """
    gc.disable()  # what dbt makes lives as long as this process, and is looked through often
    from dbt.cli.main import dbtRunner

    arguments = sys.argv[1:]
    done = dbtRunner().invoke([*arguments, "--no-write-json"])
    if done.result is not None:
        state = Path(arguments[arguments.index("--target-path") + 1])
        done.result.write(str(state / RESULTS))  # type: ignore[union-attr]
    if done.success:
        sys.exit(0)
    sys.exit(2 if done.exception else 1)
