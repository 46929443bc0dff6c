"""How work shows: a bar on a terminal, lines in a pipe, and the summary that closes a load."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from loader.errors import on_one_line
from loader.reporter import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from rich.progress import Task

    from loader.dump.sources import Dump, Source
    from loader.manifest import Manifest

_LINE_EVERY: Final = 15.0  # seconds between lines about a long table, where no bar is drawn
_LONG: Final = 100_000_000  # bytes from which on a table is announced there
_MEASURABLE: Final = 10_000_000  # bytes from which on a rate means something
_WIDE: Final = 160  # columns of a pipe, which has no width
_WIDE_TERMINAL: Final = 100  # columns from which on the bar has room for the site
_WITH_DATES: Final = 96  # columns from which on the summary has room for dates
_NARROWEST: Final = 72  # columns that the summary needs so as not to cut numbers


class _RowsColumn(ProgressColumn):
    """Rows read of the table so far."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.fields['n_rows']:,} rows", style="progress.data.speed")


def make_console() -> Console:
    """Return a console on standard output; in a pipe it is wide enough not to cut tables."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDE)


class _StepsColumn(ProgressColumn):
    """How much is done of all, as a count or as bytes."""

    def __init__(self, show: Callable[[int], str]) -> None:
        super().__init__(table_column=Column(no_wrap=True))
        self._show = show

    def render(self, task: Task) -> Text:
        total = "?" if task.total is None else self._show(int(task.total))
        return Text(f"{self._show(int(task.completed))} of {total}", style="progress.download")


class _Shown:
    """A bar that shows from the beginning of a block to its end, or lines where there is none."""

    _console: Console
    _progress: Progress
    _last_line: float

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _is_time_for_a_line(self) -> bool:
        now = time.monotonic()
        if self._console.is_terminal or now - self._last_line < _LINE_EVERY:
            return False
        self._last_line = now
        return True

    def _say(self, line: str) -> None:
        print_line(self._console, line)


class StepProgress(_Shown):
    """Shows a work of many steps on standard error; use it as a context manager.

    A terminal gets a bar with what is done of all, the time left, and the step; a file or a pipe a
    line every quarter of a minute, so that short work stays quiet.

    Parameters
    ----------
    what : str
        What is done, such as "Exporting".
    total : int, optional
        How many steps there are, or bytes; `expect` may say so later.
    is_bytes : bool
        Whether bytes are counted.
    """

    def __init__(self, what: str, total: int | None = None, *, is_bytes: bool = False) -> None:
        self._console = Console(stderr=True)
        self._show: Callable[[int], str] = decimal if is_bytes else "{:,}".format
        self._what, self._total, self._done = what, total, 0
        self._began = self._last_line = time.monotonic()
        self._progress = Progress(
            TextColumn(what, markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=20, table_column=Column(min_width=10)),
            _StepsColumn(self._show),
            TimeRemainingColumn(elapsed_when_finished=True, table_column=Column(no_wrap=True)),
            # the name gets what is left of the line: dbt has a whole test in it
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=self._console,
            expand=True,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._progress.add_task("", total=total)

    @property
    def is_bar(self) -> bool:
        """Whether a bar shows."""
        return self._console.is_terminal

    def expect(self, total: int) -> None:
        """Say how many steps, or bytes, there are."""
        self._total = total
        self._progress.update(self._task, total=total)

    def each(self, names: Iterable[str], step: str = "{}") -> Iterator[str]:
        """Yield names one by one, each a step that is done when the next one is asked for."""
        names = list(names)
        self.expect(self._done + len(names))
        for name in names:
            self.begin(step.format(name))
            yield name
            self.advance()

    def begin(self, step: str) -> None:
        """Show what is done now."""
        self._progress.update(self._task, description=on_one_line(step))

    def advance(self, n: int = 1, step: str = "") -> None:
        """Count what is done, and name the step, if it has a name."""
        self._done += n
        self._progress.update(self._task, advance=n)
        if step:
            self.begin(step)
        if self._is_time_for_a_line():
            line = f"{self._what}: {self._show(self._done)}"
            if self._total and self._done:
                elapsed = self._last_line - self._began
                left = (self._total - self._done) / self._done * elapsed
                line += f" of {self._show(self._total)}, about {_duration(left)} left"
            self._say(line)


class ProgressReporter(_Shown, Reporter):
    """Shows a load on a console; use it as a context manager.

    Parameters
    ----------
    console : rich.console.Console
        Where it is a terminal, a bar is drawn; elsewhere there are lines only.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 0
        self._done = 0
        self._n_rows = 0
        self._n_bytes = 0
        self._n_bytes_before = 0
        self._first_began = time.monotonic()
        self._began = self._last_line = self._first_began
        self._title = ""
        self._n_prepared = self._n_to_prepare = 0
        self._progress = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            BarColumn(bar_width=None, table_column=Column(ratio=1, min_width=4)),
            DownloadColumn(table_column=Column(no_wrap=True)),
            _RowsColumn(table_column=Column(no_wrap=True)),
            TransferSpeedColumn(table_column=Column(no_wrap=True)),
            TimeRemainingColumn(table_column=Column(no_wrap=True)),
            console=console,
            expand=True,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID = self._progress.add_task("finding", total=None, n_rows=0)

    def find(self, dump: Dump) -> None:
        """Say whose dump it is, where that was read from a name, and what is left out."""
        for site, name in dump.names.items():
            self._say(f"Site {site}, after the name {name} (--site says otherwise).")
        for line in dump.left_out:
            self.leave_out(line)
        self._total = sum(source.n_bytes for source in dump.sources)
        self._first_began = time.monotonic()
        self._progress.reset(self._task, total=self._total)

    def leave_out(self, line: str) -> None:
        """Say what is not loaded."""
        self._say(f"Not loaded: {line}")

    def keep(self, source: Source, manifest: Manifest) -> None:
        """Say that a table need not be loaded."""
        self._say(
            f"{manifest.site} {manifest.table}: {manifest.n_rows:,} rows kept,"
            " loaded before from the same source (--force loads it again)"
        )
        self._need_not_read(source.n_bytes)

    def unpack(self, name: str, n_bytes: int) -> None:
        """Say that an inner archive is unpacked, and show how far."""
        self._prepare(f"{name}: unpacking this archive inside of an archive", n_bytes)

    def compare(self, source: Source) -> None:
        """Say that a file is compared by its hash, and show how far."""
        n_bytes = source.file.stat().st_size
        self._prepare(f"{source.file}: touched or moved; comparing its hash", n_bytes)

    def prepare(self, n_bytes: int) -> None:
        """Move the bar of what is unpacked or compared, or say now and then how far it is."""
        self._n_prepared += n_bytes
        self._progress.update(self._task, completed=self._n_prepared)
        if self._is_time_for_a_line():
            size = f"{decimal(self._n_prepared)} of {decimal(self._n_to_prepare)}"
            self._say(f"{self._title}: {size}")

    def resume(self, n_bytes: int, n_rows: int) -> None:
        """Count what an earlier load left as rows, and not as what this one reads."""
        self._n_rows += n_rows
        self._n_bytes_before += n_bytes
        self._need_not_read(n_bytes)
        if n_rows:
            self._say(f"{self._title}: {n_rows:,} rows are there from a load that was broken off")

    def begin(self, source: Source, table: str) -> None:
        """Show which table is being read."""
        self._n_rows = self._n_bytes = self._n_bytes_before = 0
        self._began = self._last_line = time.monotonic()
        self._title = f"{source.site} {table}"
        is_wide = self._console.width >= _WIDE_TERMINAL
        self._progress.update(
            self._task,
            description=on_one_line(self._title if is_wide else table),
            completed=self._done,
            total=self._total,
            n_rows=0,
        )
        if not self._console.is_terminal and source.n_bytes >= _LONG:
            self._say(f"{self._title}: reading {source.name} ({decimal(source.n_bytes)} of XML)")

    def advance(self, n_bytes: int, n_rows: int) -> None:
        """Move the bar, or say now and then how far it is."""
        self._n_rows += n_rows
        self._n_bytes += n_bytes
        self._progress.update(self._task, n_rows=self._n_rows)
        self._move(n_bytes)
        if self._is_time_for_a_line():
            now = self._last_line
            left = (self._total - self._done) / max(self._done, 1) * (now - self._first_began)
            self._say(
                f"{self._title}: {self._n_rows:,} rows, {decimal(self._done)} of"
                f" {decimal(self._total)}, {self._rate(now)}, {_duration(left)} left"
            )

    def end(self, source: Source, table: str) -> None:
        """Say what was read of a table."""
        now = time.monotonic()
        n_bytes = self._n_bytes_before + self._n_bytes
        line = f"{source.site} {table}: {self._n_rows:,} rows, {decimal(n_bytes)} of XML"
        if self._n_bytes_before:
            line += f", {decimal(self._n_bytes)} of it now"
        if self._n_bytes >= _MEASURABLE:
            line += f" in {now - self._began:,.1f} s, {self._rate(now)}"
        self._say(line)

    def replace(self, tables: list[tuple[Manifest, Manifest]]) -> None:
        """Say what takes the place of what."""
        changes = [f"{new.table} ({_extent(old)} by {_extent(new)})" for old, new in tables]
        files = dict.fromkeys(str(old.source_file) for old, _ in tables)
        site = tables[0][0].site
        self._say(f"{site}: replaced, of {' and '.join(files)}: {', '.join(changes)}")
        ends = [[one.last_at for one in side if one.last_at] for side in zip(*tables, strict=True)]
        if all(ends) and max(ends[1]) < max(ends[0]):
            self._say(f"{site}: what was loaded now is the older dump")

    def stay(self, manifests: list[Manifest]) -> None:
        """Say which tables are not of the dump that was loaded."""
        tables = ", ".join(f"{one.table} ({_extent(one)})" for one in manifests)
        self._say(
            f"{manifests[0].site}: not in this dump, and kept from an earlier load: {tables};"
            " if that was of another date, load its tables of this one, too"
        )

    def _rate(self, now: float) -> str:
        return f"{self._n_bytes / 1e6 / max(now - self._began, 0.001):,.0f} MB/s"

    def _prepare(self, what: str, n_bytes: int) -> None:
        self._n_prepared, self._n_to_prepare = 0, n_bytes
        self._title = what
        self._last_line = time.monotonic()
        self._progress.update(
            self._task, description=on_one_line(what), completed=0, total=n_bytes, n_rows=0
        )
        if not self._console.is_terminal and n_bytes >= _MEASURABLE:
            self._say(f"{what} ({decimal(n_bytes)})")

    def _need_not_read(self, n_bytes: int) -> None:
        self._total -= n_bytes
        self._progress.update(self._task, completed=self._done, total=self._total)

    def _move(self, n_bytes: int) -> None:
        self._done += n_bytes
        self._progress.update(self._task, completed=self._done)


