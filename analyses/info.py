"""`stackstudy info`: what is loaded, and what is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from rich.table import Table

from analyses.figures.numbers import NONE, count
from analyses.summary import console
from analyses.warehouse import connect, database_path
from loader import Store
from loader.checks import check_site
from loader.errors import StoreError
from loader.options import data_option
from loader.rejects import REJECTED

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    from rich.console import Console

    from loader import Manifest
    from loader.checks import TableCheck

    Checks = dict[tuple[str, str], TableCheck]


@click.command("info")
@data_option
def command(data: Path) -> None:
    """Show what is loaded (sites, tables, rows, dates, what was set aside) and what is built.

    \b
    Examples:
      stackstudy info
      stackstudy info --data /big/disk
    """
    manifests = Store(data).manifests()
    if not manifests:
        raise StoreError(f"{data}: no dump is loaded here; run `stackstudy load DUMP` first")
    out = console()
    out.print(f"Data folder: {data}", soft_wrap=True)
    checks = {
        (one.site, one.table): one
        for site in dict.fromkeys(entry.site for entry in manifests)
        for one in check_site(Store(data), site)
    }
    _show_loaded(manifests, out)
    _show_remarks(data, manifests, checks, out)
    if not database_path(data).is_file():
        out.print("Nothing is built yet: run `stackstudy build`.")
        return
    with connect(data) as connection:
        _show_built(connection, out)


def _show_loaded(manifests: list[Manifest], out: Console) -> None:
    table = Table(title="Loaded", title_justify="left")
    for heading in ("site", "table"):
        table.add_column(heading, no_wrap=True)
    for heading in ("rows", "first", "last"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("rejected", "fabricated", "replaced", "MB"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown = None
    for entry in manifests:
        site = entry.site + (" (synthetic)" if entry.is_synthetic else "")
        if entry.site != shown and shown is not None:
            table.add_section()
        table.add_row(
            site if entry.site != shown else "",
            entry.table,
            "not in dump" if entry.state == "absent" else count(entry.n_rows),
            (entry.first_at or NONE)[:10],
            (entry.last_at or NONE)[:10],
            count(entry.n_rejected_rows),
            count(entry.n_fabricated_rows),
            count(entry.n_replaced_characters),
            f"{entry.n_bytes / 1e6:,.1f}",
        )
        shown = entry.site
    out.print(table)


def _show_remarks(data: Path, manifests: list[Manifest], checks: Checks, out: Console) -> None:
    for entry in manifests:
        if entry.n_rejected_rows:
            out.print(
                f"{entry.site} {entry.table}: rows set aside, with line and reason: stackstudy sql"
                f" \"from '{Store(data).folder(entry.table, entry.site) / REJECTED}/*.parquet'\"",
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
            names = ", ".join(f"{name} ({count(n)})" for name, n in check.n_dangling.items())
            out.print(
                f"{entry.site} {entry.table}: rows that name a post or user who is not in the dump"
                f" (deleted ones are not): {names}",
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


def _show_built(connection: duckdb.DuckDBPyConnection, out: Console) -> None:
    names = connection.execute(
        "select table_name, estimated_size from duckdb_tables()"
        " where schema_name = 'main' and not starts_with(table_name, 'int_')"
        " and not starts_with(table_name, 'stg_') and not starts_with(table_name, 'seed_')"
        " order by table_name"
    ).fetchall()
    table = Table(title="Built", title_justify="left")
    table.add_column("table", no_wrap=True)
    table.add_column("rows", justify="right")
    for name, rows in names:
        table.add_row(name, count(rows))
    out.print(table)
    out.print(
        f"Database: {connection.execute('pragma database_list').fetchone()[2]}", soft_wrap=True
    )
