"""The page in a real browser: two raters go the whole way, and a hostile dump executes nothing."""

from __future__ import annotations

import csv
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import openpyxl
import pytest
from label_warehouse import SITE, Post, write_warehouse

from analyses.study.study import read_study

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser import Browser

HOSTILE = """
<p onclick="bad()">Seen.</p><script>window.bad = 1</script><img src=x onerror="window.bad = 1">
<a id="js" href="javascript:window.bad = 1">click</a><a href=" java&#10;script:window.bad=1">x</a>
<svg onload="window.bad = 1"><script>window.bad = 1</script><a xlink:href="javascript:bad()">s</a>
</svg><style>body { display: none }</style><p style="position:fixed;inset:0">over all</p>
<iframe srcdoc="<script>parent.bad = 1</script>"></iframe><object data="x"></object>
<form action="http://evil.example"><button>send</button></form><base href="http://evil.example/">
<link rel=stylesheet href="http://evil.example/x.css"><meta http-equiv=refresh content="0;url=//e">
<math><mtext><table><mglyph><style><img src=x onerror="window.bad = 1"></style></mglyph></table>
<noscript><p title="</noscript><img src=x onerror=window.bad=1>"></noscript>
<pre class="lang-html desk"><code>&lt;script&gt;window.bad = 1&lt;/script&gt; <b onclick=bad()>b</b>
</code></pre><img src="http://evil.example/pixel.png" alt="a &quot;><script>window.bad=1</script>">
<button class="code" data-code="x" data-key="1">1</button><textarea></textarea></body></html>
"""


