"""`dbt build`, one model at a time, with the time and the peak memory of each.

Run as a program: python -m benchmarks.models.watch DATA OUTPUT MEMORY_LIMIT. It needs Linux: the
kernel's mark of the most memory that a process held is put back before each model.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbt_common.events.base_types import EventMsg

ROOT = Path(__file__).resolve().parents[2]
_PROC = Path("/proc")


class Watch:
    """What each node of dbt took, in this process and in those that it started.

    Attributes
    ----------
    nodes : list of dict
        In their order: name, kind, status, seconds, cpu_seconds, peak_mib.
    """

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self._cpu_seconds = 0.0

    def hear(self, event: EventMsg) -> None:
        """Take an event of dbt; one node runs at a time."""
        if event.info.name == "NodeStart":
            for process in _processes():
                (process / "clear_refs").write_text("5")
            self._cpu_seconds = cpu_seconds()
        elif event.info.name in {"LogModelResult", "LogTestResult", "LogSeedResult"}:
            self.nodes.append(
                {
                    "name": event.data.node_info.node_name,
                    "kind": event.data.node_info.resource_type,
                    "status": event.data.status,
                    "seconds": event.data.execution_time,
                    "cpu_seconds": cpu_seconds() - self._cpu_seconds,
                    "peak_mib": sum(_peak_mib(process) for process in _processes()),
                }
            )


def cpu_seconds() -> float:
    """Return the processor time of this process and of those that it started."""
    ticks = sum(sum(map(int, _stat(process)[11:15])) for process in _processes())
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes() -> list[Path]:
    """Return the folders of this process and of those below it."""
    parents = {}
    for process in _PROC.glob("[0-9]*"):
        try:
            parents[int(process.name)] = int(_stat(process)[1])
        except (OSError, ValueError):  # it ended meanwhile
            continue
    found = [os.getpid()]
    for one in found:
        found += [number for number, parent in parents.items() if parent == one]
    return [_PROC / str(number) for number in found]


def _stat(process: Path) -> list[str]:
    """Return the fields of its state after its name, which may hold blanks: proc(5)."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _peak_mib(process: Path) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text())
    return int(found[1]) / 1024 if found else 0.0


@contextmanager
def limited(memory_limit: str) -> Iterator[str]:
    """Write the project's profile with a limit for DuckDB; yields its folder."""
    profile = (ROOT / "profiles.yml").read_text(encoding="utf-8")
    setting = "        TimeZone: UTC\n"
    assert setting in profile
    with tempfile.TemporaryDirectory() as folder:
        text = profile.replace(setting, f"{setting}        memory_limit: {memory_limit}\n")
        Path(folder, "profiles.yml").write_text(text, encoding="utf-8")
        yield folder


def main(data: str, output: str, memory_limit: str) -> None:
    """Build, and write what each node took as JSON."""
    os.chdir(ROOT)
    os.environ["STACKSTUDY_DATA"] = data
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - seconds of import

    watch = Watch()
    with limited(memory_limit) as folder:
        command = ["--quiet", "build", "--threads", "1", "--exclude-resource-type", "unit_test"]
        command += ["--profiles-dir", folder, "--target-path", str(Path(data) / "dbt")]
        done = dbtRunner(callbacks=[watch.hear]).invoke(command)
    Path(output).write_text(json.dumps(watch.nodes), encoding="utf-8")
    if not done.success:
        raise SystemExit(f"bench: dbt build failed: {done.exception or 'a model or a test'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
