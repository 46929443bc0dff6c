"""What sources have: items of archive.org, by name and by date, and folders on the web.

The answers of archive.org have the forms that docs/decisions/fetch.md cites.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from urllib.parse import parse_qs

import pytest
from fault_server import answer, break_after
from fetch_bench import BEER, error_of

from loader.fetch import archive_org
from loader.fetch.archive_org import dated_items, item_of
from loader.fetch.fetching import fetch
from loader.fetch.names import wanted
from loader.fetch.sources import open_source


def entry(name: str, body: bytes = b"x" * 10, **more: str) -> dict[str, str]:
    """A file as a record of archive.org has it: all values are text."""
    return {
        "name": name,
        "source": "original",
        "format": "7z",
        "mtime": "1712437883",
        "size": str(len(body)),
        "md5": hashlib.md5(body).hexdigest(),
        "crc32": "4db3022d",
        "sha1": hashlib.sha1(body).hexdigest(),
        **more,
    }


@pytest.fixture
def ia(server, monkeypatch):
    """archive.org on loopback: an item is given by its entries."""
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)

    def put(item: str, *entries: object, **more: object) -> None:
        record = {"created": 1, "dir": "/1", "files": list(entries), "metadata": {}, **more}
        server.page(f"/metadata/{item}", json.dumps(record), "application/json")

    return put


def test_item_of_2024(ia, web, server):
    names = ["Sites.xml", "beer.stackexchange.com.7z", "stackoverflow.com-Posts.7z"]
    ia("stackexchange", *map(entry, names), {"name": "stackexchange_files.xml", "md5": "0"})
    files = open_source(web).files()
    assert [file.name for file in files] == names[1:]
    assert files[0].url == f"{server.address}/download/stackexchange/beer.stackexchange.com.7z"
    assert files[0].n_bytes == 10
    assert files[0].date == "2024-04-06"
    assert files[0].strongest == ("sha1", hashlib.sha1(b"x" * 10).hexdigest())
    assert set(files[0].hashes) == {"md5", "sha1"}


def test_item_with_a_folder_of_its_name(ia, web, server):
    """The community's copies have their archives in a folder called as the item."""
    ia("stackexchange_20240930", entry("stackexchange_20240930/beer.stackexchange.com.7z"))
    [file] = open_source(web, "stackexchange_20240930").find(wanted("beer"))
    expected = "/download/stackexchange_20240930/stackexchange_20240930/beer.stackexchange.com.7z"
    assert file.url == server.address + expected


def test_the_outer_of_two_of_one_name(ia, web):
    ia("x", entry("json/beer.stackexchange.com.7z"), entry("beer.stackexchange.com.7z"))
    [file] = open_source(web, "x").files()
    assert file.url.endswith("/x/beer.stackexchange.com.7z")
    ia("y", entry("a/beer.stackexchange.com.7z"), entry("b/beer.stackexchange.com.7z"))
    assert "in two of its folders" in error_of(open_source(web, "y").files)


def test_names_that_climb_out_and_files_that_are_not_public(ia, web):
    ia(
        "x",
        entry("../../beer.stackexchange.com.7z"),
        entry("a/../beer.stackexchange.com.7z"),
        entry("/etc/beer.stackexchange.com.7z"),
        entry("..\\beer.stackexchange.com.7z"),
        entry("history/files/beer.stackexchange.com.7z"),
        entry("beer.stackexchange.com.7z", private="true"),
        entry("ai.stackexchange.com.7z"),
        "beer.stackexchange.com.7z",
        {"name": 5},
        {},
    )
    assert [file.name for file in open_source(web, "x").files()] == ["ai.stackexchange.com.7z"]


def test_odd_values_are_no_values(ia, web):
    ia("x", entry(BEER, size="many", md5="zz", sha1="", mtime="yesterday"))
    [file] = open_source(web, "x").files()
    assert (file.n_bytes, file.date, file.hashes) == (None, "", {})
    ia("y", {"name": BEER})
    [file] = open_source(web, "y").files()
    assert (file.n_bytes, file.strongest) == (None, None)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("{}", "there is no such item; `stackstudy fetch --dates` lists the dumps"),
        ("[]", "there is no such item"),
        ('{"is_dark": true, "metadata": {}}', "was withdrawn there"),
        ('{"error": "down"}', "does not list its files"),
        ("null", "does not list its files"),
        ('{"files": []}', "no archive of a dump in it"),
        ("<html>", "answers with something else than JSON (application/json)"),
    ],
)
def test_no_item(server, web, monkeypatch, record, expected):
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)
    server.page("/metadata/x", record, "application/json")
    assert expected in error_of(open_source(web, "x").files)


@pytest.mark.parametrize("item", ["", "../x", "a/b", "a b", ".x", "a..b", "x" * 200, "a?b"])
def test_no_name_of_an_item(web, item):
    assert "not an item of archive.org" in error_of(open_source, web, item)


def test_record_is_asked_for_again(ia, web, server, waits):
    ia("stackexchange", entry(BEER))
    server.files["/metadata/stackexchange"].faults = [answer(503), break_after(5)]
    assert len(open_source(web).files()) == 1
    assert len(waits) == 2
    ia("stackexchange", entry(BEER))
    server.files["/metadata/stackexchange"].faults = [answer(503)] * 3
    line = error_of(open_source(web).files)
    assert "answers 503 Service Unavailable; gave up after 3 tries; try again later" in line


