"""Archives as streams: several of one site, every packing, damaged, hostile; never unpacked."""

from __future__ import annotations

import hashlib
import random
import struct
import threading
import zlib
from typing import TYPE_CHECKING

import py7zr
import pytest
import stores
from stores import SITE, posts, xml

import loader
from loader import loading
from loader.dump import archives
from loader.errors import ArchiveError, LoaderError, NotADumpError, RowError, TruncatedError
from loader.schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

PACKINGS = {
    "BZip2": [{"id": py7zr.FILTER_BZIP2}],
    "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 3}],
    "LZMA": [{"id": py7zr.FILTER_LZMA, "preset": 3}],
    "stored": [{"id": py7zr.FILTER_COPY}],
    "Deflate": [{"id": py7zr.FILTER_DEFLATE}],
    "zstd": [{"id": py7zr.FILTER_ZSTD, "level": 3}],
    "x86 and LZMA2": [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 3}],
}
USERS = xml("users", 'Id="-1" Reputation="1"', 'Id="4" Reputation="62000"')
VOTES = xml("votes", *(f'Id="{i}" PostId="{i % 9 + 1}" VoteTypeId="2"' for i in range(1, 20_001)))


def pack(path: Path, files: dict[str, str | bytes], packing: str = "BZip2") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with py7zr.SevenZipFile(path, "w", filters=PACKINGS[packing]) as archive:
        for name, content in files.items():
            archive.writestr(content if isinstance(content, bytes) else content.encode(), name)
    return path


def pack_in_folders(path: Path, files: dict[str, str]) -> Path:
    """An archive that is not solid: each file is a stream of its own, as in appended archives."""
    pack(path, dict([next(iter(files.items()))]))
    for name, content in list(files.items())[1:]:
        with py7zr.SevenZipFile(path, "a") as archive:
            archive.writestr(content.encode(), name)
    return path


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_packing(tmp_path, packing):
    path = pack(
        tmp_path / f"{SITE}.7z",
        {"Posts.xml": posts(50), "Users.xml": USERS, "Votes.xml": VOTES},
        packing,
    )
    loaded = {one.table: one.n_rows for one in loader.load([path], tmp_path / "data")}
    assert loaded == dict.fromkeys(TABLES, 0) | {"posts": 50, "users": 2, "votes": 20_000}
    assert stores.rows(tmp_path / "data", "votes")[-1] == {
        "Id": 20_000,
        "PostId": 3,
        "VoteTypeId": 2,
    }


def test_an_archive_of_several_streams(tmp_path):
    path = pack_in_folders(
        tmp_path / f"{SITE}.7z", {"Votes.xml": VOTES, "Posts.xml": posts(9), "Users.xml": USERS}
    )
    loaded = {one.table: one.n_rows for one in loader.load([path], tmp_path / "data")}
    assert (loaded["posts"], loaded["users"], loaded["votes"]) == (9, 2, 20_000)


@pytest.mark.parametrize("how", ["folder", "files"])
def test_several_archives_of_one_site(tmp_path, how):
    folder = tmp_path / "in"
    paths = [
        pack(folder / "stackoverflow.com-Posts.7z", {"Posts.xml": posts(5)}),
        pack(folder / "stackoverflow.com-Users.7z", {"Users.xml": USERS}, "LZMA2"),
        pack(
            folder / "stackoverflow.com-PostHistory.7z",
            {"PostHistory.xml": xml("posthistory", 'Id="1" PostId="1"')},
        ),
        pack(folder / "stackoverflow.com-Votes.7z", {"Votes.xml": VOTES}),
    ]
    manifests = loader.load([folder] if how == "folder" else paths, tmp_path / "data")
    assert {one.site for one in manifests} == {"stackoverflow.com"}
    found = {
        one.table: (one.n_rows, one.source_file, one.source_member)
        for one in manifests
        if one.state == "finished"
    }
    assert found == {
        "posts": (5, str(paths[0]), "Posts.xml"),
        "users": (2, str(paths[1]), "Users.xml"),
        "post_history": (1, str(paths[2]), "PostHistory.xml"),
        "votes": (20_000, str(paths[3]), "Votes.xml"),
    }


