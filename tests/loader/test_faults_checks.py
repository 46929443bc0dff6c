"""Ids twice, rows out of order, rows that name none: counted as DuckDB does, and shown."""

from __future__ import annotations

import itertools
import random
import re
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
from loader.checks import REFERENCES, check_site, warnings
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
        assert one.n_named == {
            column: sum(column in row for row in rows)
            for column, target in REFERENCES.get(name, {}).items()
            if target in tables
        }
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
    assert "PostId (1 of 1, 100.0%)" in done.output


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


POSTS = [
    *({"Id": n, "PostTypeId": 1, "AnswerCount": n % 3} for n in range(1, 60)),
    *(
        {"Id": 100 * a + n, "PostTypeId": 2, "ParentId": n}
        for n in range(1, 60)
        for a in range(1, n % 3 + 1)
    ),
]


@pytest.mark.parametrize("widest", [3, 1 << 29])
def test_questions_with_fewer_answers_than_they_say(tmp_path, monkeypatch, widest):
    monkeypatch.setattr(checks_module, "_WIDEST", widest)
    (one,) = check_site(load(tmp_path, {"posts": POSTS}), SITE)
    assert (one.n_questions, one.n_stated_answers) == (59, 60)
    assert (one.n_short_questions, one.n_lacking_answers, one.n_mixed_answers) == (0, 0, 0)
    assert warnings([one]) == []
    # An answer more than stated (a deleted one, say) hides none that lacks elsewhere.
    more = [*POSTS[:-7], {"Id": 999, "PostTypeId": 2, "ParentId": 1}]
    (one,) = check_site(load(tmp_path, {"posts": more}), SITE)
    lacking = {row["ParentId"] for row in POSTS[-7:]}
    assert (one.n_short_questions, one.n_lacking_answers) == (len(lacking), 7)
    (line,) = warnings([one])
    assert line.startswith(f"{SITE} posts: 8% of the questions (5 of 59) say that they have more")
    assert "7 of 60 answers are lacking, where none is usual" in line


@pytest.mark.parametrize("odd", [{"Title": "a", "Tags": "<a>"}, {"AnswerCount": 2}])
def test_an_answer_with_what_only_questions_have_is_reported(tmp_path, odd):
    """A spliced row whose date happens to be right."""
    rows = [*POSTS[:-1], POSTS[-1] | odd]
    (one,) = check_site(load(tmp_path, {"posts": rows}), SITE)
    assert one.n_mixed_answers == 1
    (line,) = warnings([one])
    assert "which only questions have: 1; two rows" in line


def test_deleted_posts_are_counted(tmp_path):
    date = "2024-01-01T00:00:00.000"
    rows = [POSTS[0], POSTS[1] | {"DeletionDate": date}, POSTS[2] | {"DeletionDate": date}]
    (one,) = check_site(load(tmp_path, {"posts": rows}), SITE)
    assert one.n_deleted == 2


def test_a_real_dump_is_as_usual_and_half_of_it_is_not(shared_data, tmp_path):
    """Cut at half of its rows and closed again: it has every other mark of a whole dump."""
    real = shared_data / "sites" / "beer.stackexchange.com-2014-05"
    dump = shutil.copytree(real, tmp_path / "beer.stackexchange.com")
    arguments = ["load", str(dump), "--data", str(tmp_path / "data")]
    done = CliRunner().invoke(main, arguments)
    assert "Warning" not in done.output
    posts = (dump / "Posts.xml").read_bytes()
    cut = posts.index(b"<row", len(posts) // 2)
    (dump / "Posts.xml").write_bytes(posts[:cut] + b"</posts>")
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0
    lines = [line for line in done.output.splitlines() if line.startswith("Warning: ")]
    assert re.search(r"13% of the questions \(19 of 142\) say .* 26 of 250 answers", lines[0])
    assert "49% of the 4,318 votes with a PostId name one that is not there (2,122" in lines[1]
    assert len(lines) == 2


def test_rows_that_are_there_twice_are_a_warning(tmp_path):
    (one,) = check_site(load(tmp_path, {"posts": [*POSTS, *POSTS[:3]]}), SITE)
    (line,) = warnings([one])
    assert f"3 of {len(POSTS) + 3} rows have an Id that an earlier row has" in line
