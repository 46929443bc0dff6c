"""What is found in folders and files, and whose site it is taken to be."""

from __future__ import annotations

from pathlib import Path

import py7zr
import pytest
import stores
from stores import posts, xml

import loader
from loader.dump.folders import find, site_named, table_named
from loader.errors import LoaderError, NotADumpError, StoreError, TruncatedError
from loader.schemas import TABLES

NAMES = {
    "beer.stackexchange.com.7z": "beer.stackexchange.com",
    "beer.stackexchange.com": "beer.stackexchange.com",
    "beer.stackexchange.com-2014-05": "beer.stackexchange.com",
    "ai.stackexchange.com-2016-12-lf": "ai.stackexchange.com",
    "stackoverflow.com-Posts.7z": "stackoverflow.com",
    "stackoverflow.com-PostHistory.7z": "stackoverflow.com",
    "stackoverflow.com_20240402": "stackoverflow.com",
    "stackoverflow.com (1).7z": "stackoverflow.com",
    "ru.meta.stackoverflow.com": "ru.meta.stackoverflow.com",
    "meta.mathoverflow.net-2013-09": "meta.mathoverflow.net",
    "3dprinting.stackexchange.com.7z": "3dprinting.stackexchange.com",
    "Beer.StackExchange.com.7Z": "beer.stackexchange.com",
    "stackoverflow.com-Posts.xml": "stackoverflow.com",
    "sample.stackstudy": "sample.stackstudy",
    "fse2020": None,
    "Posts.xml": None,
    "Posts.7z": None,
    "Posts-2024.final.xml": None,
    "dump.v2": None,
    ".stackexchange.com": None,
    "2024-04": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_site_in_a_name(name):
    assert site_named(name) == NAMES[name]


TABLE_NAMES = {
    "Posts.xml": "posts",
    "POSTS.XML": "posts",
    "PostHistory.xml": "post_history",
    "post_history.xml": "post_history",
    "postlinks.xml": "post_links",
    "Post-Links.xml": "post_links",
    "Posts-3dprinting-2024.xml": "posts",
    "stackoverflow.com-Tags.7z": "tags",
    "dump/Badges.xml": "badges",
    "PostNotices.xml": None,
    "feed.xml": None,
    "posters.xml": None,
}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_the_table_in_a_name(name):
    table = table_named(name)
    assert (table and table.name) == TABLE_NAMES[name]


FILES = {
    "Posts": posts(3),
    "Users": xml("users", 'Id="1"'),
    "Votes": xml("votes", 'Id="1" PostId="1"'),
    "Comments": xml("comments", 'Id="1" PostId="1" Text="a"'),
    "Badges": xml("badges", 'Id="1" Name="b"'),
    "PostHistory": xml("posthistory", 'Id="1" PostId="1"'),
    "PostLinks": xml("postlinks", 'Id="1" PostId="1"'),
    "Tags": xml("tags", 'Id="1" TagName="c"'),
}
LAYOUTS = {
    "official": "{name}.xml",
    "lower case": "{lower}.xml",
    "upper case": "{upper}.XML",
    "underscored": "{under}.xml",
    "a folder a table": "{name}/{name}.xml",
    "a lower-case folder a table": "{under}/{under}.xml",
    "prefixed": "site.example.com-{name}.xml",
    "suffixed": "{name}-2024-04.xml",
    "numbered": "table-{number}.xml",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_folders_of_any_layout(tmp_path, layout):
    folder = tmp_path / "site.example.com-2024-04"
    for number, (name, content) in enumerate(FILES.items()):
        under = (
            "post_" + name[4:].lower()
            if name.startswith("Post") and name != "Posts"
            else name.lower()
        )
        place = LAYOUTS[layout].format(
            name=name, lower=name.lower(), upper=name.upper(), under=under, number=number
        )
        stores.write(folder / place, content)
    loaded = {one.table: one.n_rows for one in loader.load([folder], tmp_path / "data")}
    assert loaded == dict.fromkeys(TABLES, 1) | {"posts": 3}
    assert {one.site for one in loader.Store(tmp_path / "data").manifests()} == {"site.example.com"}


def test_every_table_gets_a_folder_and_the_absent_are_empty(tmp_path):
    path = stores.write(tmp_path / "site.example.com" / "Posts.xml", posts(3))
    manifests = {one.table: one for one in loader.load([path], tmp_path / "data")}
    assert list(manifests) == list(TABLES)
    for name, one in manifests.items():
        assert one.state == ("finished" if name == "posts" else "absent")
        assert (
            len(list((tmp_path / "data" / name / "site=site.example.com").glob("*.parquet"))) == 1
        )
        assert len(stores.rows(tmp_path / "data", name, "site.example.com")) == one.n_rows
    assert manifests["users"].source_file is None


def test_a_table_loaded_later_takes_the_place_of_the_absent_one_and_leaves_the_others(tmp_path):
    folder = tmp_path / "site.example.com"
    loader.load([stores.write(folder / "Posts.xml", posts(3))], tmp_path / "data")
    loader.load([stores.write(folder / "Users.xml", FILES["Users"])], tmp_path / "data")
    states = {one.table: one.state for one in loader.Store(tmp_path / "data").manifests()}
    assert [table for table, state in states.items() if state == "finished"] == ["posts", "users"]
    assert len(stores.rows(tmp_path / "data", "posts", "site.example.com")) == 3


def test_site_of_a_file_is_its_folders(tmp_path):
    path = stores.write(tmp_path / "a.example.com" / "Posts.xml", posts(1))
    assert find([path]).sites == ["a.example.com"]
    path = stores.write(tmp_path / "b.example.com" / "posts" / "posts.xml", posts(1))
    assert find([path]).sites == ["b.example.com"]
    path = stores.write(tmp_path / "b.example.com" / "c.example.com-Posts.xml", posts(1))
    assert find([path]).sites == ["c.example.com"]
    assert find([path], "Other.Example").sites == ["other.example"]


def test_a_name_that_says_no_site(tmp_path):
    path = stores.write(tmp_path / "a.example.com" / "dumps" / "Posts.xml", posts(1))
    with pytest.raises(LoaderError, match=r"dumps/Posts\.xml: its site cannot be told.*--site"):
        find([path])
    with pytest.raises(LoaderError, match="--site"):
        find([path.parent])


@pytest.mark.parametrize(
    "site",
    [
        "a b.com",
        "a/b.com",
        "../x.com",
        "a'b.com",
        'a"b.com',
        "",
        "x=y.com",
        "2020-09",
        "12",
        "ä.com",
        "a..b",
        ".a.com",
        "a" * 201,
        "a.com\n",
    ],
)
def test_site_names_that_are_refused(tmp_path, site):
    path = stores.write(tmp_path / "Posts.xml", posts(1))
    with pytest.raises(StoreError, match="--site"):
        loader.load([path], tmp_path / "data", site=site)
    assert not (tmp_path / "data").exists()


def test_several_sites_at_once(tmp_path):
    for site, n in (("a.example.com", 2), ("b.example.com-2020", 3)):
        stores.write(tmp_path / "dumps" / site / "Posts.xml", posts(n))
    loader.load([tmp_path / "dumps"], tmp_path / "data")
    assert [
        len(stores.rows(tmp_path / "data", "posts", site))
        for site in ("a.example.com", "b.example.com")
    ] == [2, 3]


def test_two_editions_of_one_site_at_once(tmp_path):
    for site in ("a.example.com-2019", "a.example.com-2020"):
        stores.write(tmp_path / "dumps" / site / "Posts.xml", posts(2))
    with pytest.raises(LoaderError, match=r"2019.*2020.*both hold posts of a\.example\.com"):
        loader.load([tmp_path / "dumps"], tmp_path / "data")


def test_the_same_path_twice_is_once(tmp_path):
    path = stores.write(tmp_path / "a.example.com" / "Posts.xml", posts(2))
    assert len(find([path, path.parent / ".." / "a.example.com" / "Posts.xml"]).sources) == 1


def test_a_file_given_by_itself_and_in_its_folder_is_once(tmp_path):
    path = stores.write(tmp_path / "a.example.com" / "Posts.xml", posts(2))
    assert len(find([path.parent, path]).sources) == 1


def test_the_name_of_a_link_says_the_site(tmp_path):
    path = stores.write(tmp_path / "disk-7" / "p.xml", posts(2))
    (tmp_path / "a.example.com").mkdir()
    (tmp_path / "a.example.com" / "Posts.xml").symlink_to(path)
    assert find([tmp_path / "a.example.com" / "Posts.xml"]).sites == ["a.example.com"]


def test_what_is_left_out_of_a_folder_is_reported(tmp_path):
    folder = tmp_path / "a.example.com"
    stores.write(folder / "Posts.xml", posts(1))
    stores.write(folder / "PostNotices.xml", "<postnotices/>")
    stores.write(folder / "feed.xml", "<rss/>")
    stores.write(folder / "Users.xml.gz", b"\x1f\x8b")
    stores.write(folder / "Votes.csv", "Id")
    stores.write(folder / "broken.xml", "<!-- half")
    stores.write(folder / "notes.txt", "hello, world")
    stores.write(folder / ".hidden.xml", "<rss/>")
    lines = find([folder]).left_out
    assert [Path(line.split(": ")[0]).name for line in lines] == [
        "PostNotices.xml",
        "Users.xml.gz",
        "Votes.csv",
        "broken.xml",
        "feed.xml",
    ]


BEER = "beer.stackexchange.com.7z"
ZIP = b"PK\x03\x04" + bytes(40)
READ = "what is read is the XML of a data dump; give its Posts.xml, or a site's .7z"
BESIDE = {
    "beer.stackexchange.com.zip": (ZIP, "is a zip archive; unpack it first"),
    "old.zip": (ZIP, "is a zip archive; unpack it first"),
    "dump": (ZIP, "is a zip archive; unpack it first"),
    "beer.stackexchange.com.7z.001": (
        b"7z\xbc\xaf\x27\x1c" + bytes(40),
        f"is a part of a split archive; join the parts: cat {BEER}.* > {BEER}",
    ),
    "beer.stackexchange.com.7z.002": (bytes(40), "is a part of a split archive; join the parts"),
    "Posts.xml.001": ("<posts>", "is a part of a split archive; join the parts: cat Posts.xml.*"),
    "Posts.xml.gz": (b"\x1f\x8b" + bytes(40), "is packed with gzip; unpack it first"),
    "more.xml.xz": (b"\xfd7zXZ" + bytes(40), "is packed with xz; unpack it first"),
    "more.tar": (bytes(300), "is packed; unpack it first"),
    "beer.stackexchange.com.7z.1f2e3d4c.part": (b"7z", "is not fetched to its end"),
    "QueryResults.csv": (
        "Id,Title\r\n1,a\r\n",
        f"is CSV, as the Data Explorer gives it, and {READ}",
    ),
    "bq-results.tsv": ("id\ttitle\n", f"is TSV, and {READ}"),
    "questions.jsonl": ('{"id": 1}\n', f"is JSON, and {READ}"),
    "posts.parquet": (b"PAR1" + bytes(40), f"is Parquet, and {READ}"),
    "Posts": (posts(1), "neither .xml nor .7z"),
    "Posts.xml~": (posts(1), "neither .xml nor .7z"),
    "data.txt": (posts(1), "neither .xml nor .7z; rename it, if it is a table of the dump"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_every_file_that_could_be_a_dump_is_named(tmp_path, name):
    content, reason = BESIDE[name]
    folder = tmp_path / "a.example.com"
    path = stores.write(folder / "in" / name, content)
    with pytest.raises(NotADumpError, match="no table of a dump in it") as caught:
        find([folder])
    assert stores.line_of(caught.value).endswith(reason) or reason in str(caught.value)
    stores.write(folder / "Users.xml", FILES["Users"])
    dump = find([folder])
    assert len(dump.sources) == 1
    [line] = dump.left_out
    assert line.startswith(f"{path}: {reason}")


@pytest.mark.parametrize(
    "name", [name for name in BESIDE if not name.startswith(("Posts", "data"))]
)
def test_a_file_of_another_form_that_was_given(tmp_path, name):
    content, reason = BESIDE[name]
    path = stores.write(tmp_path / name, content)
    with pytest.raises(NotADumpError) as caught:
        find([path], "a.example.com")
    assert stores.line_of(caught.value).startswith(f"{path}: {reason}")


OTHERS = {
    "CSV": ('"Id","Title"\n1,a\n', "is a table as text (CSV or TSV), and what is read"),
    "TSV": ("id\ttitle\n1\ta\n", "is a table as text (CSV or TSV), and what is read"),
    "JSON": ('[{"id": 1}]', "is JSON, and what is read"),
    "SQLite": (b"SQLite format 3\0" + bytes(90), "is an SQLite database, and what is read"),
    "text": ("It was a dark and stormy night", "is not XML (it begins with 'It was a dark"),
    "settings": (
        '<?xml version="1.0"?>\n<!DOCTYPE hibernate-configuration PUBLIC "-//Hibernate" "x">\n<x/>',
        "its root element is <hibernate-configuration>, and that of a dump's table one of",
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_something_else_under_the_name_of_a_table(tmp_path, what):
    content, reason = OTHERS[what]
    path = stores.write(tmp_path / "a.example.com" / "Posts.xml", content)
    for given in (path, path.parent):
        with pytest.raises(NotADumpError) as caught:
            find([given])
        assert stores.line_of(caught.value).startswith(f"{path}: {reason}")


def test_what_lies_beside_a_dump_and_is_none_is_not_named(tmp_path):
    folder = tmp_path / "a.example.com"
    stores.write(folder / "Posts.xml", posts(1))
    for name in (
        "readme.txt",
        "LICENSE",
        "a.example.com.7z.sha256",
        "a.example.com.txt",
        "SHA256SUMS",
    ):
        stores.write(folder / name, "Hello, world\n")
    assert find([folder]).left_out == []


def test_an_archive_under_any_name_is_loaded(tmp_path):
    folder = tmp_path / "a.example.com"
    with py7zr.SevenZipFile(stores.write(folder / "download", ""), "w") as archive:
        archive.writestr(posts(2).encode(), "Posts.xml")
    assert [one.name for one in find([folder]).sources] == [f"{folder / 'download'}: Posts.xml"]


def test_folders_that_are_called_as_files_and_those_too_deep(tmp_path):
    folder = tmp_path / "a.example.com"
    stores.write(folder / "Users.xml", FILES["Users"])
    stores.write(folder / "feed.xml" / "part-0000.txt", "x")
    stores.write(folder / "1" / "2" / "3" / "4" / "Posts.xml", posts(1))
    lines = find([folder]).left_out
    assert lines == [
        f"{folder}/1/2/3/4: a folder too deep down; give it by itself",
        f"{folder}/feed.xml: is a folder, and no table of a dump is in it; get the file again",
    ]
    stores.write(folder / "Posts.xml" / "part-0000.txt", "x")
    with pytest.raises(NotADumpError, match=r"Posts\.xml: is a folder, and no table"):
        find([folder])
    stores.write(folder / "Posts.xml" / "Posts.xml", posts(1))
    assert len(find([folder]).sources) == 2


@pytest.mark.parametrize(
    ("content", "kind"),
    [("", NotADumpError), ("<rss/>", NotADumpError), ("<!-- x", TruncatedError)],
)
def test_a_file_whose_name_says_it_is_a_table_must_be_one(tmp_path, content, kind):
    folder = tmp_path / "a.example.com"
    stores.write(folder / "Posts.xml", posts(1))
    stores.write(folder / "Users.xml", content)
    with pytest.raises(kind, match=r"Users\.xml"):
        loader.load([folder], tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_file_that_was_named_must_be_a_table(tmp_path):
    path = stores.write(tmp_path / "a.example.com" / "feed.xml", "<rss/>")
    with pytest.raises(NotADumpError, match="<rss>"):
        find([path])


def test_paths_that_are_no_dump(tmp_path):
    with pytest.raises(LoaderError, match="no such file or folder"):
        find([tmp_path / "nowhere"])
    (tmp_path / "a.example.com").mkdir()
    with pytest.raises(NotADumpError, match="no table of a dump in it"):
        find([tmp_path / "a.example.com"])


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = stores.write(tmp_path / "a.example.com" / "Posts.xml", posts(1))

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LoaderError, match=r"Posts\.xml: cannot be read: Permission denied"):
        find([path])
