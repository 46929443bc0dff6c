"""Parsed apart and at once: the same tables as by the reference in one go, cut anywhere."""

from __future__ import annotations

import random
import re
import threading
import time
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import SITE, posts, xml

import loader
from loader.errors import LoaderError, RowError, TruncatedError
from loader.parse import chunks, fast_parser, splits, workers
from loader.parse.casts import typed_fast
from loader.parse.reference_parser import _rows
from loader.parts import MOST_PARTS
from loader.schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

CORES = 3


@pytest.fixture
def small(monkeypatch):
    """Spans and chunks of some hundred bytes, on three cores."""
    monkeypatch.setattr(splits, "LEAST_BYTES", 2_000)
    monkeypatch.setattr(splits, "SPLIT_BYTES", 10_000)
    monkeypatch.setattr(splits, "n_cores", lambda: CORES)
    monkeypatch.setattr(workers, "n_cores", lambda: CORES)
    monkeypatch.setattr(workers, "PART_BYTES", 10_000)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 700)


@pytest.fixture
def in_one_go(monkeypatch):
    """Return a function that loads by the reference parser, whole."""

    def load(path: Path, data: Path, **options: object):
        with monkeypatch.context() as patch:
            patch.setattr(fast_parser.FastParser, "parse", lambda *_: None)
            patch.setattr(splits, "LEAST_BYTES", 1 << 30)
            patch.setattr(chunks, "CHUNK_BYTES", 1 << 30)
            return loader.load([path], data, site=SITE, **options)

    return load


def table(data: Path, name: str = "posts") -> pa.Table:
    folder = data / name / f"site={SITE}"
    found = [pq.read_table(path, partitioning=None) for path in sorted(folder.glob("*.parquet"))]
    return pa.concat_tables(found)


def facts(data: Path, name: str = "posts") -> dict[str, object]:
    found = stores.manifest(data, name)
    for key in ("started_at", "finished_at", "n_files", "n_bytes", "parts"):
        found.pop(key)
    return found


def written(n: int) -> str:
    """Posts with whatever sends a row here or there, in spans and chunks alike."""
    rng = random.Random(n)
    rows = []
    for i in range(n):
        body = rng.choice(["x", "&lt;p&gt;&#xA;&amp;&quot;", "é한\U0001f600", "", " a "])
        date = f"2014-01-0{i % 9 + 1}T00:00:00.120"
        odd = ['Score="-3"', 'Title="&#x1F;"', 'Zeta="1"', "Tags='&lt;a&gt;'"]
        more = rng.choice([*odd, "", "", ""])
        row = f'Id="{i}" Body="{body * rng.randrange(9)}" CreationDate="{date}" {more}'
        rows.append(row.strip())
    return xml("posts", *rows)


def test_spans_and_chunks_make_the_same_table(tmp_path, small, in_one_go):
    path = stores.write(tmp_path / "Posts.xml", written(600))
    in_one_go(path, tmp_path / "right")
    loader.load([path], tmp_path / "data", site=SITE)
    assert table(tmp_path / "data").equals(table(tmp_path / "right"))
    assert facts(tmp_path / "data") == facts(tmp_path / "right")
    assert 3 <= stores.manifest(tmp_path / "data", "posts")["n_files"] <= MOST_PARTS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_too(tmp_path, small, in_one_go, encoding):
    path = stores.write(tmp_path / "Posts.xml", written(300).encode(encoding))
    in_one_go(path, tmp_path / "right")
    loader.load([path], tmp_path / "data", site=SITE)
    assert table(tmp_path / "data").equals(table(tmp_path / "right"))
    assert facts(tmp_path / "data") == facts(tmp_path / "right")


def test_the_rows_are_in_the_order_of_the_file(tmp_path, small):
    path = stores.write(tmp_path / "Posts.xml", posts(900))
    loader.load([path], tmp_path / "data", site=SITE)
    assert table(tmp_path / "data").column("Id").to_pylist() == list(range(1, 901))


