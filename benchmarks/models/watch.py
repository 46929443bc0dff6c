"""`dbt build`, one model at a time, with the time and the peak memory of each.

Run as a program: python -m benchmarks.models.watch DATA OUTPUT MEMORY_LIMIT. It needs Linux: the
kernel's mark of the most memory that this process held is put back before each model.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[2]
_PROC = Path("/proc/self")


def _peak_mib() -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", (_PROC / "status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def main(data: str, output: str, memory_limit: str) -> None:
    """Build, and write what each node took as JSON."""
    os.chdir(ROOT)
    os.environ["STACKSTUDY_DATA"] = data
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - seconds of import

    nodes: list[dict[str, Any]] = []

    def hear(event: EventMsg) -> None:
        if event.info.name == "NodeStart":
            (_PROC / "clear_refs").write_text("5")
        elif event.info.name in {"LogModelResult", "LogTestResult", "LogSeedResult"}:
            nodes.append(
                {
                    "name": event.data.node_info.node_name,
                    "kind": event.data.node_info.resource_type,
                    "status": event.data.status,
                    "seconds": event.data.execution_time,
                    "peak_mib": _peak_mib(),
                }
            )

    profile = (ROOT / "profiles.yml").read_text(encoding="utf-8")
    setting = "        TimeZone: UTC\n"
    assert setting in profile
    with tempfile.TemporaryDirectory() as folder:
        limited = profile.replace(setting, f"{setting}        memory_limit: {memory_limit}\n")
        Path(folder, "profiles.yml").write_text(limited, encoding="utf-8")
        command = ["--quiet", "build", "--threads", "1", "--exclude-resource-type", "unit_test"]
        command += ["--profiles-dir", folder, "--target-path", str(Path(data) / "dbt")]
        done = dbtRunner(callbacks=[hear]).invoke(command)
    Path(output).write_text(json.dumps(nodes), encoding="utf-8")
    if not done.success:
        raise SystemExit(f"bench: dbt build failed: {done.exception or 'a model or a test'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
