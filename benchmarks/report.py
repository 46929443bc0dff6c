"""What the tables of all benchmarks share."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def line(cells: Iterable[str]) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """Name the processor and its cores."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists() and (found := re.search(r"model name\s*: (.*)", cpuinfo.read_text())):
        model = found[1]
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def write_between(path: Path, marks: tuple[str, str], text: str) -> None:
    """Put a text where the last one stands, between two marks of a page."""
    before = path.read_text(encoding="utf-8")
    begin, end = marks
    form = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    path.write_text(form.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", before), encoding="utf-8")