DAMAGES = {
    "value": (r'Id="(\d+)"', 'Id="x"'),
    "open quote": (r'Id="(\d+)"', 'Id="7'),
    "entity": (r'Body="', 'Body="&bad;'),
    "element": (r"<row", "<item/><row"),
    "text": (r"<row", "hello <row"),
    "a comment with rows": (r"<row", '<!-- <row Id="1" /> <row Id="2" /> --><row'),
    "end": (r"<row", "</posts><row"),
    "document type": (r"<row", "<!DOCTYPE x><row"),
    "prefix": (r'Id="', 'x:Id="'),
    "twice": (r"<row", '<row Id="1"'),
    "no blank": (r'Id="(\d+)" ', 'Id="7"'),
    "plus": (r'Id="', 'Id="+'),
    "blank": (r'Id="', 'Id=" '),
    "minus": (r'Id="(\d+)"', 'Id="-"'),
    "single quotes": (r'Id="(\d+)"', "Id='\\1'"),
    "quotes in quotes": (r'Id="(\d+)"', 'Id="\\1" Title=\'a"b"c\''),
    "raw >": (r'Body="', 'Body=">'),
    "raw <": (r'Body="', 'Body="<'),
    "control": (r'Body="', 'Body="\x01'),
    "reference": (r'Body="', 'Body="&#x1F;&#0;&#xFFFE;&#xD800;'),
    "non-character": (r'Body="', 'Body="\uffff'),
    "namespace": (r"<row", '<row xmlns="urn:x"'),
    "two lines": (r'Id="', '\r\nId="'),
    "raw line end": (r'Body="', 'Body="a\r\nb\tc'),
    "not UTF-8": (r'Body="', 'Body="\udcff'),
    "end tag": (r" />", "></row>"),
}


@pytest.mark.parametrize("on_error", ["stop", "quarantine"])
@pytest.mark.parametrize("name", DAMAGES)
def test_whatever_is_odd_ends_as_by_the_reference(tmp_path, small, in_one_go, name, on_error):
    """The same table, or the same line of error, wherever it stands: in any span, at any cut."""
    pattern, new = DAMAGES[name]
    text = posts(300)
    places = list(re.finditer(pattern, text))
    for number in (0, 1, 97, 150, 151, 152, 200, len(places) - 1):
        found = places[number]
        odd = text[: found.start()] + found.expand(new) + text[found.end() :]
        path = stores.write(tmp_path / "Posts.xml", odd.encode("utf-8", "surrogateescape"))
        ends = []
        for how, load in (("right", in_one_go), ("data", loader_load)):
            data = tmp_path / f"{how}-{number}"
            try:
                load(path, data, on_error=on_error)
            except LoaderError as error:
                ends.append((type(error), str(error)))
            else:
                ends.append((table(data), rejected(data), facts(data)))
        assert ends[0] == ends[1], (name, number)


def rejected(data: Path) -> list[dict[str, object]]:
    files = sorted(data.glob("posts/site=*/_rejected/*.pq"))
    return [row for one in files for row in pq.read_table(one, partitioning=None).to_pylist()]


def loader_load(path: Path, data: Path, **options: object):
    return loader.load([path], data, site=SITE, **options)


def test_cut_off_in_any_span(tmp_path, small, in_one_go):
    whole = posts(300).encode()
    for end in range(100, len(whole), 997):
        path = stores.write(tmp_path / "Posts.xml", whole[:end])
        lines = []
        for load in (in_one_go, loader_load):
            with pytest.raises(TruncatedError) as caught:
                load(path, tmp_path / "data")
            lines.append(str(caught.value))
        assert lines[0] == lines[1]


