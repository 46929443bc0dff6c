"""How a fetch shows: a bar on a terminal, a line now and then in a pipe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich import progress
from rich.filesize import decimal

from loader.progress import print_line

if TYPE_CHECKING:
    from rich.console import Console

_EVERY: Final = 10.0
"""Seconds between lines where there is no terminal."""


class FetchProgress(progress.Progress):
    """Shows a fetch on a console; use as a context manager."""

    def __init__(self, console: Console) -> None:
        super().__init__(
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(bar_width=None),
            progress.TaskProgressColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
            console=console,
            expand=True,
            transient=True,
            disable=not console.is_terminal,
        )
        self._said_at = 0.0

    def begin(self, what: str, n_bytes: int | None, n_there: int = 0) -> None:
        """Show a transfer, or a check, in place of the one before."""
        self._clear()
        self.add_task(what, total=n_bytes, completed=n_there)
        self._said_at = time.monotonic()

    def learn(self, n_bytes: int) -> None:
        """Take the size, which only the server said."""
        self.update(self.tasks[-1].id, total=n_bytes)

    def move(self, n_bytes: int) -> None:
        """Move the bar; without a terminal, say so now and then."""
        task = self.tasks[-1]
        super().advance(task.id, n_bytes)
        if self.console.is_terminal or time.monotonic() - self._said_at < _EVERY:
            return
        self._said_at = time.monotonic()
        line = f"{task.description}: {decimal(int(task.completed))}"
        if task.total:
            line += f" of {decimal(int(task.total))} ({task.percentage:.0f}%)"
        if task.speed:
            line += f", {decimal(int(task.speed))}/s"
        if task.time_remaining:
            line += f", {task.time_remaining / 60:,.0f} min left"
        self.say(line)

    def end(self, line: str) -> None:
        """Take the bar away, and say what came of it."""
        self._clear()
        self.say(line)

    def say(self, line: str) -> None:
        """Print a line."""
        print_line(self.console, line)

    def wait(self, stop: Exception, seconds: float) -> None:
        """Say what went wrong, and when it is tried again."""
        self.say(f"{stop}; next try in {seconds:,.0f} s")

    def _clear(self) -> None:
        for task in self.tasks:
            self.remove_task(task.id)
