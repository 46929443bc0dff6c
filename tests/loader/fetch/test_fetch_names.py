"""What users call a site, and what archives are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loader import schemas
from loader.errors import FetchError
from loader.fetch.names import SPELLED, ArchiveName, archive_named, looks_like_site, wanted
from loader.fetch.sources import RemoteFile, select

SPLIT = [f"stackoverflow.com-{name}.7z" for name in ("Badges", "Comments", "Posts", "Tags")]


def remote(*names: str) -> list[RemoteFile]:
    return [RemoteFile(archive_named(name), f"https://example.org/{name}", 5) for name in names]


def chosen(files: list[RemoteFile], site: str, *tables: str) -> list[str]:
    return [file.name for file in select(files, wanted(site, tables), "the mirror")]


def test_every_table_has_a_spelling():
    assert set(SPELLED) == set(schemas.BY_ROOT)
    assert SPELLED["posthistory"] == "PostHistory"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("beer", "beer.stackexchange.com.7z"),
        ("Beer.StackExchange.com", "beer.stackexchange.com.7z"),
        ("beer.stackexchange.com.7z", "beer.stackexchange.com.7z"),
        ("beer.meta", "beer.meta.stackexchange.com.7z"),
        ("meta", "meta.stackexchange.com.7z"),
        ("askubuntu", "askubuntu.com.7z"),
        ("mathoverflow", "mathoverflow.net.7z"),
        ("meta.mathoverflow", "meta.mathoverflow.net.7z"),
        ("math", "math.stackexchange.com.7z"),
        ("es.stackoverflow", "es.stackoverflow.com.7z"),
        ("3dprinting", "3dprinting.stackexchange.com.7z"),
        ("alcohol", "beer.stackexchange.com.7z"),
        ("alcohol.meta", "beer.meta.stackexchange.com.7z"),
        ("stackoverflow.com-Posts", "stackoverflow.com-Posts.7z"),
        ("stackoverflow-posts", "stackoverflow.com-Posts.7z"),
    ],
)
def test_sites(typed, expected):
    whole = ["beer", "beer.meta", "meta", "math", "3dprinting"]
    names = [f"{one}.stackexchange.com.7z" for one in whole]
    others = ["askubuntu.com", "mathoverflow.net", "meta.mathoverflow.net", "es.stackoverflow.com"]
    assert chosen(remote(*names, *(f"{one}.7z" for one in others), *SPLIT), typed) == [expected]


def test_stack_overflow_is_all_its_tables():
    assert chosen(remote(*SPLIT), "stackoverflow") == SPLIT


def test_some_tables():
    expected = ["stackoverflow.com-Badges.7z", "stackoverflow.com-Posts.7z"]
    assert chosen(remote(*SPLIT), "stackoverflow.com-Posts", "badges") == expected
    assert chosen(remote(*SPLIT), "stackoverflow.com", "Posts", "BADGES") == expected


def test_whole_archive_beside_archives_of_tables_is_taken_alone():
    """The loader refuses one table twice."""
    assert chosen(remote(*SPLIT, "stackoverflow.com.7z"), "stackoverflow") == [
        "stackoverflow.com.7z"
    ]


def test_table_of_a_site_that_is_one_archive():
    with pytest.raises(
        FetchError, match="one archive of all tables there, beer.* leave the table out"
    ):
        chosen(remote("beer.stackexchange.com.7z"), "beer", "posts")


def test_table_that_the_source_lacks():
    with pytest.raises(
        FetchError, match="has no Votes of stackoverflow.com; it has Badges, Comments, Posts"
    ):
        chosen(remote(*SPLIT), "stackoverflow", "votes")


def test_site_that_the_source_lacks():
    files = remote("beer.stackexchange.com.7z", "beer.meta.stackexchange.com.7z", *SPLIT)
    with pytest.raises(FetchError, match="has no beerr; near it are beer.stackexchange.com"):
        chosen(files, "beerr")
    with pytest.raises(FetchError, match="`stackstudy fetch --list` shows all 3 sites"):
        chosen(files, "xyzzy")


@pytest.mark.parametrize(
    "bad",
    ["", ".", "..", "../beer", "a/b", "a\\b", "beer/", "~", "be er", "beer\n", "beer\0", "-rf",
     "12", "beer..com", ".beer", "beer.", "bier🍺", "a" * 300, "beer.com-", "C:beer"],
)  # fmt: skip
def test_no_site(bad):
    with pytest.raises(FetchError):
        wanted(bad)
    assert not looks_like_site(bad)


@pytest.mark.parametrize(
    "path", ["beer.7z", "Posts.xml", "dumps/beer", "./beer", "beer.stackexchange.com.7z"]
)
def test_paths_are_no_sites(path):
    assert not looks_like_site(path)


@pytest.mark.parametrize(
    "site", ["beer", "stackoverflow.com", "stackoverflow.com-Posts", "3dprinting"]
)
def test_sites_look_like_sites(site):
    assert looks_like_site(site)


@pytest.mark.parametrize("spelling", ["post_history", "PostHistory", "posthistory", "Post-History"])
def test_tables_in_any_spelling(spelling):
    assert wanted("beer", [spelling]).tables == {"posthistory"}


def test_no_table():
    with pytest.raises(FetchError, match="no table of a dump; the tables are posts, users"):
        wanted("beer", ["questions"])


@pytest.mark.parametrize(
    "name",
    ["Sites.xml", "readme.txt", "stackexchange_files.xml", "beer.7z", "x.7z.torrent", "license.txt",
     "beer.stackexchange.com-Questions.7z.zip", "../beer.stackexchange.com.7z", "..7z", ".7z"],
)  # fmt: skip
def test_other_files_are_no_archives(name):
    assert archive_named(name) is None


LABEL = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
SITE = (
    st.lists(LABEL, min_size=2, max_size=4)
    .map(".".join)
    .filter(lambda s: not s.replace(".", "").isdigit())
)


@given(SITE, st.none() | st.sampled_from(list(SPELLED)))
def test_names_round_trip(site, table):
    named = archive_named(ArchiveName(site, table).file_name)
    assert named == ArchiveName(site, table)


@given(st.text(max_size=60))
def test_whatever_a_source_calls_a_file_the_name_on_disk_is_tame(text):
    named = archive_named(f"{text}.7z")
    if named is not None:
        assert set(named.file_name) <= set("abcdefghijklmnopqrstuvwxyzBCHLPTUV0123456789.-")
        assert ".." not in named.file_name
        assert not named.file_name.startswith((".", "-"))