def test_fetched_from_an_item(ia, server, archive, bench):
    ia("stackexchange", entry(BEER, archive))
    node = server.serve("/27/items/stackexchange/beer", archive, break_after(300_000))
    server.serve(f"/download/stackexchange/{BEER}", b"", *[answer(302, Location=node)] * 2)
    source = open_source(bench.web)
    [path] = fetch([wanted("beer")], source, bench.folder, bench.web, bench.heard)
    assert path == bench.folder / "beer.stackexchange.com" / BEER
    assert path.read_bytes() == archive
    assert bench.heard.lines[-1] == f"{path}: 900.1 kB, sha1 checked"


@pytest.mark.parametrize(
    ("address", "item"),
    [
        ("https://archive.org/details/stackexchange_20240930", "stackexchange_20240930"),
        ("https://archive.org/download/stackexchange/beer.stackexchange.com.7z", "stackexchange"),
        ("http://www.archive.org/details/stackexchange/", "stackexchange"),
        ("stackexchange_20240930", "stackexchange_20240930"),
        ("https://archive.org/", None),
        ("https://archive.org.example.com/details/x", None),
        ("https://example.org/details/x", None),
    ],
)
def test_addresses_at_archive_org(address, item):
    assert item_of(address) == item


DOCUMENTS = [
    {"identifier": "stackexchange", "publicdate": "2014-01-21T00:00:00Z"},
    {"identifier": "stackexchange_20231208", "publicdate": "2024-01-02T00:00:00Z"},
    {"identifier": "stackexchange_20240402", "publicdate": "2024-04-03T00:00:00Z"},
    {"identifier": "stackexchange_20240402_bis", "publicdate": "2024-05-06T00:00:00Z"},
    {"identifier": "stackexchange_20240630", "publicdate": "2024-08-16T00:00:00Z"},
    {"identifier": "stackexchange_20240630_json", "publicdate": "2024-09-16T00:00:00Z"},
    {"identifier": "stackexchange_20250630_rev2", "publicdate": "2025-07-20T01:02:03Z",
     "item_size": 98538193873},
    {"identifier": "stackexchange-snapshot-2018-03-14", "publicdate": "2018-04-01T00:00:00Z"},
    {"identifier": "stack-exchange-data-dump-2023-09-12"},
    {"identifier": "stackexchange_20241399"},
    {"identifier": "stack-exchange-images"},
    {"identifier": "nltk_20240101"},
]  # fmt: skip


@pytest.fixture
def search(server, web, monkeypatch):
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)

    def put(text: str) -> None:
        server.page("/advancedsearch.php", text, "application/json")

    return put


def test_dumps_by_date(search, web, server):
    search(json.dumps({"response": {"numFound": 12, "docs": DOCUMENTS}}))
    found = dated_items(web)
    asked = parse_qs(server.asked[-1].path.partition("?")[2])
    assert asked["fl[]"] == ["identifier", "publicdate", "item_size"]
    assert asked["output"] == ["json"]
    assert [one.item for one in found if one.is_dump] == [
        "stackexchange-snapshot-2018-03-14",
        "stack-exchange-data-dump-2023-09-12",
        "stackexchange_20231208",
        "stackexchange_20240402",
        "stackexchange_20240402_bis",
        "stackexchange_20240630",
        "stackexchange_20250630_rev2",
    ]
    assert [one.item for one in found if not one.is_dump] == ["stackexchange_20240630_json"]
    assert found[-1].dated == date(2025, 6, 30)
    assert (found[-1].published_on, found[-1].n_bytes) == ("2025-07-20", 98538193873)


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ("latest", "stackexchange_20250630_rev2"),
        ("2024", "stackexchange_20240630"),
        ("2024-04", "stackexchange_20240402_bis"),
        ("2024-04-02", "stackexchange_20240402_bis"),
        ("20240402", "stackexchange_20240402_bis"),
        ("2018-03-14", "stackexchange-snapshot-2018-03-14"),
    ],
)
def test_source_of_a_date(search, web, asked, item):
    search(json.dumps({"response": {"docs": DOCUMENTS}}))
    assert open_source(web, date=asked).label == item


def test_no_dump_of_that_date(search, web):
    search(json.dumps({"response": {"docs": DOCUMENTS}}))
    line = error_of(open_source, web, date="2019")
    assert "no dump of 2019; it has 2018-03-14, 2023-09-12, 2023-12-08, 2024-04-02" in line
    assert line.count("2024-04-02") == 1


@pytest.mark.parametrize("text", ["{}", "[]", "null", '{"response": {"docs": [5]}}', "oops"])
def test_search_of_another_form(search, web, text):
    search(text)
    line = error_of(dated_items, web)
    assert "unknown form" in line or "something else than JSON" in line


@pytest.mark.parametrize("asked", ["soon", "2024-4", "24", "2024-04-02-01", ""])
def test_no_date(web, asked):
    assert "not a date" in error_of(open_source, web, date=asked)


def test_hashes_of_the_user(ia, server, archive, bench):
    ia("x", entry(BEER, archive))
    server.serve(f"/download/x/{BEER}", archive)

    def call(hashes):
        source = open_source(bench.web, "x")
        fetch(
            [wanted("beer")],
            source,
            bench.folder,
            bench.web,
            bench.heard,
            hashes={BEER: hashes},
        )

    call({"sha256": hashlib.sha256(archive).hexdigest()})
    assert "sha256 checked" in bench.heard.lines[-1]
    assert "is not what the source has now" in error_of(call, {"sha256": "0" * 64})
