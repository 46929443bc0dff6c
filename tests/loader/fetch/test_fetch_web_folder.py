"""What a folder on the web has: indexes, hashes beside the files, and folders without an index."""

from __future__ import annotations

import hashlib

import pytest
from fault_server import break_after
from fetch_bench import BEER, error_of

from loader.fetch.fetching import fetch
from loader.fetch.names import wanted
from loader.fetch.sources import checksums, open_source
from loader.fetch.web_folder import WebFolder

NGINX = """<html><body><h1>Index of /2024-04/</h1><hr>
<pre><a href="../">../</a>
<a href="beer.meta.stackexchange.com.7z">beer.meta.stackexchange.com.7z</a>  02-Apr-2024 08:32 12345
<a href="beer.stackexchange.com.7z">beer.stackexchange.com.7z</a>           02-Apr-2024 08:33  {n}
<a href="readme.txt">readme.txt</a>    02-Apr-2024 08:33  5
</pre><hr></body></html>"""

APACHE = """<html><body><h1>Index of /2024-04</h1><table>
<tr><th><a href="?C=N;O=D">Name</a></th><th><a href="?C=M;O=A">Last modified</a></th></tr>
<tr><td><a href="/">Parent Directory</a></td><td>&nbsp;</td><td align="right">  - </td></tr>
<tr><td><a href="beer.stackexchange.com.7z">beer.stackexchange.com.7z</a></td>
<td align="right">2024-04-02 08:33  </td><td align="right">879K</td></tr>
</table></body></html>"""


def test_index_of_nginx(server, web):
    server.page("/2024-04/", NGINX.format(n=900_000))
    beer_meta, beer = WebFolder(f"{server.address}/2024-04", web).files()
    assert (beer_meta.name, beer.name) == ("beer.meta.stackexchange.com.7z", BEER)
    assert (beer.n_bytes, beer.about_bytes) == (None, 900_000)
    assert beer.date == "02-Apr-2024"


def test_index_of_apache(server, web):
    server.page("/2024-04/", APACHE)
    [beer] = WebFolder(f"{server.address}/2024-04/", web).files()
    assert (beer.about_bytes, beer.date) == (879 * 1024, "2024-04-02")


def test_index_of_python(server, web):
    """What `python -m http.server` says: no sizes, no dates."""
    server.page("/", f'<ul><li><a href="{BEER}">{BEER}</a></li></ul>')
    [beer] = WebFolder(server.address, web).files()
    assert (beer.about_bytes, beer.date) == (None, "")


@pytest.mark.parametrize(
    "link",
    [
        f"../{BEER}",
        f"../../etc/{BEER}",
        f"/{BEER}",
        f"https://elsewhere.example/{BEER}",
        f"//elsewhere.example/d/{BEER}",
        f"..%2F{BEER}",
        f"%2e%2e/{BEER}",
        f"sub/{BEER}",
        f"file:///{BEER}",
        f"{BEER}?x=1",
        "http://[bad",
        "",
    ],
)
def test_links_that_leave_the_folder(server, web, link):
    server.page("/d/", f'<a href="{link}">x</a> <a href="ai.stackexchange.com.7z">y</a>')
    files = WebFolder(f"{server.address}/d/", web).files()
    assert [file.name for file in files] == ["ai.stackexchange.com.7z"]


def test_fetched_from_a_folder_with_hashes(server, web, archive, tmp_path, heard):
    index = f'<a href="{BEER}">b</a> <a href="SHA256SUMS">s</a> <a href="{BEER}.md5">m</a>'
    sums = f"{hashlib.sha256(archive).hexdigest()} *./{BEER}\n{'0' * 64}  other.7z\n"
    server.page("/d/", index)
    server.page("/d/SHA256SUMS", sums, "text/plain")
    server.page(f"/d/{BEER}.md5", hashlib.md5(archive).hexdigest(), "text/plain")
    server.serve(f"/d/{BEER}", archive)
    source = WebFolder(f"{server.address}/d/", web)
    [file] = source.find(wanted("beer"))
    assert file.hashes == {
        "sha256": hashlib.sha256(archive).hexdigest(),
        "md5": hashlib.md5(archive).hexdigest(),
    }
    assert file.n_bytes == len(archive)
    fetch([wanted("beer")], source, tmp_path, web, heard)
    assert "sha256 checked" in heard.lines[-1]


def test_hashes_that_cannot_be_read_are_not_left_out_in_silence(server, web):
    server.page("/d/", f'<a href="{BEER}">b</a> <a href="SHA256SUMS">s</a>')
    assert "SHA256SUMS: the hashes cannot be read" in error_of(
        WebFolder(f"{server.address}/d", web).files
    )


