"""Rows that are odd but fine, and rows that are not: one line with file, line, row and value."""

from __future__ import annotations

import re
import urllib.request
from typing import TYPE_CHECKING

import pytest
import stores
from stores import SITE, posts, xml

import loader
from loader.errors import NotADumpError, RowError, TruncatedError
from loader.parse import chunk_parser, chunks, prolog, reference_parser, workers

if TYPE_CHECKING:
    from pathlib import Path


def load(tmp_path: Path, content: str | bytes, name: str = "Posts.xml"):
    path = stores.write(tmp_path / "dump" / name, content)
    return loader.load([path], tmp_path / "data", site=SITE)


def failure(tmp_path: Path, content: str | bytes, kind: type[Exception] = RowError) -> str:
    """The one line with which a load ends; nothing may be left in the store."""
    with pytest.raises(kind) as caught:
        load(tmp_path, content)
    assert stores.snapshot(tmp_path / "data") == {}
    line = stores.line_of(caught.value)
    assert line.startswith(str(tmp_path / "dump" / "Posts.xml") + ": ")
    assert "; " in line, "no cure"
    return line


BODY_2 = 'Body="&lt;p&gt;2&lt;/p&gt;" />'
FINE = {
    "closed by an end tag": (BODY_2, 'Body="&lt;p&gt;2&lt;/p&gt;"></row>'),
    "white space inside": (BODY_2, 'Body="&lt;p&gt;2&lt;/p&gt;">\n\t</row>'),
    "a comment that quotes a row": ('  <row Id="2"', '<!-- <row Id="9" /> --><row Id="2"'),
    "a processing instruction": ('  <row Id="2"', '<?php 1 ?><row Id="2"'),
    "single quotes": ('Id="2"', "Id='2'"),
    "over several lines": ('<row Id="2" ', '<row\r\n\r\nId = "2"\r\n  '),
    "other order": ('<row Id="2" ' + BODY_2, '<row Body="&lt;p&gt;2&lt;/p&gt;" Id="2" />'),
    "raw > in a value": ("2&lt;/p&gt;", "2&lt;/p>"),
    "no space before the end": (BODY_2, BODY_2.replace(" />", "/>")),
    "upper-case root": ("posts>", "Posts>"),
    "trailing white space": ("</posts>", "</posts>\r\n\r\n"),
    "trailing comment": ("</posts>", "</posts><!-- bye -->"),
}


@pytest.mark.parametrize("name", FINE)
def test_odd_forms_give_the_same_rows(tmp_path, name):
    old, new = FINE[name]
    assert old in posts(3)
    load(tmp_path, posts(3).replace(old, new))
    assert stores.rows(tmp_path / "data", "posts") == [
        {"Id": i, "Body": f"<p>{i}</p>"} for i in (1, 2, 3)
    ]


def test_raw_line_ends_in_a_value_are_spaces_as_xml_says(tmp_path):
    load(tmp_path, xml("posts", 'Id="1" Body="a\r\nb\nc\td&#xA;e"'))
    assert stores.rows(tmp_path / "data", "posts") == [{"Id": 1, "Body": "a b c d\ne"}]


