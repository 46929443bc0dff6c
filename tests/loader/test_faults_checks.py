"""Ids twice, rows out of order, rows that name none: counted as DuckDB does, and shown."""

from __future__ import annotations

import itertools
import random
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest
import stores
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import SITE, attributes, xml

import loader
from loader import checks as checks_module
from loader.checks import REFERENCES, check_site
from loader.schemas import TABLES
from stackstudy import main

if TYPE_CHECKING:
    from pathlib import Path


def load(folder: Path, tables: dict[str, list[dict[str, int]]]) -> loader.Store:
    dump = folder / "dump"
    shutil.rmtree(dump, ignore_errors=True)
    for name, rows in tables.items():
        root = TABLES[name].root
        written = [attributes({key: str(value) for key, value in row.items()}) for row in rows]
        stores.write(dump / f"{root}.xml", xml(root, *written))
    loader.load([dump], folder / "data", site=SITE, force=True)
    return loader.Store(folder / "data")


def by_duckdb(store: loader.Store, table: str, loaded: set[str]) -> tuple[int, dict[str, int]]:
    files = f"'{store.folder(table, SITE)}/*.parquet'"
    (twice,) = duckdb.sql(f"select count(*) - count(distinct Id) from {files}").fetchone()
    dangling = {}
    for column, target in REFERENCES.get(table, {}).items():
        if target in loaded:
            others = f"'{store.folder(target, SITE)}/*.parquet'"
            (n,) = duckdb.sql(
                f"select count(*) from {files} where {column} is not null"
                f" and {column} not in (select Id from {others})"
            ).fetchone()
            if n:
                dangling[column] = n
    return twice, dangling


IDS = st.integers(-3, 12)


@settings(max_examples=15, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.lists(
                st.fixed_dictionaries(
                    {"Id": IDS}, optional=dict.fromkeys(REFERENCES.get(name, {}), IDS)
                ),
                max_size=12,
            )
            for name in TABLES
        },
    ).filter(bool),
    st.sampled_from([2, 1 << 18]),
    st.sampled_from([3, 1 << 29]),
)
def test_any_tables_by_duckdbs_account(tmp_path_factory, tables, batch, widest):
    folder = tmp_path_factory.mktemp("checks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks_module, "_BATCH_ROWS", batch)
        patch.setattr(checks_module, "_WIDEST", widest)
        store = load(folder, tables)
        found = {one.table: one for one in check_site(store, SITE)}
    assert set(found) == set(tables)
    for name, rows in tables.items():
        ids = [row["Id"] for row in rows]
        one = found[name]
        assert (one.n_duplicate_ids, one.n_dangling) == by_duckdb(store, name, set(tables))
        assert one.n_out_of_order == sum(b < a for a, b in itertools.pairwise(ids))
    shutil.rmtree(folder)


def test_ids_at_the_ends_of_their_type(tmp_path):
    ends = [{"Id": 2**63 - 1}, {"Id": -(2**63)}, {"Id": 5}]
    votes = [{"Id": 1, "PostId": 5}, {"Id": 2, "PostId": 6}, {"Id": 3, "PostId": -(2**63)}]
    votes = [{**row, "UserId": row["PostId"]} for row in votes]
    store = load(tmp_path, {"users": ends, "votes": votes})
    users, votes_found = sorted(check_site(store, SITE), key=lambda one: one.table)
    assert (users.n_duplicate_ids, users.n_out_of_order) == (0, 1)
    assert votes_found.n_dangling == {"UserId": 1}


def test_the_count_is_kept_until_the_tables_change(tmp_path, monkeypatch):
    store = load(tmp_path, {"users": [{"Id": 2}, {"Id": 1}, {"Id": 1}]})
    (first,) = check_site(store, SITE)
    assert (first.n_duplicate_ids, first.n_out_of_order) == (1, 1)
    with monkeypatch.context() as patch:
        patch.setattr(checks_module, "_check", None)
        assert check_site(store, SITE) == [first]
    store = load(tmp_path, {"users": [{"Id": 1}, {"Id": 2}, {"Id": 3}]})
    (second,) = check_site(store, SITE)
    assert (second.n_duplicate_ids, second.n_out_of_order) == (0, 0)


def test_a_store_that_may_not_be_written_is_counted_all_the_same(tmp_path):
    store = load(tmp_path, {"users": [{"Id": 2}, {"Id": 1}]})
    stores.write(store.data / checks_module.FOLDER, "in the way")
    (found,) = check_site(store, SITE)
    assert found.n_out_of_order == 1


def test_info_shows_them(tmp_path):
    rng = random.Random(1)
    posts = [{"Id": n, "OwnerUserId": rng.randrange(1, 9)} for n in (1, 2, 2, 5, 4, 6)]
    store = load(tmp_path, {"posts": posts, "votes": [{"Id": 1, "PostId": 3}]})
    done = CliRunner().invoke(main, ["info", "--data", str(store.data)], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    assert f"{SITE} posts: ids that an earlier row has: 1; rows out of order: 1" in done.output
    assert "votes: rows that name a post or user who is not in the dump" in done.output
    assert "PostId (1)" in done.output


def test_real_dumps_are_in_order_and_name_deleted_posts(shared_data, tmp_path):
    dump = shared_data / "sites" / "conlang.meta.stackexchange.com-2020-09"
    loader.load([dump], tmp_path)
    store = loader.Store(tmp_path)
    for one in check_site(store, "conlang.meta.stackexchange.com"):
        files = f"'{store.folder(one.table, one.site)}/*.parquet'"
        (twice,) = duckdb.sql(f"select count(*) - count(distinct Id) from {files}").fetchone()
        assert one.n_duplicate_ids == twice == 0
        if one.table == "votes":
            assert set(one.n_dangling) <= {"PostId", "UserId"}
