"""The store is what its manifests say, or it is said in a line each; and others can read it."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import stores
from click.testing import CliRunner
from stores import SITE, posts, xml

import loader
from loader.errors import StoreError
from loader.parse import splits, workers
from loader.schemas import FIRST_FABRICATED_POST_ID, TABLES
from loader.store import verify
from stackstudy import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    """Posts in several parts, with rows that are rejected and fabricated; and users."""
    monkeypatch.setattr(splits, "LEAST_BYTES", 2_000)
    monkeypatch.setattr(workers, "n_cores", lambda: 3)
    monkeypatch.setattr(splits, "n_cores", lambda: 3)
    text = posts(400).replace('Id="7"', 'Id="x"')
    text = text.replace('Id="9"', f'Id="{FIRST_FABRICATED_POST_ID + 1}"')
    stores.write(tmp_path / SITE / "Posts.xml", text)
    stores.write(tmp_path / SITE / "Users.xml", xml("users", 'Id="1"', 'Id="2"'))
    loader.load([tmp_path / SITE], tmp_path / "data", on_error="quarantine")
    assert len(parts(tmp_path / "data")) > 2
    return tmp_path / "data"


def parts(data: Path, table: str = "posts") -> list[Path]:
    return sorted((data / table / f"site={SITE}").glob("*.parquet"))


def test_a_whole_store(data):
    assert verify(data) == verify(data, deep=True) == []


def test_nothing_is_loaded(tmp_path):
    assert verify(tmp_path / "none") == []


def test_a_part_is_missing(data, tmp_path):
    parts(data)[1].unlink()
    (line,) = verify(data)
    assert line == (
        f"{data}/posts/site={SITE}/part-00001.parquet: is missing; load it again:"
        f" stackstudy load {tmp_path}/{SITE}/Posts.xml --site {SITE} --force"
    )


def test_a_part_is_shorter(data):
    path = parts(data)[0]
    n_bytes = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-1])
    (line,) = verify(data)
    assert f"part-00000.parquet: has {n_bytes - 1:,} bytes, not {n_bytes:,} as" in line


def test_a_part_has_other_rows(data):
    """Of the same size: only its footer says it, and that is part of the quick check."""
    folder = parts(data)[0].parent
    manifest = json.loads((folder / "_manifest.json").read_text())
    pq.write_table(pq.read_table(parts(data)[0], partitioning=None).slice(3), parts(data)[0])
    manifest["parts"][0]["n_bytes"] = parts(data)[0].stat().st_size
    (folder / "_manifest.json").write_text(json.dumps(manifest))
    (line,) = verify(data)
    n_rows = manifest["parts"][0]["n_rows"]
    assert f"has {n_rows - 3} rows, not {n_rows} as when it was loaded" in line


def test_a_part_that_nobody_knows_would_be_read_as_data(data):
    shutil.copy(parts(data)[0], parts(data)[0].with_name("part-00099.parquet"))
    (line,) = verify(data)
    assert "part-00099.parquet: is not in the manifest" in line


def test_every_flipped_bit_is_found(data):
    """Of any file of the store, and by the deep check: 79 of 150 read as other values unseen."""
    rng = random.Random(1)
    files = [path for path in sorted(data.glob("posts/*/**/part-*")) if path.is_file()]
    assert {path.parent.name for path in files} >= {"_rejected", "_fabricated"}
    for number in range(40):
        path = files[number % len(files)]
        right = path.read_bytes()
        bad = bytearray(right)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        path.write_bytes(bad)
        (line,) = verify(data, deep=True)
        assert line.startswith(f"{path}: ")
        path.write_bytes(right)


def test_several_are_told_at_once(data):
    for path in (*parts(data), *parts(data, "users")):
        path.unlink()
    shutil.rmtree(data / "posts" / f"site={SITE}" / "_rejected")
    assert len(verify(data)) == len(
        stores.manifest(data, "posts")["parts"] + stores.manifest(data, "users")["parts"]
    ) - len(list(data.glob("posts/*/_fabricated/*")))


@pytest.mark.parametrize("content", ["[]", "null", "{half", "7", '{"site": "x"}'])
def test_what_is_no_manifest(data, content):
    path = data / "posts" / f"site={SITE}" / "_manifest.json"
    path.write_text(content)
    (line,) = verify(data)
    assert line.startswith(f"{path}: ")
    assert "load the table again" in line
    with pytest.raises(StoreError, match="load the table again"):
        loader.Store(data).manifests()


def test_a_table_without_manifest(data):
    (data / "posts" / f"site={SITE}" / "_manifest.json").unlink()
    (line,) = verify(data)
    assert "has no _manifest.json; load the table again" in line


def test_a_store_of_an_earlier_version_says_what_to_do(data, tmp_path):
    """Its dates have a zone and its folders other names: renaming them would not do."""
    for folder in data.glob("*/site=*"):
        found = json.loads((folder / "_manifest.json").read_text()) | {"format": 1}
        (folder / "manifest.json").write_text(json.dumps(found))
        (folder / "_manifest.json").unlink()
    said = f"load the table again: stackstudy load {tmp_path}/{SITE}/Posts.xml --site {SITE}"
    assert len([line for line in verify(data) if said in line]) == 1
    with pytest.raises(StoreError, match="another version of stackstudy"):
        loader.Store(data).manifests()
    loader.load([tmp_path / SITE], data, on_error="quarantine")
    assert verify(data, deep=True) == []
    assert not list(data.glob("posts/**/manifest.json"))


def test_a_table_without_manifest_is_not_emptied_by_a_dump_without_it(data, tmp_path):
    (data / "posts" / f"site={SITE}" / "_manifest.json").unlink()
    n_rows = len(stores.rows(data, "posts"))
    loader.load([tmp_path / SITE / "Users.xml"], data)
    assert len(stores.rows(data, "posts")) == n_rows


@pytest.mark.parametrize("content", ["{bad", "", "[]", "null"])
def test_a_broken_note_of_a_swap_stops_no_load(data, tmp_path, content):
    stores.write(data / ".loading" / f"swap-{SITE}.json", content)
    loader.load([tmp_path / SITE], data, on_error="quarantine")
    assert not list(data.glob(".loading/swap-*"))
    assert verify(data) == []


def test_others_read_the_store_as_it_is(data):
    """pyarrow.dataset, pandas and DuckDB see the rows, and neither notes nor what is set aside."""
    n_rows = stores.manifest(data, "posts")["n_rows"]
    assert n_rows == 398
    assert stores.manifest(data, "posts")["n_rejected_rows"] == 1
    assert stores.manifest(data, "posts")["n_fabricated_rows"] == 1
    for folder in (data / "posts", data / "posts" / f"site={SITE}"):
        assert ds.dataset(folder, partitioning="hive").count_rows() == n_rows
        assert len(pd.read_parquet(folder)) == n_rows
    for pattern in ("*/*.parquet", "**/*.parquet", "site=*/*.parquet"):
        (count,) = duckdb.sql(f"select count(*) from '{data}/posts/{pattern}'").fetchone()
        assert count == n_rows
    assert len(pd.read_parquet(data / "users")) == 2


def test_what_is_set_aside_can_be_read_too(data):
    for name in ("_rejected", "_fabricated"):
        found = duckdb.sql(f"select count(*) from read_parquet('{data}/posts/*/{name}/*')")
        assert found.fetchone() == (1,)
        assert len(pd.read_parquet(data / "posts" / f"site={SITE}" / name / "part-00000.pq")) == 1


def test_dates_have_no_zone():
    """A conversion in a view defeats Parquet's statistics."""
    kinds = {field.type for table in TABLES.values() for field in table.schema}
    assert [kind for kind in kinds if pa.types.is_timestamp(kind)] == [pa.timestamp("ms")]


