"""Rows that are only quoted, in comments and the like: none is loaded, none is in the way."""

from __future__ import annotations

import tempfile
from pathlib import Path

import expat_reader
import pyarrow.parquet as pq
import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import SITE

import loader
from loader.dump import files
from loader.errors import RowError
from loader.parse import chunks

BAD = [
    '<row Id="2"><b/></row>',
    '<row Id="2" Body="a/>',
    '<row Id="2" Body="a &amp b" />x',
    '<row Id="2" Body="a">',
    "junk",
    '<row Id="2" Body="a & b"/>',
    '<row Id="2" Body="a & b"></row>',
    "<rxw/>",
]
QUOTES = [
    '<!-- withdrawn:\n<row Id="900"/>\n<row Id="901"/>\n-->',
    '<!-- <row Id="900" --><!-- /> <row Id="901"/> -->',
    '<?old <row Id="900"/>\n<row Id="901"/> ?>',
    '<!-- </posts> <row Id="900"/> -->',
    '<![CDATA[ <row Id="900"/> ]]>',
]


def load(folder: Path, content: str, on_error: str = "quarantine"):
    path = stores.write(folder / "dump" / "Posts.xml", content)
    return loader.load([path], folder / "data", site=SITE, on_error=on_error)[0]


def ids(folder: Path) -> list[object]:
    return [row["Id"] for row in stores.rows(folder / "data", "posts")]


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("quote", QUOTES)
@pytest.mark.parametrize("bad", BAD)
def test_what_is_quoted_behind_a_bad_row_is_not_loaded(tmp_path, bad, quote, end):
    load(tmp_path, end.join(["<posts>", '<row Id="1"/>', bad, quote, '<row Id="3"/>', "</posts>"]))
    assert ids(tmp_path) == [1, 3]
    folder = tmp_path / "data" / "posts" / f"site={SITE}" / "_rejected"
    aside = b"".join(row["xml"] for row in pq.read_table(folder / "part-00000.pq").to_pylist())
    assert bad.encode() in aside


@pytest.mark.parametrize("mark", ["<!--", "<?", "<![CDATA[", "-->", "<!-- a --"])
def test_marks_in_a_bad_value_cost_no_other_row(tmp_path, mark):
    rows = [f'<row Id="{i}" Body="a --&gt; b" />' for i in range(1, 10)]
    rows[3] = f'<row Id="4" Body="<b> {mark} b" />'
    manifest = load(tmp_path, "\n".join(["<posts>", *rows, "</posts>"]))
    assert ids(tmp_path) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert manifest.n_rejected_rows == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from([None, None, *BAD]), max_size=12),
    st.sampled_from(QUOTES[:3]),
    st.tuples(st.sampled_from([1, 7, 50, 400, 1 << 17]), st.sampled_from([1, 50, 500, 4 << 20])),
)
def test_wherever_pieces_are_cut(damage, quote, sizes):
    rows = [bad or f'<row Id="{i}" />' for i, bad in enumerate(damage, 10)]
    content = "\n".join(["<posts>", *(f"{row}\n{quote}" for row in rows), "</posts>"])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PIECE_BYTES", sizes[0])
        patch.setattr(chunks, "CHUNK_BYTES", sizes[1])
        load(Path(folder), content)
        assert ids(Path(folder)) == [i for i, bad in enumerate(damage, 10) if bad is None]


@pytest.mark.parametrize("on_error", ["stop", "quarantine"])
@pytest.mark.parametrize("before", ["", '<row Id="1" />'])
@pytest.mark.parametrize("marks", [("<!--", "-->"), ("<?old", "?>")])
def test_a_long_comment_may_quote_any_number_of_rows(tmp_path, before, marks, on_error):
    quoted = f'<row Id="7" Body="{"x" * 90}" />\n' * 85_000
    content = f'<posts>\n{before}{marks[0]} {quoted} {marks[1]}\n<row Id="2" /></posts>'
    load(tmp_path, content, on_error)
    expected = expat_reader.rows(content.encode())
    assert stores.rows(tmp_path / "data", "posts") == expected


def test_a_missing_quote_before_a_long_comment_is_still_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 5_000)
    rows = "".join(f'<row Id="{i}" Body="x" />\n' for i in range(1_000))
    with pytest.raises(RowError, match="line 2, byte 31: row Id 1: .*a quote is missing"):
        load(tmp_path, f'<posts>\n<row Id="1" Body="x />\n<!-- {rows} -->\n{rows}</posts>', "stop")


def test_comments_that_never_end_are_looked_through_once(tmp_path):
    """Once for each of them would take an hour here."""
    rows = "".join(f'<row Id="{i}" Body="a"/><!-- a\n' for i in range(30_000))
    load(tmp_path, f"<posts>\n{rows}</posts>")
    assert len(ids(tmp_path)) == 30_000
