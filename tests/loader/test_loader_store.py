"""Loading is all or nothing, goes on where it stopped, and loads nothing twice."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import stores
import xxhash
from stores import SITE, posts, xml

import loader
from loader import files, parquet, store, table
from loader.errors import LoaderError, RowError, StoreError, TruncatedError
from loader.schemas import FIRST_FABRICATED_POST_ID, POSTS, TABLES

ROOT = Path(__file__).resolve().parents[2]
USERS = xml("users", *(f'Id="{i}" Reputation="{i}"' for i in range(1, 50)))
BADGES = xml("badges", 'Id="1" Name="a" Date="2014-01-01T00:00:00.000"')


class Log(loader.Reporter):
    def __init__(self):
        self.events: list[tuple[str, str]] = []

    def keep(self, source, manifest):
        self.events.append(("keep", manifest.table))

    def begin(self, source, table):
        self.events.append(("begin", table))


@pytest.fixture
def dump(tmp_path) -> Path:
    folder = tmp_path / SITE
    stores.write(folder / "Badges.xml", BADGES)
    stores.write(folder / "Posts.xml", posts(30))
    stores.write(folder / "Users.xml", USERS)
    return folder


@pytest.fixture
def data(tmp_path) -> Path:
    return tmp_path / "data"


def load(dump: Path, data: Path, **options: object) -> list[tuple[str, str]]:
    log = Log()
    loader.load([dump], data, reporter=log, **options)
    return log.events


ALL = ["badges", "posts", "users"]


def test_a_finished_unchanged_table_is_not_loaded_again(dump, data):
    assert load(dump, data) == [("begin", name) for name in ALL]
    before = stores.snapshot(data)
    assert load(dump, data) == [("keep", name) for name in ALL]
    assert stores.snapshot(data) == before


def test_force_loads_again(dump, data):
    load(dump, data)
    assert load(dump, data, force=True) == [("begin", name) for name in ALL]


def test_a_touched_file_is_told_by_its_hash(dump, data):
    load(dump, data)
    os.utime(dump / "Posts.xml", (1, 1))
    assert load(dump, data) == [("keep", name) for name in ALL]


def test_a_moved_dump_is_told_by_its_hash(dump, data, tmp_path):
    load(dump, data)
    moved = tmp_path / "elsewhere" / SITE
    shutil.copytree(dump, moved)
    assert load(moved, data) == [("keep", name) for name in ALL]


def test_a_changed_file_of_the_same_size_is_loaded_again(dump, data):
    load(dump, data)
    stores.write(dump / "Posts.xml", posts(30).replace("&gt;7&lt;", "&gt;8&lt;"))
    os.utime(dump / "Posts.xml", (1, 1))
    assert load(dump, data) == [("keep", "badges"), ("keep", "users"), ("begin", "posts")]
    assert stores.rows(data, "posts")[6]["Body"] == "<p>8</p>"


def test_a_table_whose_parquet_is_not_all_there_is_loaded_again(dump, data):
    load(dump, data)
    next((data / "posts" / f"site={SITE}").glob("*.parquet")).unlink()
    assert load(dump, data) == [("keep", "badges"), ("keep", "users"), ("begin", "posts")]
    assert len(stores.rows(data, "posts")) == 30


def test_one_site_does_not_touch_another(dump, data, tmp_path):
    load(dump, data)
    before = stores.snapshot(data)
    other = shutil.copytree(dump, tmp_path / "other.example.com")
    load(other, data)
    after = stores.snapshot(data)
    assert {name: after[name] for name in before} == before
    assert len(after) == 2 * len(before)


NEW_USERS = xml("users", 'Id="1" Reputation="99"')
FAILURES = {
    "cut off": (NEW_USERS[:-20], TruncatedError),
    "malformed": (NEW_USERS.replace('Id="1"', 'Id="one"'), RowError),
    "not well-formed": (NEW_USERS.replace('Id="1"', 'Id="1" Id="1"'), RowError),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_leaves_the_store_as_it_was_to_the_byte(dump, data, name):
    load(dump, data)
    before = stores.snapshot(data)
    stores.write(dump / "Badges.xml", BADGES.replace('Name="a"', 'Name="new"'))
    stores.write(dump / "Posts.xml", posts(99))
    content, kind = FAILURES[name]
    stores.write(dump / "Users.xml", content)
    with pytest.raises(kind):
        load(dump, data)
    assert stores.snapshot(data) == before
    # what was whole need not be loaded again
    stores.write(dump / "Users.xml", NEW_USERS)
    assert load(dump, data) == [("keep", "badges"), ("keep", "posts"), ("begin", "users")]
    assert [len(stores.rows(data, one)) for one in ALL] == [1, 99, 1]
    assert stores.rows(data, "badges")[0]["Name"] == "new"


def test_what_a_failed_load_left_aside_is_not_swapped_in_by_another(dump, data, tmp_path):
    stores.write(dump / "Users.xml", USERS[:-20])
    with pytest.raises(TruncatedError):
        load(dump, data)
    other = stores.write(tmp_path / "other" / SITE / "Posts.xml", posts(5))
    load(other, data)
    assert len(stores.rows(data, "posts")) == 5
    assert stores.manifest(data, "badges")["state"] == "absent"
    assert not list(data.glob(".loading/*/site=*"))


def test_nothing_but_the_lock_stays_aside(dump, data):
    load(dump, data)
    assert [path.name for path in data.glob(".loading/**/*") if path.is_file()] == ["lock"]


class BrokenError(Exception):
    """Stands for the machine going away."""


@pytest.mark.parametrize("call", range(1, 40))
def test_a_break_at_any_rename_or_removal_is_mended_at_the_next_start(dump, data, call):
    """Either all tables of the site are as before, or all are new, once `recover` has run."""
    load(dump, data)
    before = {one: stores.rows(data, one) for one in TABLES}
    stores.write(dump / "Badges.xml", BADGES.replace('Name="a"', 'Name="new"'))
    stores.write(dump / "Posts.xml", posts(99))
    stores.write(dump / "Users.xml", NEW_USERS)
    after = {"badges": 1, "posts": 99, "users": 1}
    with pytest.MonkeyPatch.context() as patch:
        count = [0]
        for owner, name in (
            (Path, "rename"),
            (Path, "replace"),
            (Path, "unlink"),
            (files.shutil, "rmtree"),
            (files, "sync"),
            (store, "sync"),
        ):
            true = getattr(owner, name)

            def step(*arguments, true=true, **options):
                count[0] += 1
                if count[0] >= call:
                    raise BrokenError
                return true(*arguments, **options)

            patch.setattr(owner, name, step)
        try:
            load(dump, data)
            broke = False
        except BrokenError:
            broke = True
    with loader.Store(data).writing():
        pass
    now = {one: stores.rows(data, one) for one in TABLES}
    is_new = {one: len(now[one]) for one in ALL} == after
    assert is_new or now == before
    assert all(loader.Store(data).manifest(one, SITE) for one in TABLES)
    load(dump, data)
    assert {one: len(stores.rows(data, one)) for one in ALL} == after
    assert [path.name for path in data.glob(".loading/**/*") if path.is_file()] == ["lock"]
    if not broke:
        assert call > 20, "the test no longer breaks anything"


def test_killed_in_the_middle(dump, data):
    load(dump, data)
    before = stores.snapshot(data)
    stores.write(dump / "Posts.xml", posts(400_000))
    code = f"import loader; loader.load([{str(dump)!r}], {str(data)!r})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    aside = data / ".loading" / "posts" / f"site={SITE}"
    deadline = time.monotonic() + 60
    while not (aside.exists() and any(p.stat().st_size for p in aside.iterdir())):
        assert time.monotonic() < deadline
        assert process.poll() is None, "too fast to kill"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert stores.snapshot(data) == before
    assert load(dump, data) == [("keep", "badges"), ("keep", "users"), ("begin", "posts")]
    assert stores.manifest(data, "posts")["n_rows"] == 400_000


def test_two_loads_at_once(dump, data):
    with loader.Store(data).writing(), pytest.raises(StoreError, match="another load is writing"):
        load(dump, data)
    load(dump, data)


def test_a_data_folder_that_is_a_file(dump, tmp_path):
    path = stores.write(tmp_path / "file", "x")
    with pytest.raises(StoreError, match="cannot be written"):
        load(dump, path / "data")


def test_a_full_disk(dump, data, monkeypatch):
    load(dump, data)
    before = stores.snapshot(data)
    stores.write(dump / "Posts.xml", posts(99))

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.pq.ParquetWriter, "write_table", full)
    with pytest.raises(StoreError, match=r"No space left on device; see that it has room"):
        load(dump, data)
    monkeypatch.undo()
    assert stores.snapshot(data) == before
    assert load(dump, data)[-1] == ("begin", "posts")


def test_a_source_that_changes_while_it_is_read(dump, data, monkeypatch):
    true = table.read_prolog

    def read_prolog(pieces, name):
        with (dump / "Posts.xml").open("a") as file:
            file.write("<!-- more -->")
        return true(pieces, name)

    monkeypatch.setattr(table, "read_prolog", read_prolog)
    with pytest.raises(LoaderError, match=r"changed while it was read"):
        loader.load([dump / "Posts.xml"], data)
    assert stores.snapshot(data) == {}


def test_an_unreadable_manifest(dump, data):
    load(dump, data)
    stores.write(data / "posts" / f"site={SITE}" / "_manifest.json", "{half")
    with pytest.raises(StoreError, match=r"manifest\.json: cannot be read.*load the table again"):
        loader.Store(data).manifests()
    assert ("begin", "posts") in load(dump, data)
    assert stores.manifest(data, "posts")["n_rows"] == 30


def test_a_table_that_cannot_be_read_is_not_emptied_by_a_dump_without_it(dump, data):
    load(dump, data)
    for name in ("badges", "users"):
        stores.write(data / name / f"site={SITE}" / "_manifest.json", '{"format": 99}')
    before = stores.snapshot(data)
    stores.write(dump / "Posts.xml", posts(7))
    with pytest.raises(StoreError, match=r"users/.*another version.*load the table again"):
        loader.load([dump / "Posts.xml"], data)
    assert stores.snapshot(data) == before
    load(dump, data)
    assert len(stores.rows(data, "posts")) == 7


def test_a_manifest_of_another_format_means_load_again(dump, data):
    load(dump, data)
    path = data / "posts" / f"site={SITE}" / "_manifest.json"
    stores.write(path, path.read_text().replace('"format": 2', '"format": 0'))
    assert ("begin", "posts") in load(dump, data)


def test_the_manifest(dump, data):
    content = (dump / "Posts.xml").read_text().replace("<posts>", "<!-- hello --><posts>")
    content = content.replace('Id="2"', 'Id="2" CreationDate="2014-05-01T10:00:00.123"')
    content = content.replace('Id="9"', 'Id="9" CreationDate="2012-05-01T10:00:00"').replace(
        "&gt;9", "&gt;&#x0;9"
    )
    stores.write(dump / "Posts.xml", content)
    load(dump, data)
    one = stores.manifest(data, "posts")
    folder = data / "posts" / f"site={SITE}"
    assert one.pop("started_at") <= one.pop("finished_at")
    assert one.pop("loader_version")
    assert one.pop("source_modified_at")[-1] == "Z"
    assert one == {
        "format": 2,
        "parts": [
            {
                "name": "part-00000.parquet",
                "n_rows": 30,
                "n_bytes": (folder / "part-00000.parquet").stat().st_size,
                "xxh3_128": xxhash.xxh3_128(
                    (folder / "part-00000.parquet").read_bytes()
                ).hexdigest(),
            }
        ],
        "site": SITE,
        "table": "posts",
        "state": "finished",
        "is_synthetic": False,
        "source_file": str(dump / "Posts.xml"),
        "source_member": None,
        "source_bytes": len(content.encode()),
        "source_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "source_comment": "hello",
        "xml_bytes": len(content.encode()),
        "n_files": 1,
        "n_bytes": (folder / "part-00000.parquet").stat().st_size,
        "n_rows": 30,
        "n_rejected_rows": 0,
        "n_fabricated_rows": 0,
        "n_replaced_characters": 1,
        "unknown_attributes": {},
        "first_at": "2012-05-01T10:00:00.000Z",
        "last_at": "2014-05-01T10:00:00.123Z",
    }


def test_fabricated_rows_are_set_aside_and_counted(dump, data):
    first = FIRST_FABRICATED_POST_ID
    ids = [1, first - 1, first, first + 7, 2]
    stores.write(
        dump / "Posts.xml",
        xml("posts", *(f'Id="{i}" CreationDate="20{i % 10 + 10}-01-01"' for i in ids)),
    )
    stores.write(
        dump / "Votes.xml",
        xml("votes", *(f'Id="{n}" PostId="{i}"' for n, i in enumerate(ids)), 'Id="9"'),
    )
    stores.write(dump / "Users.xml", xml("users", f'Id="{first}"'))
    load(dump, data)
    assert [row["Id"] for row in stores.rows(data, "posts")] == [1, first - 1, 2]
    assert [row["Id"] for row in stores.rows(data, "posts", part="_fabricated/*.pq")] == [
        first,
        first + 7,
    ]
    assert [row["Id"] for row in stores.rows(data, "votes")] == [0, 1, 4, 9]
    assert [row["Id"] for row in stores.rows(data, "votes", part="_fabricated/*.pq")] == [2, 3]
    assert [row["Id"] for row in stores.rows(data, "users")] == [first], (
        "ids of users are not of posts"
    )
    for name, n_rows in (("posts", 3), ("votes", 4)):
        one = stores.manifest(data, name)
        assert (one["n_rows"], one["n_fabricated_rows"]) == (n_rows, 2)
    assert stores.manifest(data, "posts")["last_at"] == "2019-01-01T00:00:00.000Z"
    assert load(dump, data) == [("keep", name) for name in ("badges", "posts", "users", "votes")]


def test_the_parquet_that_readers_like(dump, data, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 1_000)
    rows = (
        f'Id="{i}" PostTypeId="1" CreationDate="2014-01-01" Body="{i}" Tags="&lt;a&gt;"'
        for i in range(1, 2_501)
    )
    stores.write(dump / "Posts.xml", xml("posts", *rows))
    load(dump, data)
    found = pq.ParquetFile(data / "posts" / f"site={SITE}" / "part-00000.parquet")
    assert found.schema_arrow.equals(POSTS.schema)
    groups = [found.metadata.row_group(i) for i in range(found.metadata.num_row_groups)]
    assert [group.num_rows for group in groups] == [1_000, 1_000, 500]
    columns = {
        groups[1].column(i).path_in_schema: groups[1].column(i)
        for i in range(groups[1].num_columns)
    }
    assert {column.compression for column in columns.values()} == {"ZSTD"}
    assert (columns["Id"].statistics.min, columns["Id"].statistics.max) == (1_001, 2_000)
    assert columns["CreationDate"].statistics.has_min_max
    assert columns["Body"].statistics is None
    has_dictionary = {name for name, column in columns.items() if column.has_dictionary_page}
    assert {"PostTypeId", "Tags.list.element"} <= has_dictionary
    assert not {"Id", "Body", "CreationDate", "OwnerUserId"} & has_dictionary


def test_row_groups_are_bounded_in_bytes(dump, data, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP_BYTES", 1 << 20)
    stores.write(dump / "Posts.xml", posts(3_000, Title="t" * 1_000))
    load(dump, data)
    found = pq.ParquetFile(data / "posts" / f"site={SITE}" / "part-00000.parquet").metadata
    assert found.num_row_groups >= 3
    assert found.num_rows == 3_000
