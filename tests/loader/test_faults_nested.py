"""Archives inside of archives: loaded as if they lay beside one another, and nothing is left."""

from __future__ import annotations

import io
from collections import namedtuple
from typing import TYPE_CHECKING

import py7zr
import pytest
import stores
from stores import SITE, posts, xml

import loader
from loader.dump import nested
from loader.errors import ArchiveError, LoaderError, NotADumpError, RowError

if TYPE_CHECKING:
    from pathlib import Path

USERS = xml("users", 'Id="-1" Reputation="1"', 'Id="4" Reputation="62000"')


def packed(files: dict[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with py7zr.SevenZipFile(written, "w", filters=[{"id": py7zr.FILTER_BZIP2}]) as archive:
        for name, content in files.items():
            archive.writestr(content if isinstance(content, bytes) else content.encode(), name)
    return written.getvalue()


def load(path: Path, data: Path, **options: object) -> dict[str, int]:
    loaded = {one.table: one.n_rows for one in loader.load([path], data, **options) if one.n_rows}
    assert [file.name for file in (data / ".loading").rglob("*") if file.is_file()] == ["lock"]
    return loaded


def test_inner_archives_and_tables_beside_them(tmp_path):
    content = {
        "a/stackoverflow.com-Posts.7z": packed({"Posts.xml": posts(3)}),
        "Users.xml": USERS,
        "stackoverflow.com-Votes.7z": packed({"votes.xml": xml("votes", 'Id="1" PostId="1"')}),
    }
    path = stores.write(tmp_path / "stackoverflow.com.7z", packed(content))
    assert load(path, tmp_path / "data") == {"posts": 3, "users": 2, "votes": 1}
    one = stores.manifest(tmp_path / "data", "posts", "stackoverflow.com")
    assert one["source_file"] == str(path)
    assert one["source_member"] == "a/stackoverflow.com-Posts.7z/Posts.xml"
    assert one["source_bytes"] == path.stat().st_size


def test_sites_of_inner_archives(tmp_path):
    names = ["beer.stackexchange.com", "ai.stackexchange.com"]
    content = {f"{name}.7z": packed({"Posts.xml": posts(2)}) for name in names}
    path = stores.write(tmp_path / "all.7z", packed(content))
    assert {one.site for one in loader.load([path], tmp_path / "data")} == set(names)
    with pytest.raises(LoaderError, match="both hold posts of test"):
        loader.load([path], tmp_path / "other", site=SITE)
    assert stores.snapshot(tmp_path / "other") == {}


def test_what_is_loaded_is_kept(tmp_path):
    path = stores.write(tmp_path / f"{SITE}.7z", packed({"in.7z": packed({"Posts.xml": posts(3)})}))
    load(path, tmp_path / "data")
    before = stores.snapshot(tmp_path / "data")
    load(path, tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == before


BAD = {
    "no archive": (b"7z", ArchiveError),
    "cut off": (packed({"Posts.xml": posts(300)})[:-40], ArchiveError),
    "a changed byte": (
        bytes(byte ^ (at == 150) for at, byte in enumerate(packed({"Posts.xml": posts(300)}))),
        ArchiveError,
    ),
    "no table": (packed({"readme.txt": "hello"}), NotADumpError),
    "an archive in it": (packed({"in.7z": packed({"Posts.xml": posts(1)})}), NotADumpError),
    "a bad row": (packed({"Posts.xml": posts(3).replace('Id="2"', 'Id="x"')}), RowError),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_inner_archive_is_named(tmp_path, name):
    content, kind = BAD[name]
    path = stores.write(tmp_path / f"{SITE}.7z", packed({"in.7z": content}))
    with pytest.raises(kind) as caught:
        loader.load([path], tmp_path / "data")
    assert stores.line_of(caught.value).startswith(f"{path}: in.7z")
    left = [file.name for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert left == ["lock"]


def test_no_room(tmp_path, monkeypatch):
    path = stores.write(tmp_path / f"{SITE}.7z", packed({"in.7z": packed({"Posts.xml": posts(3)})}))
    usage = namedtuple("usage", "total used free")(9, 0, 9)  # noqa: PYI024
    monkeypatch.setattr(nested.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(LoaderError, match=r"in\.7z: .* lacks room \(.* bytes, and 9 are free\)"):
        loader.load([path], tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == {}