def print_summary(manifests: list[Manifest], console: Console) -> None:
    """Print what is in the store now, a site at a time, and what one should know about it.

    Parameters
    ----------
    manifests : list of Manifest
        What `loader.load` returned.
    console : rich.console.Console
        Where to.
    """
    has_dates = console.width >= _WITH_DATES
    console.width = max(console.width, _NARROWEST)
    for site in dict.fromkeys(one.site for one in manifests):
        of_site = [one for one in manifests if one.site == site]
        table = Table(box=None, pad_edge=False, title=f"\n{site}", title_justify="left")
        table.add_column("table", no_wrap=True)
        for name in ("rows", "rejected", "fabricated", "chars replaced", "unknown"):
            table.add_column(name, justify="right", no_wrap=True)
        for name in ("first", "last") if has_dates else ():
            table.add_column(name, no_wrap=True)
        for one in of_site:
            if one.state == "finished":
                table.add_row(one.table, *_counts(one), *(_days(one) if has_dates else ()))
        console.print(table)
        absent = [one.table for one in of_site if one.state == "absent"]
        if absent:
            print_line(console, f"Not in the dump: {', '.join(absent)}.")
        _print_remarks(of_site, console)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:,.0f} min" if seconds >= 120 else f"{max(seconds, 0):.0f} s"


