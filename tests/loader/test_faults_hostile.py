"""Dumps that mean harm: refused with one clear line; nothing is written outside the data folder."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import py7zr
import pytest
import stores
from click.testing import CliRunner
from stores import SITE, posts, xml

import loader
from loader.errors import LoaderError, NotADumpError, StackstudyError
from stackstudy import main


@pytest.fixture
def refused(tmp_path):
    """Load what is given, which must be refused, with nothing written anywhere but in the data."""

    def check(*dumps: Path, site: str | None = SITE, kind: type[StackstudyError] = LoaderError):
        before = snapshot(tmp_path)
        with pytest.raises(kind) as caught:
            loader.load(list(dumps), tmp_path / "data", site=site)
        shutil.rmtree(tmp_path / "data", ignore_errors=True)
        assert snapshot(tmp_path) == before
        return stores.line_of(caught.value)

    return check


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for path in folder.rglob("*"):
        at = path.lstat()
        found[str(path)] = (at.st_size if path.is_file() else 0, at.st_ino)
    return found


LAUGHS = "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
PASSWORDS = 'SYSTEM "file:///etc/passwd"'
BOMBS = {
    "entities of entities": f'[<!ENTITY a "aaaaaaaaaa">{LAUGHS}]><posts><row Id="1" A="&i;"/>',
    "a file of this machine": f"[<!ENTITY a {PASSWORDS}>]><posts>&a;",
    "an external DTD": 'SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a "b">]><posts>',
    "a parameter entity": f"[<!ENTITY % a {PASSWORDS}> %a;]><posts>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", BOMBS)
def test_document_types(refused, tmp_path, name, encoding):
    path = stores.write(
        tmp_path / "Posts.xml", f"<!DOCTYPE posts {BOMBS[name]}</posts>".encode(encoding)
    )
    line = refused(path, kind=NotADumpError)
    assert "has a document type with declarations in it (<!DOCTYPE posts" in line


@pytest.mark.parametrize("more", ["", ' SYSTEM "{url}"', ' PUBLIC "-//x//y" "{url}"'])
@pytest.mark.parametrize("root", ["posts", "Posts"])
def test_a_document_type_without_declarations_is_passed_over(tmp_path, root, more):
    """Copies have it. Nothing is fetched, and an entity that it may declare is not dropped."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        more = more.format(url=f"http://127.0.0.1:{server.getsockname()[1]}/x.dtd")
        declared = f"<!DOCTYPE {root}{more}>\r\n<!-- a copy --><posts>"
        path = stores.write(tmp_path / "Posts.xml", posts(3).replace("<posts>", declared))
        loader.load([path], tmp_path / "store", site=SITE)
        assert len(stores.rows(tmp_path / "store", "posts")) == 3
        stores.write(path, path.read_text().replace('Body="', 'Body="a&nbsp;b'))
        with pytest.raises(LoaderError, match="row Id 1: not well-formed XML .*nbsp"):
            loader.load([path], tmp_path / "store", site=SITE)
        server.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "site",
    [
        *("../x", "a/b", "/etc", "a\\b", "a'b", 'a"b', "a b.com", "", ".", "..", "a\nb", "a\0b"),
        *("x=y", "site=a.com", "a%2fb", "~root", "-a.com", "a..b", "ä.com", "con/../x", "$HOME"),
        *("*", "a;drop table posts", "x" * 300),
    ],
)
def test_site_names_that_are_none(refused, tmp_path, site):
    path = stores.write(tmp_path / "Posts.xml", posts(1))
    assert "--site" in refused(path, site=site, kind=StackstudyError)


def test_a_file_name_that_holds_no_fit_site(refused, tmp_path):
    path = stores.write(tmp_path / "x'; drop table posts; --" / "Posts.xml", posts(1))
    assert "--site" in refused(path, site=None)


@pytest.mark.parametrize("where", ["given", "in a folder"])
def test_a_pipe_is_not_opened(refused, tmp_path, where):
    os.mkfifo(tmp_path / "Posts.xml")
    path = tmp_path / "Posts.xml" if where == "given" else tmp_path
    assert "neither a file nor a folder" in refused(path)


def test_a_device_is_not_opened(refused, tmp_path):
    assert "neither a file nor a folder" in refused(Path("/dev/zero"))
    (tmp_path / "Posts.xml").symlink_to("/dev/zero")
    assert "neither a file nor a folder" in refused(tmp_path)


