"""How a fetch shows on a terminal (a bar) and in a pipe (a line now and then)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from loader.errors import on_one_line
from loader.fetch.patience import duration
from loader.fetch.remote import human
from loader.fetch.reporter import FetchReporter

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from rich.console import Console

    from loader.fetch.remote import RemoteFile

_EVERY: Final = 10.0
"""Seconds between lines where there is no terminal."""


class FetchProgress(FetchReporter):
    """Shows a fetch on a console; use as a context manager.

    Parameters
    ----------
    console : rich.console.Console
        A bar is drawn only where it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._name = self._what = ""
        self._total: int | None = None
        self._done = 0
        self._came = 0
        self._began = self._said = 0.0
        self._task = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            expand=True,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, file: RemoteFile, n_bytes: int | None, n_there: int) -> None:
        """Say what is fetched, from where, and whether it goes on from an earlier fetch."""
        size = "" if n_bytes is None else f", {human(n_bytes)}"
        kept = f", {human(n_there)} are there" if n_there else ""
        self._say(f"{file.name}: from {file.url}{size}{kept}")
        self._name = file.name
        self._start("", n_bytes, n_there)

    def learn(self, n_bytes: int) -> None:
        """Take the size for the bar."""
        self._total = n_bytes
        self._update(total=n_bytes)

    def advance(self, n_bytes: int) -> None:
        """Move the bar; without a terminal, say so now and then."""
        self._done += n_bytes
        self._came += n_bytes
        self._update(completed=self._done)
        now = time.monotonic()
        if self._console.is_terminal or now - self._said < _EVERY:
            return
        self._said = now
        rate = self._came / max(now - self._began, 0.001)
        of = left = ""
        if self._total:
            of = f" of {human(self._total)} ({self._done / self._total:.0%})"
            left = f", {duration((self._total - self._done) / max(rate, 1))} left"
        self._say(f"{self._what}{self._name}: {human(self._done)}{of}, {human(rate)}/s{left}")

    def restart(self, why: str) -> None:
        """Say why a file begins anew."""
        self._say(f"{self._name}: from the beginning: {why}")
        self._start("", self._total, 0)

    def wait(self, stop: Exception, seconds: float) -> None:
        """Say what is waited for."""
        self._say(f"{stop}; next try in {duration(seconds)}")

    def check(self, n_bytes: int, algorithm: str) -> None:
        """Show that a file is hashed."""
        self._start(f"{algorithm} of ", n_bytes, 0)

    def end(self, path: Path, n_bytes: int, checked_by: str) -> None:
        """Say where the file is."""
        self._remove()
        self._say(f"{path}: {human(n_bytes)}, {checked_by} checked")

    def keep(self, path: Path, why: str) -> None:
        """Say that the file was there."""
        self._remove()
        self._say(f"{path}: {why}")

    def _start(self, what: str, total: int | None, done: int) -> None:
        self._remove()
        self._what, self._total, self._done, self._came = what, total, done, 0
        self._began = self._said = time.monotonic()
        self._task = self._progress.add_task(f"{what}{self._name}", total=total, completed=done)

    def _remove(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None

    def _update(self, **values: object) -> None:
        if self._task is not None:
            self._progress.update(self._task, **values)

    def _say(self, line: str) -> None:
        self._console.print(on_one_line(line), markup=False, highlight=False, soft_wrap=True)