MALFORMED = {
    "text": (BODY_2, 'Body="x">hello</row>', r"line 4: row Id 2: holds the text 'hello'"),
    "no-break space": (BODY_2, 'Body="x">\u00a0</row>', r"line 4: row Id 2: holds the text"),
    "CDATA": (BODY_2, 'Body="x"><![CDATA[q]]></row>', r"line 4: row Id 2: holds the text 'q'"),
    "an element": (BODY_2, 'Body="x"><b/></row>', r"line 4: row Id 2: holds an element <b>"),
    "a row": (
        BODY_2,
        'Body="x"><row Id="7"/></row>',
        r"line 4, byte \d+: row Id 2: not well-formed",
    ),
    "no row": ('  <row Id="2"', '<item Id="2"', r"line 4, byte \d+: what begins with '<item Id="),
    "no row at all": ('  <row Id="1"', '<item Id="1"', r"line 3, .* with '<item Id=.*: no row"),
    "text between": (
        '  <row Id="2"',
        'foo <row Id="2"',
        r"line 4, byte \d+: .* 'foo': no row",
    ),
    "an attribute twice": (
        'Id="2"',
        'Id="2" Id="2"',
        r"line 4, byte \d+: row Id 2: .*Id redefined",
    ),
    "an unknown entity": (
        "2&lt;",
        "&nbsp;2&lt;",
        r"line 4, byte \d+: row Id 2: .*'nbsp' not defined",
    ),
    "a bare ampersand": ("2&lt;", "a & b&lt;", r"line 4, byte \d+: row Id 2: not well-formed"),
    "a raw <": ("2&lt;", "a < b&lt;", r"line 4, byte \d+: row Id 2: not well-formed"),
    "an open quote": (
        BODY_2,
        'Body="x />',
        r"line 4, .*row Id 2: not.*quote is missing",
    ),
    "no quotes": ('Id="2"', "Id=2", r"line 4, byte \d+: row without Id: not well-formed"),
    "something after the end": (
        "</posts>",
        "</posts>zzz",
        r"line 6: something follows </posts>",
    ),
    "a second table": (
        "</posts>",
        "</posts><posts/>",
        r"line 6: something follows </posts>",
    ),
    "a late document type": (
        '  <row Id="2"',
        '<!DOCTYPE a><row Id="2"',
        r"line 4, byte \d+: what begins with '<!DOCTYPE a>': no row",
    ),
    "no Id": ('Id="2" ', "", r"line 4: row without Id: has no Id"),
    "no attributes": ('Id="2" ' + BODY_2, " />", r"line 4: row without Id: has no Id"),
    "an empty Id": ('Id="2"', 'Id=""', r"line 4: row Id : has no Id"),
    "Id abc": (
        'Id="2"',
        'Id="abc"',
        r"line 4: row Id abc: Id is 'abc', not a whole number of 64 bits",
    ),
    "Id in hexadecimal": (
        'Id="2"',
        'Id="0x1F"',
        r"line 4: row Id 0x1F: Id is '0x1F', not a whole number",
    ),
    "Id with a space": ('Id="2"', 'Id="2 "', r"line 4: row Id 2 : Id is '2 ', not a whole number"),
    "Id too large": (
        'Id="2"',
        'Id="9223372036854775808"',
        r"line 4: row Id 9223372036854775808: Id is",
    ),
    "Score": (
        'Id="2"',
        'Id="2" Score="1.5"',
        r"line 4: row Id 2: Score is '1.5', not a whole number",
    ),
    "PostTypeId": (
        'Id="2"',
        'Id="2" PostTypeId="2147483648"',
        r"line 4: row Id 2: PostTypeId is '2147483648'",
    ),
    "a day that never was": (
        'Id="2"',
        'Id="2" CreationDate="2010-02-30T00:00:00.000"',
        r"line 4: row Id 2: CreationDate is '2010-02-30T00:00:00.000', not a date such as",
    ),
    "half a date": (
        'Id="2"',
        'Id="2" ClosedDate="2010-0"',
        r"line 4: row Id 2: ClosedDate is '2010-0', not a date",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_rows(tmp_path, name):
    old, new, message = MALFORMED[name]
    assert old in posts(3)
    assert re.search(message, failure(tmp_path, posts(3).replace(old, new)))


NO_DATES = [
    "0000-01-01T00:00:00",
    "0000-12-31T23:59:59.999",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-05:00",
]


@pytest.mark.parametrize("date", NO_DATES)
def test_a_date_that_no_calendar_has_is_a_bad_value(tmp_path, date):
    content = posts(3).replace(BODY_2, f'CreationDate="{date}" />')
    line = failure(tmp_path, content)
    assert f"line 4: row Id 2: CreationDate is '{date}', not a date such as " in line
    path = stores.write(tmp_path / "dump" / "Posts.xml", content)
    manifest = loader.load([path], tmp_path / "data", site=SITE, on_error="quarantine")[0]
    assert (manifest.n_rows, manifest.n_rejected_rows) == (2, 1)


def test_a_flag_that_is_none(tmp_path):
    content = xml("badges", 'Id="1" TagBased="True"', 'Id="2" TagBased="yes"')
    with pytest.raises(RowError, match="line 4: row Id 2: TagBased is 'yes', not True or False"):
        load(tmp_path, content, "Badges.xml")


def test_the_first_bad_row_of_several_is_named(tmp_path):
    content = (
        posts(9).replace('Id="7"', 'Id="7" Score="a"').replace('Id="4"', 'Id="4" ViewCount="b"')
    )
    assert "row Id 4: ViewCount is 'b'" in failure(tmp_path, content)


def test_a_long_value_is_cut_in_the_message(tmp_path):
    assert len(failure(tmp_path, posts(2).replace('Id="2"', f'Id="{"9" * 100_000}"'))) < 500 + len(
        str(tmp_path)
    )


@pytest.mark.parametrize("bad", [1, 2, 777, 1_499, 1_500])
@pytest.mark.parametrize("damage", ['Score="x"', 'Body="&bad;"', 'Id="2"'])
def test_line_and_row_are_right_in_whatever_batch(tmp_path, monkeypatch, bad, damage):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 20_000)
    # every third row takes two lines, and a comment quotes a row
    lines = ["<posts>", "<!-- <row Id='5' /> -->"]
    line = 0
    for i in range(1, 1_501):
        if i == bad:
            line = sum(one.count("\n") + 1 for one in lines) + 1
        more = damage if i == bad else ""
        end = "\n" if i % 3 == 0 else " "
        lines.append(f'<row Id="{i}" {more}{end}Title="{"t" * (i % 400)}" />')
    text = "\n".join([*lines, "</posts>"])
    said = failure(tmp_path, text)
    found = re.search(r"line ([\d,]+)(?:, byte ([\d,]+))?: row Id ([\d,]+)", said)
    assert (int(found[3]), int(found[1].replace(",", ""))) == (bad, line)
    if found[2]:
        begin = text.index(f'<row Id="{bad}"')
        assert begin < int(found[2].replace(",", "")) <= text.index("/>", begin)


NOT_A_DUMP = {
    "empty": ("", "is empty"),
    "white space": (" \r\n ", "is empty"),
    "a feed": ('<?xml version="1.0"?><rss version="2.0"><channel/></rss>', "root element is <rss>"),
    "a page": ("<!doctype html><html></html>", "is not XML"),
    "an error page": ("<html><body>503</body></html>", "root element is <html>"),
    "JSON": ('{"items": []}', "is JSON, and what is read"),
    "CSV": ("Id,Body\r\n1,x\r\n", "is a table as text (CSV or TSV)"),
    "a git-lfs pointer": (
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "git lfs pull",
    ),
    "gzip": (b"\x1f\x8b\x08\x00\x00", "gzip; unpack it"),
    "zip": (b"PK\x03\x04\x14\x00", "zip archive; unpack it"),
    "bzip2": (b"BZh91AY&SY", "bzip2; unpack it"),
    "xz": (b"\xfd7zXZ\x00", "xz; unpack it"),
    "endless comment": (
        "<!--" + "x" * 2_000_000 + "--><posts/>",
        "no root element in its first MiB",
    ),
    "another table": ('<postnotices><row Id="1" /></postnotices>', "root element is <postnotices>"),
}


@pytest.mark.parametrize("name", NOT_A_DUMP)
def test_what_is_not_a_table_of_a_dump(tmp_path, name):
    content, message = NOT_A_DUMP[name]
    assert message in failure(tmp_path, content, NotADumpError)


BOMB = (
    "<!DOCTYPE posts ["
    + "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    + "]>"
)
DOCUMENT_TYPES = {
    "entity bomb": BOMB,
    "external entity": '<!DOCTYPE posts [<!ENTITY e11 SYSTEM "file:///etc/hostname">]>',
    "external subset": '<!DOCTYPE posts SYSTEM "http://127.0.0.1:9/posts.dtd" [<!ENTITY a "b">]>',
    "parameter entity": '<!DOCTYPE posts [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    "after a comment": "<!-- hello --> <!DOCTYPE posts [ ]>",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", DOCUMENT_TYPES)
def test_a_document_type_is_refused_unread(tmp_path, monkeypatch, name, encoding):
    def refuse(*_arguments, **_options):
        raise AssertionError("a document type was acted on")

    assert prolog.etree is reference_parser.etree
    monkeypatch.setattr(reference_parser.etree, "XMLParser", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    content = f"{DOCUMENT_TYPES[name]}<posts><row Id='1' Body='&e11;' /></posts>"
    assert "document type" in failure(tmp_path, content.encode(encoding), NotADumpError)


def test_a_document_type_cut_by_pieces_is_refused(tmp_path):
    comment = "<!--" + "x" * (128 * 1024 - 12) + "-->"
    content = f"{comment}<!DOCTYPE posts SYSTEM 'x' []><posts/>"
    assert "document type" in failure(tmp_path, content, NotADumpError)
    path = stores.write(tmp_path / "Posts.xml", f"{comment}<!DOCTYPE posts>{posts(2)[40:]}")
    loader.load([path], tmp_path / "bare", site=SITE)
    assert len(stores.rows(tmp_path / "bare", "posts")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_cut_off_anywhere(tmp_path, encoding):
    content = posts(2, Title="é한\U0001f600 &x").encode(encoding)
    for end in range(len(content)):
        failure(tmp_path, content[:end], (TruncatedError, NotADumpError))


def test_cut_off_says_where(tmp_path):
    content = posts(6)
    line = failure(tmp_path, content[: content.index('Id="5"') + 12], TruncatedError)
    assert "line 7, at row Id 5: the file ends before </posts>, after 4 whole rows" in line
    line = failure(tmp_path, content[: content.index("</posts>")], TruncatedError)
    assert "after 6 whole rows" in line


def test_a_missing_quote_is_noticed_before_all_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_BYTES", 100_000)
    monkeypatch.setattr(workers, "n_cores", lambda: 1)
    path = stores.write(tmp_path / "Posts.xml", posts(200_000).replace('Id="300"', 'Id="300'))
    n_read = 0
    true = chunk_parser.chunks

    def counted(*arguments, **options):
        nonlocal n_read
        for chunk in true(*arguments, **options):
            n_read += 1
            yield chunk

    monkeypatch.setattr(chunk_parser, "chunks", counted)
    with pytest.raises(RowError, match=r"line 302, byte [\d,]+: row Id 300"):
        loader.load([path], tmp_path / "data", site=SITE)
    assert 1 <= n_read < 20


@pytest.mark.parametrize(
    "content", ["<posts/>", "<posts></posts>", "<posts>\n</posts>\n", "<posts />"]
)
def test_an_empty_table_is_a_table(tmp_path, content):
    (one, *_) = load(tmp_path, content)
    assert (one.state, one.n_rows, one.n_files) == ("finished", 0, 1)


def test_a_comment_before_the_root_is_kept(tmp_path):
    content = posts(1).replace("<posts>", "<!-- made on 2024-08-06 --><!--\u00e9--><posts>")
    (one, *_) = load(tmp_path, content)
    assert one.source_comment == "made on 2024-08-06\né"
    assert not one.is_synthetic


def test_a_sample_says_that_it_is_synthetic(tmp_path):
    (one, *_) = load(
        tmp_path, posts(1).replace("<posts>", "<!-- stackstudy sample, seed 1 --><posts>")
    )
    assert one.is_synthetic
    assert stores.manifest(tmp_path / "data", "posts")["is_synthetic"] is True


def test_the_root_element_beats_the_name(tmp_path):
    load(tmp_path, xml("users", 'Id="1" Reputation="7"'), "Posts-2024.xml")
    assert stores.rows(tmp_path / "data", "users") == [{"Id": 1, "Reputation": 7}]
    assert stores.rows(tmp_path / "data", "posts") == []


def test_unknown_attributes_are_kept_and_counted(tmp_path):
    content = xml("posts", 'Id="1" Zeta="z" Alpha=""', 'Id="2"', 'Id="3" Zeta="&lt;"')
    (one, *_) = load(tmp_path, content)
    assert one.unknown_attributes == {"Alpha": 1, "Zeta": 2}
    assert stores.rows(tmp_path / "data", "posts") == [
        {"Id": 1, "OtherAttributes": {"Zeta": "z", "Alpha": ""}},
        {"Id": 2},
        {"Id": 3, "OtherAttributes": {"Zeta": "<"}},
    ]


@pytest.mark.parametrize("misc", ["<?a?>", "<!--a-->", " ", "<?a?> <!-- b -->\n"])
def test_what_stands_before_the_root_is_read_in_one_go(tmp_path, misc):
    """A pattern that tries all ways to cut it would have no end: 2 to the power of 300 of them."""
    load(tmp_path, f'{misc * 300}<posts a="b"><row Id="1" /></posts>')
    assert stores.rows(tmp_path / "data", "posts") == [{"Id": 1}]


def test_a_very_long_attribute(tmp_path):
    body = "ab&#xA;é\U0001f600" * 400_000
    load(tmp_path, xml("posts", f'Id="1" Body="{body}"', 'Id="2"'))
    first, second = stores.rows(tmp_path / "data", "posts")
    assert first["Body"] == body.replace("&#xA;", "\n")
    assert second == {"Id": 2}