def test_tables_are_known_by_their_root_element_also_inside(tmp_path):
    path = pack(tmp_path / f"{SITE}.7z", {"dump/Posts-2024.xml": posts(2), "people.xml": USERS})
    found = {
        one.table: one.source_member
        for one in loader.load([path], tmp_path / "data")
        if one.source_member
    }
    assert found == {"posts": "dump/Posts-2024.xml", "users": "people.xml"}


def test_two_members_of_one_table(tmp_path):
    path = pack(tmp_path / f"{SITE}.7z", {"a/Posts.xml": posts(2), "b/Posts.xml": posts(3)})
    with pytest.raises(LoaderError, match=r"a/Posts\.xml and .*b/Posts\.xml: both hold posts of"):
        loader.load([path], tmp_path / "data")
    path = pack(tmp_path / "other" / f"{SITE}.7z", {"one.xml": posts(2), "two.xml": posts(3)})
    with pytest.raises(LoaderError, match=r"one\.xml and .*two\.xml: both hold posts of"):
        loader.load([path], tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == {}


class Notes(loader.Reporter):
    def __init__(self):
        self.lines: list[str] = []
        self.kept: list[str] = []
        self.begun: list[str] = []

    def find(self, dump):
        self.lines += dump.left_out

    def leave_out(self, line):
        self.lines.append(line)

    def keep(self, source, manifest):
        self.kept.append(manifest.table)

    def begin(self, source, table):
        self.begun.append(table)


def test_what_is_left_out_is_reported(tmp_path):
    path = pack(
        tmp_path / f"{SITE}.7z",
        {
            "PostNotices.xml": '<postnotices><row Id="1" /></postnotices>',
            "Posts.xml": posts(2),
            "feed.xml": "<rss/>",
            "readme.txt": "hello",
            "Votes.csv": "Id",
            "._Users.xml": b"\0\5\26\7",
        },
    )
    notes = Notes()
    loader.load([path], tmp_path / "data", reporter=notes)
    named = sorted(line.split(": ")[1] for line in notes.lines)
    assert named == ["PostNotices.xml", "Votes.csv", "feed.xml"]
    assert notes.begun == ["posts"]


@pytest.mark.parametrize("content", ["", "version https://git-lfs.github.com/spec/v1\n", "<rss/>"])
def test_a_member_that_says_it_is_a_table_must_be_one(tmp_path, content):
    path = pack(tmp_path / f"{SITE}.7z", {"Users.xml": USERS, "Posts.xml": content})
    with pytest.raises(NotADumpError, match=r"test\.example\.com\.7z: Posts\.xml: "):
        loader.load([path], tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == {}


def test_an_archive_of_something_else(tmp_path):
    path = pack(tmp_path / f"{SITE}.7z", {"readme.txt": "hello"})
    with pytest.raises(NotADumpError, match=r"no \.xml file in it"):
        loader.load([path], tmp_path / "data")


def pack_under(path: Path, name: str, content: str, packing: str = "BZip2") -> Path:
    """An archive with a name in it that py7zr would not write."""
    stand_in = "x" * len(name)
    with py7zr.SevenZipFile(path, "w", filters=PACKINGS[packing]) as archive:
        archive.set_encoded_header_mode(False)
        archive.writestr(content.encode(), stand_in)
    packed = path.read_bytes().replace(stand_in.encode("utf-16-le"), name.encode("utf-16-le"))
    offset, size = struct.unpack_from("<QQ", packed, 12)
    index = packed[32 + offset : 32 + offset + size]
    start = packed[12:28] + struct.pack("<I", zlib.crc32(index))
    path.write_bytes(packed[:8] + struct.pack("<I", zlib.crc32(start)) + start + packed[32:])
    return path


@pytest.mark.parametrize(
    "name", ["../Posts.xml", "/etc/Posts.xml", "a/../../Posts.xml", "..\\Posts.xml", "\\Posts.xml"]
)
def test_names_that_climb_out_are_refused(tmp_path, name):
    path = pack_under(tmp_path / f"{SITE}.7z", name, posts(1))
    with pytest.raises(ArchiveError, match="climbs out"):
        loader.load([path], tmp_path / "data")


@pytest.mark.parametrize("packing", ["BZip2", "Deflate"])
@pytest.mark.parametrize("name", ["a//Posts.xml", "a/./Posts.xml", "./Posts.xml", "a\\Posts.xml"])
def test_names_with_parts_that_say_nothing(tmp_path, name, packing):
    path = pack_under(tmp_path / f"{SITE}.7z", name, posts(3), packing)
    loader.load([path], tmp_path / "data")
    assert len(stores.rows(tmp_path / "data", "posts")) == 3
    assert stores.manifest(tmp_path / "data", "posts")["source_member"] == name.replace("\\", "/")


@pytest.mark.parametrize("name", ["a/.hidden/Posts.xml", "./.git/Posts.xml", "._Posts.xml"])
def test_hidden_members(tmp_path, name):
    path = pack_under(tmp_path / f"{SITE}.7z", name, posts(3))
    with pytest.raises(NotADumpError, match=r"no \.xml file in it"):
        loader.load([path], tmp_path / "data")


def test_a_link_in_an_archive_is_not_passed_over(tmp_path):
    stores.write(tmp_path / "Users.xml", USERS)
    stores.write(tmp_path / "elsewhere.xml", posts(1))
    for name in ("feed.xml", "Posts.xml"):
        (tmp_path / name).symlink_to("elsewhere.xml")

    def packed(*names):
        with py7zr.SevenZipFile(tmp_path / f"{SITE}.7z", "w") as archive:
            for name in names:
                archive.write(tmp_path / name, name)
        return tmp_path / f"{SITE}.7z"

    notes = Notes()
    loader.load([packed("Users.xml", "feed.xml")], tmp_path / "data", reporter=notes)
    assert "feed.xml: is a link to another file" in notes.lines[0]
    with pytest.raises(NotADumpError, match=r"Posts\.xml: is a link to another file; pack that"):
        loader.load([packed("Users.xml", "Posts.xml")], tmp_path / "data")


def test_a_folder_in_an_archive_that_is_called_as_a_table(tmp_path):
    (tmp_path / "Posts.xml").mkdir()
    path = tmp_path / f"{SITE}.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.writestr(USERS.encode(), "Users.xml")
        archive.write(tmp_path / "Posts.xml", "dump/Posts.xml")
    with pytest.raises(NotADumpError, match=r"dump/Posts\.xml: is a folder, and no table"):
        loader.load([path], tmp_path / "data")
    pack(path, {"Users.xml": USERS, "Posts.xml/part-0.txt": "x"})
    with pytest.raises(NotADumpError, match=r": Posts\.xml: is a folder, and no table"):
        loader.load([path], tmp_path / "data")
    pack(path, {"Users.xml": USERS, "Posts.xml/Posts.xml": posts(2)})
    loader.load([path], tmp_path / "data")
    assert len(stores.rows(tmp_path / "data", "posts")) == 2


def test_a_packing_whose_decoder_ends_the_process_is_refused(tmp_path):
    path = tmp_path / f"{SITE}.7z"
    filters = [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}]
    with py7zr.SevenZipFile(path, "w", filters=filters) as archive:
        archive.writestr(posts(3).encode(), "Posts.xml")
    with pytest.raises(
        ArchiveError, match="packed in a way that is not read; unpack it with 7-Zip"
    ):
        loader.load([path], tmp_path / "data")


def test_an_archive_of_nothing_that_is_a_table(tmp_path):
    """Stack Overflow's archives have one of the list of sites beside them."""
    path = pack(tmp_path / "stackoverflow.com-Sites.7z", {"Sites.xml": "<sites><row /></sites>"})
    with pytest.raises(NotADumpError, match=r"Sites\.7z: no table of a dump in it"):
        loader.load([path], tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == {}
    both = pack(tmp_path / "stackoverflow.com-Posts.7z", {"Posts.xml": posts(2)})
    loader.load([path, both], tmp_path / "data")
    assert len(stores.rows(tmp_path / "data", "posts", "stackoverflow.com")) == 2


def test_an_encrypted_archive(tmp_path):
    path = tmp_path / f"{SITE}.7z"
    with py7zr.SevenZipFile(path, "w", password="secret") as archive:
        archive.writestr(posts(3).encode(), "Posts.xml")
    with pytest.raises(ArchiveError, match="encrypted"):
        loader.load([path], tmp_path / "data")


def test_nothing_is_unpacked_to_disk(tmp_path, monkeypatch):
    path = pack(tmp_path / f"{SITE}.7z", {"Posts.xml": posts(2_000), "Votes.xml": VOTES})
    monkeypatch.chdir(tmp_path)
    seen = set()

    class Watch(loader.Reporter):
        def advance(self, n_bytes, n_rows):
            seen.update(p.name for p in tmp_path.rglob("*") if p.is_file())

    loader.load([path], tmp_path / "data", reporter=Watch())
    assert path.name in seen
    assert seen <= {path.name, "lock", "part-00000.parquet", "_manifest.json"}


def test_a_malformed_row_in_an_archive(tmp_path):
    path = pack(
        tmp_path / f"{SITE}.7z",
        {"Votes.xml": VOTES, "Posts.xml": posts(9).replace('Id="5"', 'Id="five"')},
    )
    with pytest.raises(RowError, match=r"Posts\.xml: line 7: row Id five: Id is 'five'"):
        loader.load([path], tmp_path / "data")
    assert stores.snapshot(tmp_path / "data") == {}


def test_a_table_cut_off_before_it_was_packed(tmp_path):
    path = pack(tmp_path / f"{SITE}.7z", {"Posts.xml": posts(9)[:-30], "Votes.xml": VOTES})
    with pytest.raises(TruncatedError, match=r"Posts\.xml: line 11, at row Id 9"):
        loader.load([path], tmp_path / "data")


@pytest.mark.parametrize("packing", ["BZip2", "LZMA2", "stored", "Deflate"])
def test_a_cut_off_archive(tmp_path, packing):
    whole = pack(
        tmp_path / "whole.7z", {"Posts.xml": posts(300), "Votes.xml": VOTES}, packing
    ).read_bytes()
    ends = [0, 3, 6, 31, 32, 33, len(whole) // 3, len(whole) // 2, len(whole) - 40, len(whole) - 1]
    for end in ends:
        path = stores.write(tmp_path / f"{SITE}.7z", whole[:end])
        with pytest.raises(ArchiveError) as caught:
            loader.load([path], tmp_path / "data")
        assert str(path) in stores.line_of(caught.value)
    assert stores.snapshot(tmp_path / "data") == {}


@pytest.mark.parametrize("packing", ["BZip2", "LZMA2", "stored", "Deflate"])
def test_flipped_bytes_are_an_error_or_change_nothing(tmp_path, packing):
    files = {"Posts.xml": posts(300), "Users.xml": USERS}
    whole = pack(tmp_path / "whole.7z", files, packing).read_bytes()
    right = tmp_path / "right"
    loader.load([stores.write(tmp_path / f"{SITE}.7z", whole)], right)
    rng = random.Random(packing)
    n_errors, kinds = 0, set()
    for _ in range(60):
        at = rng.randrange(len(whole))
        bad = bytearray(whole)
        bad[at] ^= 1 << rng.randrange(8)
        path = stores.write(tmp_path / f"{SITE}.7z", bytes(bad))
        data = tmp_path / f"data-{at}"
        try:
            loader.load([path], data)
        except LoaderError as error:
            n_errors += 1
            kinds.add(type(error))
            stores.line_of(error)
            assert stores.snapshot(data) == {}
        else:
            for table in ("posts", "users"):
                assert stores.rows(data, table) == stores.rows(right, table), f"byte {at}"
    assert n_errors > 30
    assert kinds == {ArchiveError}


def test_a_damaged_archive_is_blamed_and_not_the_row_it_breaks(tmp_path):
    content = posts(3_000)
    path = pack(tmp_path / f"{SITE}.7z", {"Posts.xml": content}, "stored")
    packed = path.read_bytes()
    at = packed.index(b'Id="1500"')
    path.write_bytes(packed[:at] + b'Id="15O0"' + packed[at + 9 :])
    with pytest.raises(ArchiveError, match="wrong checksum"):
        loader.load([path], tmp_path / "data")


def test_a_finished_table_of_a_solid_archive_is_not_loaded_again(tmp_path):
    bad, good = posts(9).replace('Id="5"', 'Id="five"'), posts(9)
    path = pack(
        tmp_path / f"{SITE}.7z",
        {"Badges.xml": xml("badges", 'Id="1" Name="a"'), "Posts.xml": bad, "Users.xml": USERS},
    )
    notes = Notes()
    with pytest.raises(RowError):
        loader.load([path], tmp_path / "data", reporter=notes)
    assert notes.begun == ["badges", "posts"]
    notes = Notes()
    with pytest.raises(RowError):
        loader.load([path], tmp_path / "data", reporter=notes)
    assert (notes.kept, notes.begun) == (["badges"], ["posts"])
    pack(
        path,
        {"Badges.xml": xml("badges", 'Id="2" Name="a"'), "Posts.xml": good, "Users.xml": USERS},
    )
    notes = Notes()
    loader.load([path], tmp_path / "data", reporter=notes)
    assert (notes.kept, notes.begun) == ([], ["badges", "posts", "users"])
    assert stores.rows(tmp_path / "data", "badges") == [{"Id": 2, "Name": "a"}]


def test_the_thread_ends_when_the_reader_goes(tmp_path):
    path = pack(tmp_path / "a.7z", {"Votes.xml": VOTES * 30}, "stored")
    with archives.streams(path, ["Votes.xml"]) as streams:
        name, pieces = next(streams)
        assert (name, next(pieces)[:5]) == ("Votes.xml", b"<?xml")
        (thread,) = [t for t in threading.enumerate() if t.name == "7z"]
        assert thread.is_alive()
    assert not thread.is_alive()


def test_what_waits_between_decoder_and_parser_is_bounded(tmp_path):
    path = pack(tmp_path / "a.7z", {"Votes.xml": b" " * 40_000_000}, "LZMA2")
    with archives.streams(path, ["Votes.xml"]) as streams:
        _, pieces = next(streams)
        sizes = [len(piece) for piece in pieces]
    assert sum(sizes) == 40_000_000
    assert max(sizes) * archives._PIECES_AHEAD <= 16 << 20


def test_the_archive_is_hashed_once(tmp_path, monkeypatch):
    path = pack(
        tmp_path / f"{SITE}.7z", {"Posts.xml": posts(3), "Users.xml": USERS, "Votes.xml": VOTES}
    )
    looked = []
    true_look = loading.SourceFile.look.__func__

    def look(cls, path):
        looked.append(true_look(cls, path))
        return looked[-1]

    monkeypatch.setattr(loading.SourceFile, "look", classmethod(look))
    manifests = loader.load([path], tmp_path / "data")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert {one.source_sha256 for one in manifests if one.state == "finished"} == {digest}
    assert sum("sha256" in vars(one) for one in looked) == 1