def test_folder_without_an_index(server, web, archive, tmp_path, heard):
    server.serve(f"/d/{BEER}", archive)
    source = WebFolder(f"{server.address}/d", web)
    assert "has no list of archives; name a site" in error_of(source.files)
    [path] = fetch([wanted("beer")], source, tmp_path, web, heard)
    assert path.read_bytes() == archive
    assert "size and index checked" in heard.lines[-1]


def test_server_that_gives_no_length_to_a_question(server, web, archive, tmp_path, heard):
    """Some answer HEAD with a length of 0."""
    server.page("/d/", f'<a href="{BEER}">b</a>')
    server.serve(f"/d/{BEER}", archive, head_length="0")
    source = WebFolder(f"{server.address}/d/", web)
    assert source.find(wanted("beer"))[0].n_bytes is None
    assert fetch([wanted("beer")], source, tmp_path, web, heard)[0].read_bytes() == archive


def test_server_that_takes_no_questions(bench, archive, monkeypatch):
    """Without HEAD the size is learnt with the file; without an index there is no way to look."""
    monkeypatch.setattr("fault_server.Handler.do_HEAD", lambda self: self.reply(405, b"", {}))
    server, web = bench.server, bench.web
    server.page("/d/", f'<a href="{BEER}">b</a>')
    server.serve(f"/d/{BEER}", archive, break_after(300_000))
    source = WebFolder(f"{server.address}/d/", web)
    [path] = fetch([wanted("beer")], source, bench.folder, web, bench.heard)
    assert path.read_bytes() == archive
    assert [one.range for one in server.gets(f"/d/{BEER}")] == [None, "bytes=300000-"]
    line = error_of(WebFolder(server.address, web).find, wanted("beer"))
    assert "tells nothing of one" in line


def test_names_that_differ(bench, archive):
    """A mirror has the name of the dump, of today, or of 2017."""
    for n, name in enumerate(["beer", "alcohol"]):
        bench.server.serve(f"/{n}/{name}.stackexchange.com.7z", archive)
        source = WebFolder(f"{bench.server.address}/{n}", bench.web)
        [file] = source.find(wanted("alcohol"))
        assert file.name == f"{name}.stackexchange.com.7z"
    bench.server.page("/d/", '<a href="meta.cogsci.stackexchange.com.7z">b</a>')
    bench.server.serve("/d/meta.cogsci.stackexchange.com.7z", archive)
    [file] = WebFolder(f"{bench.server.address}/d", bench.web).find(wanted("psychology.meta"))
    assert file.archive.site == "meta.cogsci.stackexchange.com"


def test_tables_in_a_folder_without_an_index(server, web):
    for table in ("Posts", "Users"):
        server.serve(f"/stackoverflow.com-{table}.7z", b"x" * 10)
    source = WebFolder(server.address, web)
    names = [file.name for file in source.find(wanted("stackoverflow"))]
    assert names == ["stackoverflow.com-Posts.7z", "stackoverflow.com-Users.7z"]
    line = error_of(source.find, wanted("stackoverflow", ["votes"]))
    assert "has no Votes of stackoverflow.com; it has Posts, Users" in line


def test_nothing_in_a_folder_without_an_index(server, web):
    line = error_of(WebFolder(server.address, web).find, wanted("beer"))
    names = "beer.7z, beer.com.7z, beer.net.7z, beer.stackexchange.com.7z"
    assert f"none of {names}, alcohol.stackexchange.com.7z" in line


def test_server_that_answers_200_for_all_is_no_folder(server, web):
    for ending in ("", ".com", ".net", ".stackexchange.com"):
        server.page(f"/beer{ending}.7z", "<html>not found</html>")
    server.page("/", "<html>hello</html>")
    assert "none of beer.7z" in error_of(WebFolder(server.address, web).find, wanted("beer"))


def test_listed_and_not_there(server, web):
    server.page("/d/", f'<a href="{BEER}">b</a>')
    line = error_of(WebFolder(f"{server.address}/d", web).find, wanted("beer"))
    assert f"/d/{BEER}: 404 Not Found, though" in line


def test_labels_of_folders(web):
    assert WebFolder("https://Mirror.example.org:81/se/2024-04/", web).label == (
        "mirror.example.org-81-se-2024-04"
    )
    assert WebFolder("https://mirror.example.org/../../x", web).label.count("/") == 0


def test_password_in_an_address(web):
    line = error_of(open_source, web, "https://me:secret@example.org/dumps/")
    assert "secret" not in line
    assert ".netrc" in line


def test_list_of_hashes():
    text = (
        "# comment\n"
        f"{'a' * 64}  ./x/{BEER}\n"
        f"{'B' * 32} *{BEER}\n"
        f"{'c' * 40}  other.7z\n"
        f"{'d' * 33}  odd.7z\n"
        "not a line\n"
    )
    assert checksums(text) == {
        BEER: {"sha256": "a" * 64, "md5": "b" * 32},
        "other.7z": {"sha1": "c" * 40},
    }
