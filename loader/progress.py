"""How a load shows on a terminal (a bar) and in a pipe (a line a table), and the summary that closes it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table as RichTable
from rich.text import Text

from loader.reporter import Reporter

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from rich.progress import Task

    from loader.archive import Dump, Source
    from loader.manifest import Manifest


class _RowsColumn(ProgressColumn):
    """Rows read so far."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['n_rows']:>13,} rows", style="progress.data.speed")


class ProgressReporter(Reporter):
    """Shows a load on a console; use as a context manager.

    Parameters
    ----------
    console : rich.console.Console
        A bar is drawn only where it is a terminal; elsewhere each table is one line.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._n_rows = 0
        self._n_bytes = 0
        self._began = 0.0
        self._task = None
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            _RowsColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
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

    def find(self, dump: Dump) -> None:
        """Say whose dump it is, where that was read from a name, and what is left out."""
        for site, name in dump.names.items():
            self._say(f"site {site} (from the name {name})")
        for line in dump.left_out:
            self.leave_out(line)
        total = sum(source.n_bytes for source in dump.sources)
        self._task = self._progress.add_task("finding", total=total, n_rows=0)

    def leave_out(self, line: str) -> None:
        """Say what is not loaded."""
        self._say(line)

    def keep(self, source: Source, manifest: Manifest) -> None:
        """Say that a table need not be loaded."""
        self._say(
            f"{manifest.site} {manifest.table}: {manifest.n_rows:,} rows, loaded before from the same"
            " source; kept (--force loads again)"
        )
        self._advance(source.n_bytes)

    def begin(self, source: Source, table: str) -> None:
        """Show which table is being read."""
        self._n_rows = self._n_bytes = 0
        self._began = time.monotonic()
        self._update(description=f"{source.site} {table}")

    def advance(self, n_bytes: int, n_rows: int) -> None:
        """Move the bar."""
        self._n_rows += n_rows
        self._n_bytes += n_bytes
        self._update(n_rows=self._n_rows)
        self._advance(n_bytes)

    def end(self, source: Source, table: str) -> None:
        """Say what was read of a table."""
        seconds = time.monotonic() - self._began
        rate = self._n_bytes / 1e6 / max(seconds, 0.001)
        self._say(
            f"{source.site} {table}: {self._n_rows:,} rows, {self._n_bytes / 1e6:,.1f} MB of XML"
            f" in {seconds:.1f} s ({rate:,.0f} MB/s)"
        )

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _advance(self, n_bytes: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, n_bytes)

    def _update(self, **values: object) -> None:
        if self._task is not None:
            self._progress.update(self._task, **values)


def print_summary(manifests: list[Manifest], console: Console) -> None:
    """Print a table of what is in the store now, and what one should know about it."""
    table = RichTable(box=None, pad_edge=False, header_style="bold")
    table.add_column("site")
    table.add_column("table")
    for name in ("rows", "rejected", "fabricated", "replaced"):
        table.add_column(name, justify="right")
    table.add_column("unknown attributes")
    for one in manifests:
        unknown = ", ".join(f"{name} ({n:,})" for name, n in one.unknown_attributes.items())
        counts = (one.n_rows, one.n_rejected_rows, one.n_fabricated_rows, one.n_replaced_characters)
        shown = [f"{n:,}" for n in counts] if one.state == "finished" else ["absent", "", "", ""]
        table.add_row(one.site, one.table, *shown, unknown)
    click.echo()
    console.print(table)