class Served:
    """A page that is served by a process of its own."""

    def __init__(self, *arguments: object) -> None:
        command = [sys.executable, "-m", "stackstudy", *map(str, arguments)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        first = self.process.stdout.readline()
        assert first.startswith("Open http://127.0.0.1:"), self.process.communicate()
        self.address = first.split()[1]
        self.home = self.address.split("?")[0]

    def end(self, number: int = signal.SIGINT) -> str:
        self.process.send_signal(number)
        return self.process.communicate(timeout=30)[1]


@contextmanager
def served(*arguments: object) -> Iterator[Served]:
    one = Served(*arguments)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


def status(browser: Browser, wanted: str = "saved") -> None:
    browser.wait_for(
        lambda: browser.run("document.getElementById('status')?.textContent") == wanted, wanted
    )


def at(browser: Browser, path: str) -> None:
    browser.wait_for(
        lambda: browser.run("document.readyState === 'complete' && location.pathname") == path, path
    )
    assert browser.run("document.querySelector('main') !== null"), browser.run(
        "document.body.innerText"
    )


def pressed(browser: Browser) -> list[str]:
    found = "[...document.querySelectorAll('.code[aria-pressed=true]')].map(x => x.dataset.code)"
    return browser.run(f"document.readyState === 'complete' ? {found} : []")


def opened(browser: Browser, address: str, **look: object) -> None:
    browser.open(address, is_drawn=False, **look)


@pytest.fixture
def study(sample_study, tmp_path):
    """The sample's study, without a codebook for its largest topic: it is coded openly."""
    folder = tmp_path / sample_study.name
    shutil.copytree(sample_study, folder)
    (folder / "labels.csv").unlink()
    (folder / "published_figures.csv").unlink(missing_ok=True)
    path = folder / "taxonomy.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(one for one in lines if not one.startswith("mobile,")), "utf-8")
    return folder


def test_two_raters_go_from_a_set_to_a_taxonomy(  # noqa: PLR0915 - one way from end to end
    browser, study, sample_warehouse, tmp_path
):
    """Keys, open coding, reload, a kill in the middle, two raters, adjudication, labels.csv."""
    draw = tmp_path / "draw.csv"
    options = ["--data", sample_warehouse, "--study", study]
    made = [sys.executable, "-m", "stackstudy", "draw", "mobile", "--size", "6", "--output", draw]
    subprocess.run([*map(str, [*made, *options])], check=True, capture_output=True)
    with served("label", "serve", draw, "--rater", "ann", *options) as ann:
        opened(browser, ann.address)
        at(browser, "/questions/1")
        browser.press("+", *"speed - on phones")
        browser.run("document.querySelector('#new textarea').value = 'Too slow on a phone.'")
        browser.press("Enter")
        browser.wait_for(lambda: pressed(browser) == ["speed - on phones"], "the new code")
        browser.press("Enter")
        at(browser, "/questions/2")
        browser.press("/", *"memory", "Enter", "Enter")
        browser.wait_for(lambda: pressed(browser) == ["memory"], "the second code")
        browser.press("1")
        status(browser)
        assert set(pressed(browser)) == {"speed - on phones", "memory"}
        browser.press("n", *"both at once")
        status(browser)
        ann.end(signal.SIGKILL)
    journal = study / "ratings" / "ann.jsonl"
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-01-01T00')  # what a machine that dies may leave
    with served("label", "serve", draw, "--rater", "ann", *options) as ann:
        opened(browser, ann.address)
        at(browser, "/questions/3")
        opened(browser, f"{ann.home}questions/2")
        assert set(pressed(browser)) == {"speed - on phones", "memory"}
        assert browser.run("document.getElementById('note').value") == "both at once"
        browser.press("2")
        status(browser)
        browser.press("z")
        browser.wait_for(lambda: len(pressed(browser)) == 2, "the undo")
        opened(browser, f"{ann.home}questions/3")
        for place, key in ((3, "u"), (4, "f"), (5, "2"), (6, "1")):
            at(browser, f"/questions/{place}")
            browser.press(key)
            status(browser)
            browser.press("Enter")
        browser.wait_for(
            lambda: "6 of 6, pilot 2 of 2" in text_of(browser),
            "the end",
        )
        assert browser.complaints() == []
        assert "line" in ann.end()
    with served("label", "serve", draw, "--rater", "ben", *options) as ben:
        opened(browser, ben.address)
        at(browser, "/questions/1")
        assert "both at once" not in browser.run("document.documentElement.outerHTML")
        for place, key in ((1, "1"), (2, "2"), (3, "u"), (4, "u"), (5, "2"), (6, "1")):
            opened(browser, f"{ben.home}questions/{place}")
            assert pressed(browser) == []
            browser.press(key)
            status(browser)
        opened(browser, f"{ben.home}agreement")
        assert "only the page that settles" in text_of(browser)
        opened(browser, f"{ben.home}codebook")
        browser.run(
            "{ const form = document.querySelectorAll('form[data-change=rename]')[0];"
            " form.to.value = 'inference - speed'; form.requestSubmit(); }"
        )
        browser.wait_for(
            lambda: "→ inference - speed" in text_of(browser),
            "a new name",
        )
        ben.end()
    with served("label", "settle", draw, *options) as both:
        opened(browser, both.address)
        at(browser, "/agreement")
        text = text_of(browser)
        # agreed: speed (1, 6), unclear (3), memory (5); differ: 2 (speed + memory, memory), 4
        assert "66.7%" in text
        assert len(browser.run("[...document.querySelectorAll('.list li')].map(x => x.value)")) == 2
        opened(browser, f"{both.home}questions/2")
        assert "both at once" in browser.run("document.querySelector('.said').innerText")
        browser.press("1")
        status(browser)
        browser.press("Enter")
        at(browser, "/questions/4")
        browser.press("p")
        status(browser)
        assert browser.complaints() == []
        both.end()
    rows = read_rows(study / "labels.csv")
    with draw.open(encoding="utf-8-sig", newline="") as file:
        ids = [int(row["question_id"]) for row in csv.DictReader(file)]
    found: dict[int, set[str]] = {}
    for row in rows:
        name = " - ".join(filter(None, (row["inner_category"], row["leaf_category"])))
        found.setdefault(ids.index(int(row["question_id"])) + 1, set()).add(name)
    speed = "inference - speed"
    assert found == {
        1: {speed}, 2: {speed, "memory"}, 3: {"unclear"}, 4: {"pending"}, 5: {"memory"}, 6: {speed},
    }  # fmt: skip
    keys = [(row["question_set"], row["site"], int(row["question_id"])) for row in rows]
    assert keys == sorted(keys)
    again = read_study(study)
    codes = {one.name: one for one in again.taxonomy.categories if one.question_set == "mobile"}
    assert codes[speed].description == "Too slow on a phone."
    assert codes[speed].examples == f"{rows[0]['site']}/{ids[0]}"
    assert len(again.labels) == len(rows)


def made(folder, posts, taxonomy="", **more):
    """A study `mine` whose set `own` has the questions of posts: its draw and the options."""
    keys = [one.post_id for one in posts if one.parent_post_id is None]
    data = write_warehouse(folder / "data", posts, {"own": keys}, study="mine", **more)
    study = folder / "mine"
    study.mkdir()
    (study / "study.yml").write_text(
        "study: mine\ntitle: Own\nbase:\n  base: {tags: [a]}\ntopics:\n  own: {tags: [b]}\n",
        "utf-8",
    )
    if taxonomy:
        (study / "taxonomy.csv").write_text(taxonomy, "utf-8")
    draw = folder / "draw.csv"
    rows = [f"own,{SITE},{key}\n" for key in keys]
    draw.write_text("".join(["question_set,site,question_id\n", *rows]), "utf-8")
    return draw, ["--data", data, "--study", study]


def answered(browser, one, place, *keys):
    """Open a question and press keys; the last one is saved."""
    opened(browser, f"{one.home}questions/{place}")
    browser.press(*keys)
    status(browser)


def rated(browser, task, sample, rater, keys):
    """One person goes through a draw, a key for each question."""
    draw, options = sample
    with served(task, "serve", draw, "--rater", rater, *options) as one:
        opened(browser, one.address)
        for place, key in enumerate(keys, start=1):
            answered(browser, one, place, key)
        assert re.fullmatch(r"Reading \d questions \.\.\.\n", one.end())
        assert one.process.returncode == 0


def text_of(browser):
    return browser.run("document.body?.innerText ?? ''")


def cells(browser):
    """The rows of the first table of the page."""
    rows = "[...document.querySelector('table').querySelectorAll('tr')]"
    return browser.run(f"{rows}.map(row => [...row.children].map(one => one.innerText.trim()))")


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_decisions_of_two_people_are_settled(browser, tmp_path):
    """Kappa by hand: 4 of 6 alike; each says include 3 times, so chance is 1/2."""
    draw, options = made(tmp_path, [Post(key, title=f"t{key}") for key in range(1, 8)])
    book = openpyxl.Workbook()  # of labels, which who decides neither reads nor writes
    book.active.append(["question_set", "inner_category"])
    book.active.append(["own", "slow"])
    book.save(tmp_path / "mine" / "taxonomy.xlsx")
    rated(browser, "decide", (draw, options), "ann", "iieeie")
    rated(browser, "decide", (draw, options), "ben", "ieeeii")
    with served("decide", "settle", draw, *options) as both:
        opened(browser, both.address)
        at(browser, "/agreement")
        header, row = cells(browser)
        found = dict(zip(header, row, strict=True))
        assert (found["raters"], found["agreed"], found["kappa"]) == ("ann, ben", "4", "0.333")
        assert "level" not in header
        opened(browser, f"{both.home}questions")
        states = "[...document.querySelectorAll('.list li span')].map(x => x.innerText)"
        assert browser.run(states) == [
            "own", "own, to settle", "own", "own", "own", "own, to settle", "own, not yet rated",
        ]  # fmt: skip
        opened(browser, f"{both.home}agreement")
        places = browser.run("[...document.querySelectorAll('.list li')].map(x => x.value)")
        assert places == [2, 6]
        answered(browser, both, 2, "1")
        browser.press("n", *'a window, "not" deployment')
        status(browser)
        browser.press("Escape", "Enter")
        at(browser, "/questions/6")
        browser.press("e")
        status(browser)
        browser.press("z")
        at(browser, "/questions/6")
        nothing = "!document.querySelector('.code[aria-pressed=true]')"
        ready = f"document.readyState === 'complete' && {nothing}"
        browser.wait_for(lambda: browser.run(ready), "the undo")
        browser.press("2")
        status(browser)
        opened(browser, f"{both.home}agreement")
        assert "Nothing at present." in text_of(browser)
        assert "6 questions are final." in text_of(browser)
        assert browser.complaints() == []
    rows = read_rows(tmp_path / "mine" / "decisions.csv")
    assert [(int(row["question_id"]), row["decision"]) for row in rows] == [
        (1, "include"), (2, "include"), (3, "exclude"), (4, "exclude"), (5, "include"),
        (6, "include"),
    ]  # fmt: skip
    assert [row["note"] for row in rows if row["note"]] == ['a window, "not" deployment']
    assert len(read_study(tmp_path / "mine").decisions) == 6


def test_three_raters_settle(browser, tmp_path):
    """By hand: pairs of 3 and 2 alike of 4, kappa 1/2, 0, 1/2; alpha 1 - (4 / 12) / (70 / 132)."""
    draw, options = made(
        tmp_path, [Post(key, title=f"t{key}") for key in range(1, 5)],
        "question_set,inner_category\nown,slow\nown,wrong\n",
    )  # fmt: skip
    for rater, keys in {"ann": "1122", "ben": "1222", "cy": "1221"}.items():
        rated(browser, "label", (draw, options), rater, keys)
    with served("label", "settle", draw, "--raters", "3", *options) as all_of_them:
        opened(browser, all_of_them.address)
        at(browser, "/agreement")
        header, *rows = cells(browser)
        found = [dict(zip(header, row, strict=True)) for row in rows]
        assert [(one["raters"], one["agreed"], one["kappa"]) for one in found] == [
            ("ann, ben", "3", "0.500"), ("ann, cy", "2", "0.000"), ("ben, cy", "3", "0.500"),
        ]  # fmt: skip
        assert "(Krippendorff's alpha): own 0.371 (" in text_of(browser)
        answered(browser, all_of_them, 2, "3")
        browser.press("Enter")
        at(browser, "/questions/4")
        browser.press("a")
        status(browser)
        assert pressed(browser) == ["slow"]
        assert browser.complaints() == []
    rows = read_rows(tmp_path / "mine" / "labels.csv")
    assert [(int(row["question_id"]), row["inner_category"]) for row in rows] == [
        (1, "slow"), (2, "wrong"), (3, "wrong"), (4, "slow"),
    ]  # fmt: skip


def test_what_another_page_changes_is_not_lost(browser, tmp_path):
    """Two pages of one rater, an undo, a code that gets a new name, and one that is deleted."""
    draw, options = made(
        tmp_path, [Post(1, title="one"), Post(2, title="two")],
        "question_set,inner_category\nown,slow\nown,wrong\n",
    )  # fmt: skip
    journal = tmp_path / "mine" / "ratings" / "ann.jsonl"
    with served("label", "serve", draw, "--rater", "ann", *options) as ann:
        opened(browser, ann.address)
        at(browser, "/questions/1")
        browser.press("z")
        status(browser, "there is nothing to undo")
        cookie = f"stackstudy-{urlsplit(ann.home).port}={ann.address.split('=')[1]}"
        good = {"Cookie": cookie, "Content_Type": "application/json"}

        def post(path, **said):
            return request(ann, "POST", path, json.dumps(said), **good)

        _, page, _ = request(ann, path="/questions/1", Cookie=cookie)
        shown = page.split('data-shown="')[1].split('"')[0]
        browser.press("1")
        status(browser)
        code, said, _ = post("/questions/1", labels=["wrong"], shown=shown, tab="other")
        assert (code, said) == (400, "this question was changed on another page; reload this one")
        browser.press("2")
        status(browser)
        code, _, _ = post("/codebook", set="own", change="rename", code="slow", to='speed, "bad"')
        assert code == 200
        browser.press("n", *'a note, of "two"', "Enter", *"lines")
        status(browser)
        opened(browser, f"{ann.home}questions/1")
        assert set(pressed(browser)) == {'speed, "bad"', "wrong"}
        assert browser.run("document.getElementById('note').value") == 'a note, of "two"\nlines'
        code, said, _ = post("/codebook", set="own", change="rename", code="wrong", to="wrong")
        assert (code, said) == (400, "'wrong' has this name already")
        browser.run("note.value = '漢'.repeat(20000); note.dispatchEvent(new Event('input'))")
        status(browser)
        assert len(json.loads(journal.read_text("utf-8").splitlines()[-1])["note"]) == 20_000
        codes = tmp_path / "mine" / "taxonomy.csv"
        codes.write_text(codes.read_text("utf-8").replace("own,wrong,\n", ""), "utf-8")
        opened(browser, f"{ann.home}questions/1")
        assert "No code any more: wrong." in text_of(browser)
        assert "0 of 2" in text_of(browser)


def test_a_port_that_is_taken_is_said(tmp_path):
    draw, options = made(tmp_path, [Post(1, title="one")])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = ["label", "serve", draw, "--rater", "ann", "--port", port, *options]
        ended = subprocess.run(
            [sys.executable, "-m", "stackstudy", *map(str, command)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        f"Error: --port {port}: cannot be had (Address already in use); name another, or leave it"
        " out"
    )


@pytest.fixture
def hostile(tmp_path):
    posts = [
        Post(1, HOSTILE, title="<script>window.bad = 1</script>", tags=("<b>", "python")),
        Post(2, HOSTILE, parent_post_id=1),
    ]
    comment = "[x](javascript:window.bad=1) <img src=x onerror=window.bad=1> `<b>` [y](http://a.b/)"
    draw, options = made(
        tmp_path, posts,
        'question_set,inner_category,description\nown,<script>window.bad=1</script>,"""><b>"\n',
        comments=[(1, comment)], links=[(1, 1, 3)],
    )  # fmt: skip
    with served("label", "serve", draw, "--rater", "ann", *options) as one:
        yield one


@pytest.mark.parametrize("images", ["", "?images=1"])
def test_a_hostile_dump_executes_and_loads_nothing(browser, hostile, images):
    opened(browser, hostile.address)
    opened(browser, f"{hostile.home}questions/1{images}")
    assert "Seen." in text_of(browser)
    browser.run("document.querySelectorAll('.post a, .comments a').forEach(one => one.target = '')")
    browser.run("document.querySelectorAll('.post a:not([href])').forEach(one => one.click())")
    browser.run(
        "document.querySelectorAll('.post *').forEach(one => { if (!one.href) one.click() })"
    )
    assert browser.run("window.bad ?? 0") == 0
    hosts = {urlsplit(one).netloc for one in browser.requests()}
    own = urlsplit(hostile.home).netloc
    assert hosts - {own} <= ({"evil.example", SITE} if images else set())
    kinds = "script, style, svg, iframe, object, form, base, meta, link, button, textarea, [style]"
    assert browser.run("document.querySelectorAll('article').length") == 1
    assert browser.run(f"[...document.querySelectorAll('article :is({kinds})')].length") == 0
    attributes = "[...document.querySelectorAll('article *')].flatMap(x => [...x.attributes])"
    assert set(browser.run(f"{attributes}.map(x => x.name)")) <= {
        *("class", "href", "target", "rel", "title"), *(("src", "alt") if images else ()),
    }  # fmt: skip
    links = browser.run("[...document.querySelectorAll('article a')].map(x => x.protocol)")
    assert set(links) <= {"https:", "http:", ":"}
    assert browser.run("getComputedStyle(document.body).display") != "none"


def request(one, method="GET", path="/questions/1", body=None, **headers):
    target = urlsplit(one.home)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=10)
    connection.request(
        method, path, body, {name.replace("_", "-"): text for name, text in headers.items()}
    )
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.getheaders())