NAMES = st.sampled_from(
    [*TABLES["votes"].attributes, *TABLES["comments"].attributes, "Zz", "x:Id", "id"]
)
VALUES = st.text(
    st.sampled_from(list("09-+ .TZ:xe_\t\n\"'<>&;#é\u0001\ufffe\U0001f600")), max_size=6
)
QUOTES = st.sampled_from(['"', "'"])
BLANKS = st.sampled_from([" ", " ", " ", "  ", "\n", "\t", ""])
SNIPPETS = st.one_of(
    st.tuples(BLANKS, NAMES, st.sampled_from(["=", "=", "=", " ="]), QUOTES, VALUES).map(
        lambda one: f"{one[0]}{one[1]}{one[2]}{one[3]}{one[4]}{one[3]}"
    ),
    st.tuples(st.sampled_from(["Id", "PostId", "VoteTypeId", "Text"]), st.integers(-9, 99)).map(
        lambda one: f' {one[0]}="{one[1]}"'
    ),
)
ROWS = st.tuples(
    st.sampled_from(["<row", "<row", "<row", "<row", "<rows", "<x:row", "<item"]),
    st.lists(SNIPPETS, max_size=4),
    st.sampled_from([" />", "/>", " />", "></row>", ">", "/ >"]),
    st.sampled_from(["\n  ", "\r\n", "", "x", "<!-- -->", "\u00a0", "-->", "\ufeff"]),
).map(lambda one: one[0] + "".join(one[1]) + one[2] + one[3])


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ROWS, min_size=1, max_size=4).map("".join), st.sampled_from(["votes", "comments"]))
def test_what_the_quick_parser_takes_lxml_reads_the_same(text, name):
    """Any rows, right and wrong: the quick parser refuses them, or agrees with the reference."""
    parser = fast_parser.FastParser(TABLES[name])
    framed = bytearray(parser.before + text.encode("utf-8", "surrogatepass"))
    before = bytes(framed)
    quick = parser.parse(framed)
    assert framed == before
    if quick is None or typed_fast(quick, TABLES[name]) is None:
        return
    reference = _rows(text.encode())
    assert [{k: v for k, v in row.items() if v is not None} for row in quick.to_pylist()] == [
        dict(row) for row in reference
    ]


def test_what_is_read_ahead_is_let_go_before_it_is_read_again(tmp_path, monkeypatch):
    """Behind a doubted chunk the reference reads those that other threads still have in hand."""
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 1000)
    right, came = fast_parser.FastParser.parse, threading.Event()

    def slow(parser, framed):
        if threading.current_thread() is threading.main_thread():
            if b"<!--" not in framed:
                came.set()
        elif b"<!--" not in framed:
            framed += b"<"  # as the quick parser does, for as long as it reads
            came.wait(2)
            time.sleep(0.1)
            del framed[-1:]
        return right(parser, framed)

    monkeypatch.setattr(fast_parser.FastParser, "parse", slow)
    text = posts(400).replace('<row Id="5"', '<!-- odd --><row Id="5"')
    assert "odd" in text
    path = stores.write(tmp_path / "Posts.xml", text.encode())
    loader.load([path], tmp_path / "data", site=SITE)
    assert table(tmp_path / "data").column("Id").to_pylist() == list(range(1, 401))


def test_the_quick_parser_takes_what_the_official_writer_writes():
    """Were it to refuse, all would still be right, and slow."""
    text = "".join(f"  {line}\r\n" for line in re.findall("<row.*?/>", posts(50)))
    if fast_parser.XmlToArrowParser is not None:
        parser = fast_parser.FastParser(TABLES["posts"])
        assert parser.parse(bytearray(parser.before + text.strip().encode())).num_rows == 50


def test_a_dump_is_read_without_the_quick_parser(tmp_path, small, monkeypatch):
    monkeypatch.setattr(fast_parser, "XmlToArrowParser", None)
    path = stores.write(tmp_path / "Posts.xml", posts(300))
    loader.load([path], tmp_path / "data", site=SITE)
    assert table(tmp_path / "data").column("Id").to_pylist() == list(range(1, 301))


def test_a_file_is_cut_as_often_as_there_are_cores_but_never_into_more_than_64():
    for n_bytes in (1, 40 << 20, 1 << 30, 105 << 30, 1 << 42):
        for n_workers in (1, 2, 3, 8, 12, 63, 64, 100):
            n = splits.n_splits(n_bytes, n_workers)
            assert 1 <= n < MOST_PARTS
            if n_bytes >= 1 << 40 and n_workers < MOST_PARTS:
                assert n > MOST_PARTS // 2
    assert splits.n_splits(1 << 30, 2) == 2
    assert splits.n_splits(105 << 30, 4) % 4 == 0


def test_the_first_of_several_errors_is_told(tmp_path, small):
    path = stores.write(tmp_path / "Posts.xml", re.sub(r'Id="(\d\d0)"', r'Id="x\1"', posts(990)))
    with pytest.raises(RowError, match=r"line 102: row Id x100: Id is 'x100'"):
        loader.load([path], tmp_path / "data", site=SITE)
    assert stores.snapshot(tmp_path / "data") == {}