def _extent(one: Manifest) -> str:
    """How much a table holds, and up to when."""
    return f"{one.n_rows:,} rows" + (f" to {one.last_at[:10]}" if one.last_at else "")


def _counts(one: Manifest) -> list[str]:
    counts = (
        one.n_rows,
        one.n_rejected_rows,
        one.n_fabricated_rows,
        one.n_replaced_characters,
        sum(one.unknown_attributes.values()),
    )
    return [f"{count:,}" for count in counts]


def _days(one: Manifest) -> list[str]:
    return [(moment or "")[:10] for moment in (one.first_at, one.last_at)]


def _print_remarks(manifests: list[Manifest], console: Console) -> None:
    """Explain the counts that are not zero."""
    for one in manifests:
        if one.unknown_attributes:
            names = ", ".join(f"{name} ({n:,})" for name, n in one.unknown_attributes.items())
            print_line(
                console, f"{one.table}: unknown attributes, kept in OtherAttributes: {names}."
            )
    if any(one.n_replaced_characters for one in manifests):
        print_line(console, "Characters replaced: references to what XML forbids, now U+FFFD.")
    if any(one.n_fabricated_rows for one in manifests):
        print_line(
            console,
            "Fabricated: rows of invented posts (ids from 1,000,000,000 on), set aside; the dump of"
            " 2025-06-30 has such.",
        )
    if any(one.is_synthetic for one in manifests):
        print_line(
            console, "Synthetic: this dump was made by `stackstudy sample`; nobody wrote it."
        )


def print_line(console: Console, line: str) -> None:
    """Print a line as it is, whatever the names in it hold."""
    console.print(on_one_line(line), markup=False, highlight=False, soft_wrap=True)