def test_only_the_browser_with_the_token_gets_an_answer(hostile):
    token = hostile.address.split("=")[1]
    port = urlsplit(hostile.home).port
    cookie = f"stackstudy-{port}={token}"
    good = {"Cookie": cookie, "Content_Type": "application/json"}
    body = json.dumps({"labels": ["unclear"]})
    for path in ("/", "/questions/1", "/codebook", "/static/page.js", "/?token=x"):
        assert request(hostile, path=path)[0] == 403
    assert request(hostile, path="/", Cookie=f"stackstudy-{port}=x")[0] == 403
    assert request(hostile, Cookie=cookie, Host="evil.example")[0] == 403
    assert request(hostile, Cookie=cookie, Host=f"evil.example:{port}")[0] == 403
    code, _, headers = request(hostile, path=f"/?token={token}")
    assert code == 303
    assert "SameSite=strict" in headers["set-cookie"]
    assert "HttpOnly" in headers["set-cookie"]
    code, _, headers = request(hostile, Cookie=cookie)
    assert code == 200
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert "img-src" not in headers["content-security-policy"]
    assert request(hostile, "POST", body=body, Origin="http://evil.example", **good)[0] == 403
    assert request(hostile, "POST", body=body, Cookie=cookie, Content_Type="text/plain")[0] == 400
    for wrong in ("[]", "x", '{"labels": "a"}', '{"labels": ["no such"]}', '{"labels": [1]}',
                  '{"labels": ["unclear", "pending"]}'):  # fmt: skip
        assert request(hostile, "POST", body=wrong, **good)[0] == 400, wrong
    assert request(hostile, "POST", path="/questions/2", body=body, **good)[0] == 400
    assert request(hostile, path="/static/..%2fpage.py", Cookie=cookie)[0] in {400, 404}
    assert request(hostile, "POST", body=body, **good)[0] == 200


def test_the_disk_that_is_full_is_said(hostile, tmp_path):
    """Nothing counts as saved that is not on disk."""
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("needs /dev/full")
    token = hostile.address.split("=")[1]
    good = {"Cookie": f"stackstudy-{urlsplit(hostile.home).port}={token}",
            "Content_Type": "application/json"}  # fmt: skip
    journal = tmp_path / "mine" / "ratings" / "ann.jsonl"
    journal.unlink(missing_ok=True)
    journal.symlink_to("/dev/full")
    code, said, _ = request(hostile, "POST", body=json.dumps({"labels": ["unclear"]}), **good)
    assert code == 500
    assert "No space left on device" in said