def test_a_link_to_nothing(refused, tmp_path):
    stores.write(tmp_path / "Users.xml", xml("users", 'Id="1"'))
    (tmp_path / "Posts.xml").symlink_to(tmp_path / "gone.xml")
    assert "Posts.xml: a link to what is not there" in refused(tmp_path)
    assert "a link to what is not there" in refused(tmp_path / "Posts.xml")


def test_a_link_to_a_file_elsewhere_is_read_as_the_table_it_must_be(refused, tmp_path):
    """It is the user who reads, and nothing but a table of a dump is taken."""
    dump = tmp_path / "dump" / SITE
    elsewhere = stores.write(tmp_path / "elsewhere" / "p", posts(3))
    dump.mkdir(parents=True)
    (dump / "Posts.xml").symlink_to(elsewhere)
    loader.load([dump], tmp_path / "store")
    assert len(stores.rows(tmp_path / "store", "posts")) == 3
    assert stores.manifest(tmp_path / "store", "posts")["source_file"] == str(dump / "Posts.xml")
    (dump / "Users.xml").symlink_to("/etc/hostname")
    refused(dump, kind=NotADumpError)


def test_a_link_to_a_folder_is_not_entered_and_told(tmp_path):
    dump = tmp_path / "dump" / SITE
    stores.write(dump / "Posts.xml", posts(1))
    (dump / "all").symlink_to("/")
    (dump / "self").symlink_to(dump)

    class Notes(loader.Reporter):
        lines: list[str] = []  # noqa: RUF012

        def find(self, found):
            self.lines += found.left_out

    loader.load([dump], tmp_path / "data", reporter=Notes())
    assert [line.split("/")[-1] for line in sorted(Notes.lines)] == [
        f"{name}: a link to a folder; give it by itself" for name in ("all", "self")
    ]


def test_a_folder_that_may_not_be_read_is_not_passed_over(refused, tmp_path, monkeypatch):
    stores.write(tmp_path / "dump" / "Posts.xml", posts(1))
    (tmp_path / "dump" / "more").mkdir()
    true_scandir = os.scandir

    def scandir(path="."):
        if str(path).endswith("more"):
            raise PermissionError(13, "Permission denied", str(path))
        return true_scandir(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "more: cannot be read: Permission denied" in refused(tmp_path / "dump")


def test_names_with_line_ends_and_escapes_stay_one_plain_line(refused, tmp_path):
    path = stores.write(tmp_path / "a\n\x1b[2Jb" / "Posts.xml", "<rss/>")
    line = refused(path, kind=NotADumpError)
    assert "a\\n\\x1b[2Jb" in line
    path = stores.write(tmp_path / "Posts.xml", posts(2).replace('Id="2"', 'Id="&#xA;&#x9B;2"'))
    assert "Id is" in refused(path)
    done = CliRunner().invoke(
        main, ["load", str(path), "--site", SITE, "--data", str(tmp_path / "data")]
    )
    assert done.exit_code == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize("packing", ["BZip2", "LZMA2", "Deflate"])
def test_an_archive_that_unpacks_to_more_than_it_says(tmp_path, packing, monkeypatch):
    """What the header says bounds what is decoded; the checksum then tells that it lied."""
    filters = {
        "BZip2": [{"id": py7zr.FILTER_BZIP2}],
        "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 1}],
        "Deflate": [{"id": py7zr.FILTER_DEFLATE}],
    }[packing]
    bomb = posts(3).encode() + b" " * 50_000_000
    path = tmp_path / f"{SITE}.7z"
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        archive.writestr(bomb, "Posts.xml")
    true_write = py7zr.archiveinfo.write_uint64
    lie = len(posts(3))

    def write(file, value):
        true_write(file, lie if value == len(bomb) else value)

    monkeypatch.setattr(py7zr.archiveinfo, "write_uint64", write)
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        archive.writestr(bomb, "Posts.xml")
    monkeypatch.undo()
    with py7zr.SevenZipFile(path) as archive:
        assert [one.uncompressed for one in archive.list()] == [lie]
    read = []

    class Notes(loader.Reporter):
        def advance(self, n_bytes, n_rows):
            read.append(n_bytes)

    with pytest.raises(LoaderError) as caught:
        loader.load([path], tmp_path / "data", reporter=Notes())
    assert str(path) in stores.line_of(caught.value)
    assert sum(read) <= lie
    assert stores.snapshot(tmp_path / "data") == {}