def test_info_names_a_damaged_file_and_ends_with_an_error(data):
    """With a bit flipped: at once where it cannot be read, and always with --verify."""
    rng = random.Random(2)
    outcomes = set()
    for path in (parts(data)[0], parts(data, "users")[0]) * 40:
        right = path.read_bytes()
        bad = bytearray(right)
        bad[rng.randrange(len(bad) // 2, len(bad))] ^= 1 << rng.randrange(8)
        path.write_bytes(bad)
        shutil.rmtree(data / ".checks", ignore_errors=True)
        quick = CliRunner().invoke(main, ["info", "--data", str(data)])
        assert isinstance(quick.exception, SystemExit | None), quick.exception
        outcomes.add(quick.exit_code)
        if quick.exit_code:
            assert f"Damaged: {path}: " in quick.output or "info --verify" in quick.output
        deep = CliRunner().invoke(main, ["info", "--data", str(data), "--verify"])
        assert deep.exit_code == 1
        assert f"\nDamaged: {path}: " in deep.output
        path.write_bytes(right)
    assert outcomes == {0, 1}


def test_what_was_counted_of_a_damaged_store_is_not_remembered(data):
    path = parts(data)[0]
    before = CliRunner().invoke(main, ["info", "--data", str(data)])
    assert before.exit_code == 0
    shutil.rmtree(data / ".checks")
    path.rename(data / "elsewhere")
    done = CliRunner().invoke(main, ["info", "--data", str(data)])
    assert done.exit_code == 1
    assert f"Damaged: {path}: is missing" in done.output
    (data / "elsewhere").rename(path)
    assert CliRunner().invoke(main, ["info", "--data", str(data)]).output == before.output
