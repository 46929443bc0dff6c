"""What `run` makes of what a user typed: a path, or a site to fetch."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
from click.testing import CliRunner
from fault_server import answer, break_after
from fetch_bench import BEER
from rich.console import Console

from loader.commands import load_and_show
from loader.errors import FetchError
from loader.fetch import archive_org
from loader.fetch.fetching import resolve_dump
from stackstudy import main


def quiet() -> Console:
    return Console(file=io.StringIO())


def test_run_of_a_path(tmp_path):
    assert resolve_dump(tmp_path, tmp_path) == tmp_path


def test_run_of_a_site(beer_and_overflow, tmp_path, archive):
    path = resolve_dump("beer", tmp_path, console=quiet())
    assert path == tmp_path / "dumps/stackexchange/beer.stackexchange.com" / BEER
    assert path.read_bytes() == archive


def test_run_of_a_site_in_several_archives(beer_and_overflow, tmp_path):
    path = resolve_dump("stackoverflow.com", tmp_path, console=quiet())
    assert path == tmp_path / "dumps/stackexchange/stackoverflow.com"
    assert len(list(path.glob("*.7z"))) == 3


def test_run_of_one_table(beer_and_overflow, tmp_path):
    path = resolve_dump("stackoverflow.com-Posts", tmp_path, console=quiet())
    assert path.name == "stackoverflow.com-Posts.7z"
    assert len(list(path.parent.glob("*.7z"))) == 1


@pytest.mark.parametrize("site", ["beer", "alcohol", "stackoverflow", "stackoverflow.com-Posts"])
def test_second_run_needs_no_network(beer_and_overflow, tmp_path, site):
    first = resolve_dump(site, tmp_path, console=quiet())
    n_asked = len(beer_and_overflow.asked)
    console = quiet()
    assert resolve_dump(site, tmp_path, console=console) == first
    assert len(beer_and_overflow.asked) == n_asked
    assert "fetched before" in console.file.getvalue()


def test_run_after_a_fetch_that_named_a_table_twice(beer_and_overflow, tmp_path):
    words = ["stackoverflow.com-Posts", "stackoverflow.com", "stackoverflow.com-Tags"]
    result = CliRunner().invoke(main, ["fetch", *words, "--data", str(tmp_path)])
    assert result.exit_code == 0, result.output
    n_asked = len(beer_and_overflow.asked)
    resolve_dump("stackoverflow", tmp_path, console=quiet())
    assert len(beer_and_overflow.asked) == n_asked


def test_run_of_a_site_of_which_one_table_was_fetched(beer_and_overflow, tmp_path):
    resolve_dump("stackoverflow.com-Posts", tmp_path, console=quiet())
    path = resolve_dump("stackoverflow.com", tmp_path, console=quiet())
    assert path.name == "stackoverflow.com"
    assert len(list(path.glob("*.7z"))) == 3
    assert len(beer_and_overflow.gets("/download/stackexchange/stackoverflow.com-Posts.7z")) == 1


def test_run_of_a_site_of_which_an_archive_is_gone(beer_and_overflow, tmp_path):
    path = resolve_dump("stackoverflow.com", tmp_path, console=quiet())
    (path / "stackoverflow.com-Tags.7z").unlink()
    resolve_dump("stackoverflow.com", tmp_path, console=quiet())
    assert len(list(path.glob("*.7z"))) == 3


def test_run_of_a_site_whose_file_was_changed(beer_and_overflow, tmp_path):
    path = resolve_dump("beer", tmp_path, console=quiet())
    path.write_bytes(b"other")
    with pytest.raises(FetchError, match="is not what the source has now"):
        resolve_dump("beer", tmp_path, console=quiet())


@pytest.mark.parametrize("argument", ["dumps/none", "none.7z", "Posts.xml", "../none"])
def test_run_of_a_path_that_is_not_there(tmp_path, argument):
    with pytest.raises(FetchError, match="no such file or folder, and no site's name"):
        resolve_dump(argument, tmp_path)


def test_fetched_archives_load(shared_data, server, tmp_path, monkeypatch):
    """A real archive over the wire, with a break, into the store."""
    [real] = (shared_data / "sites/beer.stackexchange.com-2020-06").glob("*.7z")
    body = real.read_bytes()
    monkeypatch.setattr(archive_org, "ADDRESS", server.address)
    entry = {"name": BEER, "size": str(len(body)), "sha1": hashlib.sha1(body).hexdigest()}
    server.page("/metadata/stackexchange", json.dumps({"files": [entry]}), "application/json")
    faults = [break_after(1_000_000), answer(503, Retry_After="0")]
    server.serve(f"/download/stackexchange/{BEER}", body, *faults)
    path = resolve_dump("beer", tmp_path, console=quiet())
    manifests = load_and_show([path], tmp_path)
    assert sum(one.n_rows for one in manifests) == 51_146
