"""The number of cores of this process."""

from __future__ import annotations

import os


def n_cores() -> int:
    """Return how many cores the process may use: in a container or under `taskset`, not all."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1
