"""`stackstudy info`: what is loaded, and what is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from rich import box
from rich.table import Table

from analyses.common.numbers import NONE, count, percent
from analyses.study.options import built_study_option
from analyses.warehouse.database import connect, databases, find_database
from analyses.warehouse.summary import console, print_fitting
from loader import Store
from loader.checks import check_site, warnings
from loader.errors import StoreError
from loader.options import data_option
from loader.store import REJECTED, verify

if TYPE_CHECKING:
    from collections.abc import Collection

    import duckdb
    from rich.console import Console

    from loader import Manifest
    from loader.checks import TableCheck

    Checks = dict[tuple[str, str], TableCheck]


_COUNTS: Final = ("rejected", "fabricated", "replaced")
_DATES: Final = ("first", "last")


@click.command("info")
@data_option
@built_study_option
@click.option(
    "--verify",
    "is_deep",
    is_flag=True,
    help="Recompute the hash of each Parquet file, which reads the whole store.",
)
def command(data: Path, study: str | None, *, is_deep: bool) -> None:
    """Show what is loaded (sites, tables, rows, dates, rejected rows) and what is built.

    A Parquet file that is not what the manifest beside it says is named, and the exit code is 1.

    \b
    Examples:
      stackstudy info
      stackstudy info --data /big/disk --verify
    """
    manifests = Store(data).manifests()
    if not manifests:
        raise StoreError(f"{data}: no dump is loaded here; run `stackstudy load DUMP` first")
    out = console()
    out.print(f"Data folder: {data}", soft_wrap=True)
    wrong = verify(data, deep=is_deep)
    checks = {
        (one.site, one.table): one
        for site in dict.fromkeys(entry.site for entry in manifests)
        for one in (() if wrong else check_site(Store(data), site))
    }
    _show_loaded(manifests, out)
    _show_remarks(data, manifests, checks, out)
    for line in wrong:
        out.print(f"Damaged: {line}", soft_wrap=True, markup=False, highlight=False)
    if is_deep and not wrong:
        out.print("Every Parquet file is as it was written.")
    built = databases(data)
    if not built and study is None:
        out.print("Nothing is built yet: run `stackstudy build`.")
    elif study is not None or len(built) == 1:
        built = [find_database(data, study)]
    for path in built:
        with connect(data, path.stem) as connection:
            _show_built(connection, out)
    if wrong:
        click.get_current_context().exit(1)


def _show_loaded(manifests: list[Manifest], out: Console) -> None:
    """Show one row per table: with all columns if there is room, and never with a cut number."""
    zeros = {name for name in _COUNTS if not any(_cells(one)[name] != "0" for one in manifests)}
    print_fitting(
        out,
        lambda: [_loaded(manifests, has_sites=True)],
        lambda: _by_site(manifests, set(), box.HEAVY_HEAD),
        lambda: _by_site(manifests, set(), None),
        lambda: _by_site(manifests, zeros, None),
        lambda: _by_site(manifests, {*_DATES}, None),
        lambda: _by_site(manifests, {*_DATES, *zeros}, None),
    )


def _by_site(manifests: list[Manifest], without: set[str], frame: box.Box | None) -> list[Table]:
    sites = dict.fromkeys(one.site for one in manifests)
    return [
        _loaded([one for one in manifests if one.site == site], without=without, frame=frame)
        for site in sites
    ]


def _loaded(
    manifests: list[Manifest],
    *,
    has_sites: bool = False,
    without: Collection[str] = (),
    frame: box.Box | None = box.HEAVY_HEAD,
) -> Table:
    title = "Loaded" if has_sites else f"\nLoaded: {_site(manifests[0])}"
    table = Table(title=title, title_justify="left", box=frame, pad_edge=frame is not None)
    names = [name for name in _cells(manifests[0]) if name not in without]
    if not has_sites:
        names.remove("site")
    for name in names:
        is_text = name in {"site", "table"}
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    shown = None
    for entry in manifests:
        cells = _cells(entry)
        if entry.site == shown:
            cells["site"] = ""
        elif shown is not None:
            table.add_section()
        table.add_row(*(cells[name] for name in names))
        shown = entry.site
    return table


def _cells(entry: Manifest) -> dict[str, str]:
    return {
        "site": _site(entry),
        "table": entry.table,
        "rows": "not in dump" if entry.state == "absent" else count(entry.n_rows),
        "first": (entry.first_at or NONE)[:10],
        "last": (entry.last_at or NONE)[:10],
        "rejected": count(entry.n_rejected_rows),
        "fabricated": count(entry.n_fabricated_rows),
        "replaced": count(entry.n_replaced_characters),
        "MB": f"{entry.n_bytes / 1e6:,.1f}",
    }


def _site(entry: Manifest) -> str:
    return entry.site + (" (synthetic)" if entry.is_synthetic else "")


def _show_remarks(data: Path, manifests: list[Manifest], checks: Checks, out: Console) -> None:
    for entry in manifests:
        if entry.n_rejected_rows:
            folder = Store(data).folder(entry.table, entry.site) / REJECTED
            out.print(
                f"{entry.site} {entry.table}: rejected rows, with line and reason: stackstudy sql"
                f" \"from read_parquet('{folder}/*')\"",
                soft_wrap=True,
                markup=False,
            )
        check = checks.get((entry.site, entry.table))
        if check is not None and (check.n_duplicate_ids or check.n_out_of_order):
            twice, out_of_order = count(check.n_duplicate_ids), count(check.n_out_of_order)
            out.print(
                f"{entry.site} {entry.table}: ids that an earlier row has: {twice};"
                f" rows out of order: {out_of_order}",
                soft_wrap=True,
            )
        if check is not None and check.n_dangling:
            names = ", ".join(
                f"{name} ({count(n)} of {count(check.n_named[name])},"
                f" {percent(n / check.n_named[name])})"
                for name, n in check.n_dangling.items()
            )
            out.print(
                f"{entry.site} {entry.table}: rows that name a post or user who is not in the dump"
                f" (deleted ones are not): {names}",
                soft_wrap=True,
            )
        if check is not None and check.n_deleted:
            out.print(
                f"{entry.site} {entry.table}: deleted, by their DeletionDate: "
                f"{count(check.n_deleted)} of {count(check.n_rows)}; a study leaves deleted"
                " questions out, unless it says otherwise",
                soft_wrap=True,
            )
    for entry in manifests:
        if entry.unknown_attributes:
            names = ", ".join(
                f"{name} ({count(n)})" for name, n in entry.unknown_attributes.items()
            )
            out.print(
                f"{entry.site} {entry.table}: attributes that no known dump has, kept in"
                f" OtherAttributes: {names}",
                soft_wrap=True,
            )
    for line in warnings(checks.values()):
        out.print(f"Warning: {line}.", soft_wrap=True, markup=False, highlight=False)


def _show_built(connection: duckdb.DuckDBPyConnection, out: Console) -> None:
    names = connection.execute(
        "select table_name, estimated_size from duckdb_tables()"
        " where schema_name = 'main' and not starts_with(table_name, 'int_')"
        " order by table_name"
    ).fetchall()
    path = connection.execute("pragma database_list").fetchall()[0][2]
    table = Table(title=f"Built: {Path(path).stem}", title_justify="left")
    table.add_column("table", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    for name, rows in names:
        table.add_row(name, count(rows))
    print_fitting(out, lambda: [table])
    out.print(f"Database: {path}", soft_wrap=True)
