"""`--on-error quarantine`: the bad go aside with their bytes, line and reason; the rest loads."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import stores
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import SITE, posts, xml

import loader
from loader.dump import files
from loader.errors import NotADumpError, RowError, TruncatedError
from loader.parse import chunks, reference_parser
from stackstudy import main

ROW = '<row Id="{0}" Body="&lt;p&gt;{0}&lt;/p&gt;" />'


def quarantine(tmp_path: Path, content: str | bytes, name: str = "Posts.xml"):
    path = stores.write(tmp_path / "dump" / name, content)
    table = name.removesuffix(".xml").lower()
    manifests = loader.load([path], tmp_path / "data", site=SITE, on_error="quarantine")
    return next(one for one in manifests if one.table == table)


def rejects(data: Path, table: str = "posts") -> list[dict[str, object]]:
    folder = data / table / f"site={SITE}" / "_rejected"
    return [row for path in sorted(folder.glob("*")) for row in pq.read_table(path).to_pylist()]


# What stands in the place of row 5, and what of it is set aside: bytes and a part of the reason.
BAD = {
    "a value": ('<row Id="5" Score="x" />', "Score is 'x', not a whole number of 64 bits"),
    "no Id": ('<row Body="5" />', "has no Id"),
    "no attribute": ("<row />", "has no Id"),
    "an Id that is none": ('<row Id="five" />', "Id is 'five'"),
    "an Id in hexadecimal": ('<row Id="0x5" />', "Id is '0x5'"),
    "a day that never was": ('<row Id="5" CreationDate="2010-02-30T00:00:00.000" />', "2010-02-30"),
    "no opening quote": ('<row Id=5" Body="5" />', "not well-formed XML"),
    "no closing quote": ('<row Id="5 Body="5" />', "not well-formed XML"),
    "no last quote": ('<row Id="5" Body="5 />', "not well-formed XML"),
    "an attribute twice": ('<row Id="5" A="1" A="2" />', "redefined"),
    "an unknown entity": ('<row Id="5" Body="&bad;" />', "'bad' not defined"),
    "what XML forbids": ('<row Id="5" Score="&#2;" Body="&#xFFFE;\ufffd" />', "Score is"),
    "that, and a raw <": ('<row Id="5" Body="&#1;<&#xFFFE;" />', "Unescaped '<'"),
    "a control byte": ('<row Id="5" Body="\x01&#1;" />', "holds the byte 0x01, which XML forbids"),
    "a NUL in a name": ('<row Id="5" Own\0rUserId="5" />', "holds the byte 0x00"),
    "a noncharacter": ('<row Id="5" Body="\uffff" />', "holds the byte 0xEF"),
    "a raw ampersand": ('<row Id="5" Body="a & b" />', "not well-formed XML"),
    "a raw <": ('<row Id="5" Body="a < b" />', "Unescaped '<'"),
    "raw markup": ('<row Id="5" Body="<p>5</p><!-- x --><br/>" />', "Unescaped '<'"),
    "half a row": ('<row Id="5" Bo', "not well-formed XML"),
    "another element": ('<rxw Id="5" />', "does not begin with <row"),
    "another case": ('<ROW Id="5" />', "does not begin with <row"),
    "text": ("hello", "does not begin with <row"),
    "an element inside": ('<row Id="5"><p/></row>', "holds an element <p>"),
    "text inside": ('<row Id="5">x</row>', "holds the text 'x'"),
    "no end": ('<row Id="5" >', "not well-formed XML"),
    "an end tag too many": ('<row Id="5" /></row>', None),
    "a CDATA section": ("<![CDATA[ ]] > ]", "does not begin with <row"),
}


@pytest.mark.parametrize("at", [1, 5, 9])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_skipped_exactly_to_the_next(tmp_path, name, at):
    bad, reason = BAD[name]
    content = posts(9)
    assert ROW.format(at) in content
    one = quarantine(tmp_path, content.replace(ROW.format(at), bad))
    loaded = [row["Id"] for row in stores.rows(tmp_path / "data", "posts")]
    expected = [i for i in range(1, 10) if i != at]
    if reason is None:  # a whole row, and behind it what is none
        expected.insert(at - 1, 5)
        bad, reason = "</row>", "does not begin with <row"
    assert loaded == expected
    (reject,) = rejects(tmp_path / "data")
    assert (reject["line"], reject["xml"]) == (at + 2, bad.encode())
    assert reason in reject["reason"]
    assert (one.n_rows, one.n_rejected_rows) == (len(expected), 1)


def test_bytes_that_are_no_text_are_kept_as_they_are(tmp_path):
    content = posts(9).encode().replace(b"&lt;p&gt;5", b"\xff\xc3(")
    quarantine(tmp_path, content)
    (reject,) = rejects(tmp_path / "data")
    assert reject["xml"] == b'<row Id="5" Body="\xff\xc3(&lt;/p&gt;" />'
    assert "Invalid bytes in character encoding" in reject["reason"]
    assert len(stores.rows(tmp_path / "data", "posts")) == 8


def test_what_was_replaced_in_rows_set_aside_is_not_counted_as_the_table_s(tmp_path):
    rows = ['Id="1" Body="&#1;"', 'Id="2" Score="x" Body="&#1;&#2;"', 'Id="3" Body="&#3; & &#4;"']
    one = quarantine(tmp_path, xml("posts", *rows, 'Id="4" Body="&#xB;&#5;"'))
    assert one.n_replaced_characters == 3
    aside = [row["xml"] for row in rejects(tmp_path / "data")]
    assert aside == [f"<row {row} />".encode() for row in rows[1:]]


def test_the_first_bad_row_ends_the_load_whatever_is_wrong_with_it(tmp_path):
    rows = ['Id="1"', 'Id="2" Score="x"', 'Id="3" Body="a & b"', 'Id="four"']
    path = stores.write(tmp_path / "Posts.xml", xml("posts", *rows))
    with pytest.raises(RowError, match="line 4: row Id 2: Score is 'x'"):
        loader.load([path], tmp_path / "data", site=SITE)


def test_comments_that_quote_rows_are_no_rows(tmp_path):
    lines = posts(9).split("\r\n")
    lines[4] = f"<!-- {ROW.format(70)} --> <row Id=3 /> <!-- {ROW.format(71)} -->"
    lines[6] = f"{lines[6]}<!-- {ROW.format(72)} -->"
    quarantine(tmp_path, "\r\n".join(lines))
    loaded = [row["Id"] for row in stores.rows(tmp_path / "data", "posts")]
    assert loaded == [1, 2, 4, 5, 6, 7, 8, 9]


def test_stop_is_the_default(tmp_path):
    path = stores.write(tmp_path / "Posts.xml", posts(9).replace('Id="5"', 'Id="five"'))
    with pytest.raises(RowError):
        loader.load([path], tmp_path / "data", site=SITE)


@pytest.mark.parametrize("end", ["</posts>", "osts>", '9&lt;/p&gt;" />\r\n</posts>'])
def test_a_file_that_is_cut_off_is_an_error_in_any_case(tmp_path, end):
    content = posts(9).replace('Id="5"', 'Id="five')
    with pytest.raises(TruncatedError, match="cut off"):
        quarantine(tmp_path, content[: content.rindex(end)])
    assert stores.snapshot(tmp_path / "data") == {}


def test_cut_off_anywhere_is_an_error_in_any_case(tmp_path):
    content = posts(4).replace('Id="2"', 'Id="2').encode()
    for end in range(len(content)):
        with pytest.raises((TruncatedError, NotADumpError)):
            quarantine(tmp_path, content[:end])


@pytest.mark.parametrize("after", [ROW.format(1), "zzz", "<posts></posts>", "\0\0"])
@pytest.mark.parametrize("bad", ['Id="5"', 'Id="5', 'Id="five"'])
def test_what_follows_the_table_is_an_error_in_any_case(tmp_path, after, bad):
    with pytest.raises(RowError, match="something follows </posts>"):
        quarantine(tmp_path, posts(9).replace('Id="5"', bad) + after)


def test_no_next_row_far_and_wide(tmp_path, monkeypatch):
    monkeypatch.setattr(reference_parser, "MAX_ROW_BYTES", 1 << 20)
    monkeypatch.setattr(chunks, "LONGEST_ROW_BYTES", 1 << 20)
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 1 << 10)
    content = posts(9).replace('Id="5"', 'Id="5' + " " * (2 << 20))
    with pytest.raises(RowError, match=r"line 7, at row .*: no row for . MiB"):
        quarantine(tmp_path, content)
    with pytest.raises(RowError, match=r"line 7, at row .*: no row for . MiB"):
        quarantine(tmp_path, content.replace('Id="5', "Id=5"))
    with pytest.raises(RowError, match=r"line 7, at row .*: no row for . MiB"):
        loader.load([tmp_path / "dump" / "Posts.xml"], tmp_path / "data", site=SITE)


def test_a_bad_row_of_fifty_megabytes(tmp_path):
    content = posts(3).replace("2&lt;", "<" + "x" * 50_000_000 + "&lt;")
    one = quarantine(tmp_path, content)
    assert (one.n_rows, one.n_rejected_rows) == (2, 1)
    assert len(rejects(tmp_path / "data")[0]["xml"]) > 50_000_000


def test_nothing_is_written_where_nothing_is_rejected(tmp_path):
    one = quarantine(tmp_path, posts(3))
    assert one.n_rejected_rows == 0
    assert not list((tmp_path / "data").rglob("_rejected"))


def test_all_rows_bad(tmp_path):
    one = quarantine(tmp_path, xml("posts", *['Id="x"'] * 30_000))
    assert (one.n_rows, one.n_rejected_rows) == (0, 30_000)
    assert [row["line"] for row in rejects(tmp_path / "data")] == list(range(3, 30_003))


def test_readers_of_the_table_do_not_meet_the_rejects(tmp_path):
    quarantine(tmp_path, posts(9).replace('Id="5"', 'Id="five"'))
    data = tmp_path / "data"
    assert duckdb.sql(f"select count(*) from '{data}/posts/site=*/*.parquet'").fetchall() == [(8,)]
    found = duckdb.sql(
        f"select site, line, row_id from read_parquet('{data}/posts/site=*/_rejected/*')"
    )
    assert found.fetchall() == [(SITE, 7, "five")]


def test_what_was_set_aside_stays_set_aside_until_the_source_changes(tmp_path):
    quarantine(tmp_path, posts(9).replace('Id="5"', 'Id="five"'))
    before = stores.snapshot(tmp_path / "data")
    path = tmp_path / "dump" / "Posts.xml"
    loader.load([path], tmp_path / "data", site=SITE)
    assert stores.snapshot(tmp_path / "data") == before
    with pytest.raises(RowError):
        loader.load([path], tmp_path / "data", site=SITE, force=True)
    assert stores.snapshot(tmp_path / "data") == before
    one = quarantine(tmp_path, posts(9))
    assert (one.n_rows, one.n_rejected_rows) == (9, 0)
    assert not list((tmp_path / "data").rglob("_rejected"))


def test_a_document_type_is_refused_in_any_case(tmp_path):
    content = '<!DOCTYPE posts [<!ENTITY a "b">]><posts><row Id="1" Body="&a;" /></posts>'
    with pytest.raises(NotADumpError, match="document type"):
        quarantine(tmp_path, content)
    content = posts(5).replace(ROW.format(3), '<!DOCTYPE posts [<!ENTITY a "b">]>')
    assert quarantine(tmp_path, content).n_rows == 4


def test_the_command(tmp_path):
    path = stores.write(tmp_path / "Posts.xml", posts(9).replace('Id="5"', 'Id="five"'))
    arguments = ["load", str(path), "--site", SITE, "--data", str(tmp_path / "data")]
    stopped = CliRunner().invoke(main, arguments)
    assert stopped.exit_code == 1
    assert "line 7: row Id five" in stopped.output
    done = CliRunner().invoke(main, [*arguments, "--on-error", "quarantine"])
    assert done.exit_code == 0
    assert [line.split() for line in done.output.splitlines() if line.startswith("posts ")] == [
        ["posts", "8", "1", "0", "0", "0"]
    ]


# What is no row at all runs on to the next one, two of them are one: the cases above have these.
DAMAGE = st.sampled_from(
    [None, None, None, *(bad for bad, reason in BAD.values() if reason and bad.startswith("<row"))]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(DAMAGE, max_size=30),
    st.sampled_from(["\n", "\r\n", "\n\n  ", ""]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.tuples(st.sampled_from([1, 2, 7, 50, 400, 1 << 17]), st.sampled_from([1, 50, 500, 4 << 20])),
)
def test_any_damage_in_any_batch(damage, between, encoding, sizes):
    """Every row that is bad goes aside at its line, every other loads, wherever pieces are cut."""
    lines = [f"<posts>{between}"]
    expected, set_aside = [], []
    for number, bad in enumerate(damage, 1):
        if bad is None:
            expected.append(number)
        else:
            set_aside.append((1 + "".join(lines).count("\n"), bad.encode()))
        lines.append((bad or ROW.format(number)) + between)
    content = "".join(lines) + "</posts>"
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PIECE_BYTES", sizes[0])
        patch.setattr(chunks, "CHUNK_BYTES", sizes[1])
        one = quarantine(Path(folder), content.encode(encoding))
        loaded = stores.rows(Path(folder) / "data", "posts")
        aside = rejects(Path(folder) / "data")
    assert loaded == [{"Id": n, "Body": f"<p>{n}</p>"} for n in expected]
    assert [(row["line"], row["xml"]) for row in aside] == set_aside
    assert (one.n_rows, one.n_rejected_rows) == (len(expected), len(set_aside))
    assert one.n_replaced_characters == 0
