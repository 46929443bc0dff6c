"""Every real dump: row counts as counted by grep, and every attribute value as expat reads it."""

from __future__ import annotations

import csv
from pathlib import Path

import expat_reader
import py7zr
import pytest
import stores

import loader
from loader.schemas import TABLES

ROOTS = {"".join(name.split("_")): name for name in TABLES}
SITES = {
    "ai.stackexchange.com-2016-12-lf": "ai.stackexchange.com",
    "beer.stackexchange.com-2014-05": "beer.stackexchange.com",
    "bicycles.meta.stackexchange.com-2023-09": "bicycles.meta.stackexchange.com",
    "conlang.meta.stackexchange.com-2020-09": "conlang.meta.stackexchange.com",
    "french.meta.stackexchange.com-2021-09": "french.meta.stackexchange.com",
    "meta.mathoverflow.net-2013-09": "meta.mathoverflow.net",
    "stackoverflow.com-2016-tags": "stackoverflow.com",
    "stackoverflow.com-2024-04-excerpt": "stackoverflow.com",
}


@pytest.fixture
def counted(shared_data: Path) -> dict[tuple[str, str], int]:
    """Rows by folder and file."""
    with (shared_data / "manifest.csv").open(newline="") as file:
        return {(one["folder"], one["file"]): int(one["rows"]) for one in csv.DictReader(file)}


def assert_same(data: Path, table: str, site: str, content: bytes) -> int:
    written = expat_reader.rows(content)
    loaded = stores.rows(data, table, site)
    assert len(loaded) == len(written)
    for mine, theirs in zip(loaded, written, strict=True):
        assert mine == theirs
    return len(loaded)


@pytest.mark.parametrize(("folder", "site"), SITES.items())
def test_every_value_of_a_site(shared_data, counted, tmp_path, folder, site):
    manifests = loader.load([shared_data / "sites" / folder], tmp_path)

    assert [one.table for one in manifests] == list(TABLES)
    files = {name: n for (where, name), n in counted.items() if where == f"sites/{folder}"}
    assert files
    loaded = {one.table: one for one in manifests if one.state == "finished"}
    assert set(loaded) == {ROOTS[Path(name).stem.lower()] for name in files}
    for name, n_rows in files.items():
        table = ROOTS[Path(name).stem.lower()]
        path = shared_data / "sites" / folder / name
        assert assert_same(tmp_path, table, site, path.read_bytes()) == n_rows
        one = loaded[table]
        assert (one.n_rows, one.n_rejected_rows, one.n_fabricated_rows) == (n_rows, 0, 0)
        assert (one.n_replaced_characters, one.unknown_attributes) == (0, {})
        assert one.xml_bytes == one.source_bytes == path.stat().st_size


def test_every_value_of_the_genuine_archive(shared_data, tmp_path):
    path = shared_data / "sites" / "beer.stackexchange.com-2020-06" / "beer.stackexchange.com.7z"
    factory = py7zr.io.BytesIOFactory(1 << 30)
    with py7zr.SevenZipFile(path) as archive:
        archive.extractall(factory=factory)

    manifests = {one.table: one for one in loader.load([path], tmp_path)}

    total = 0
    for name, product in factory.products.items():
        product.seek(0)
        table = ROOTS[Path(name).stem.lower()]
        total += assert_same(tmp_path, table, "beer.stackexchange.com", product.read())
        assert manifests[table].source_member == name
        assert manifests[table].xml_bytes == product.size()
    assert total == 51_146
    bodies = [
        row.get("Body", "") for row in stores.rows(tmp_path, "posts", "beer.stackexchange.com")
    ]
    assert any("\u2028" in body for body in bodies)


def test_the_archive_and_its_files_load_alike(shared_data, tmp_path):
    path = shared_data / "sites" / "beer.stackexchange.com-2020-06" / "beer.stackexchange.com.7z"
    with py7zr.SevenZipFile(path) as archive:
        archive.extractall(tmp_path / "beer.stackexchange.com")
    loader.load([path], tmp_path / "packed")
    loader.load([tmp_path / "beer.stackexchange.com"], tmp_path / "unpacked")
    for table in TABLES:
        packed, unpacked = (
            stores.rows(tmp_path / where, table, "beer.stackexchange.com")
            for where in ("packed", "unpacked")
        )
        assert packed == unpacked


def test_the_published_posts(shared_data, tmp_path):
    path = shared_data / "fse2020" / "Posts.xml"
    loader.load([path], tmp_path, site="stackoverflow.com")
    assert assert_same(tmp_path, "posts", "stackoverflow.com", path.read_bytes()) == 5_694
    kinds = [row["PostTypeId"] for row in stores.rows(tmp_path, "posts", "stackoverflow.com")]
    assert (kinds.count(1), kinds.count(2)) == (3_018, 2_676)


def test_tags_with_bars(shared_data, tmp_path):
    path = shared_data / "sites" / "quirks" / "Posts-3dprinting-2024-1row-pipe.xml"
    loader.load([path], tmp_path, site="3dprinting.stackexchange.com")
    assert_same(tmp_path, "posts", "3dprinting.stackexchange.com", path.read_bytes())
    (row,) = stores.rows(tmp_path, "posts", "3dprinting.stackexchange.com")
    assert len(row["Tags"]) > 1


def test_a_table_without_byte_order_mark(shared_data, tmp_path):
    path = shared_data / "sites" / "quirks" / "Tags-noBOM-stackoverflow-98rows.xml"
    loader.load([path], tmp_path, site="stackoverflow.com")
    assert assert_same(tmp_path, "tags", "stackoverflow.com", path.read_bytes()) == 98


def test_a_git_lfs_pointer(shared_data, tmp_path):
    path = shared_data / "sites" / "quirks" / "Posts-is-git-lfs-pointer.xml"
    with pytest.raises(
        loader.errors.NotADumpError, match="git-lfs pointer.*git lfs pull"
    ) as caught:
        loader.load([path], tmp_path, site="stackoverflow.com")
    assert str(path) in stores.line_of(caught.value)
    assert stores.snapshot(tmp_path) == {}


def test_absent_attributes_are_null_and_not_zero(shared_data, tmp_path):
    loader.load([shared_data / "sites" / "meta.mathoverflow.net-2013-09"], tmp_path)
    questions = [
        r for r in stores.rows(tmp_path, "posts", "meta.mathoverflow.net") if r["PostTypeId"] == 1
    ]
    assert len(questions) == 254
    assert sum("AnswerCount" not in row for row in questions) == 50
