"""Decoding, and replacing what XML 1.0 forbids: all of it, nothing else, however pieces are cut."""

from __future__ import annotations

import codecs
import re
import tracemalloc
from xml.parsers import expat

import pytest
import stores
from hypothesis import given
from hypothesis import strategies as st

import loader
from loader.errors import LoaderError, NotADumpError, RowError, TruncatedError
from loader.parse import sanitizing
from loader.parse.sanitizing import forbidden_at, sanitize, utf8_pieces


def is_char(code: int) -> bool:
    """Production 2 of XML 1.0, fifth edition."""
    return (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or 0x10000 <= code <= 0x10FFFF
    )


@pytest.mark.parametrize("form", ["&#x{:X};", "&#x{:x};", "&#x000{:X};", "&#{:d};", "&#000{:d};"])
def test_references_are_replaced_just_where_xml_forbids_them(form):
    codes = [
        *range(0x130),
        *range(0xD700, 0xE100),
        *range(0xFF00, 0x10100),
        *range(0x10FF00, 0x110100),
    ]
    codes += [
        0x1FFFE,
        0x1FFFF,
        0xFFFFF,
        0x1FFFFF,
        0x999999,
        0xFFFFFF,
        12_345_678,
        10**9,
        2**32,
        2**64,
    ]
    codes += [
        1_114_111,
        1_114_112,
        1_114_119,
        1_114_120,
        1_114_199,
        1_114_200,
        1_114_999,
        1_115_000,
    ]
    codes += [
        1_119_999,
        1_120_000,
        1_199_999,
        1_200_000,
        1_999_999,
        2_000_000,
        9_999_999,
        10_000_000,
    ]
    for code in codes:
        written = form.format(code).encode()
        right = (written, 0) if is_char(code) else ("\ufffd".encode(), 1)
        assert sanitize(written) == right, written


@pytest.mark.parametrize(
    "written", [b"&#;", b"&#x;", b"&#xG;", b"&#x1", b"&x1;", b"&amp;#x1;", b"&#X1;", b"&#1"]
)
def test_what_is_no_reference_is_left_to_the_parser(written):
    assert sanitize(written) == (written, 0)


def test_raw_characters_are_found_just_where_xml_forbids_them():
    for code in [*range(0x100), *range(0xD000, 0xE100), *range(0xFF00, 0x10010), 0x1FFFE, 0x10FFFF]:
        written = b"ab" + chr(code).encode("utf-8", "surrogatepass")
        assert forbidden_at(written, 0, len(written)) == (None if is_char(code) else 2), hex(code)
        assert sanitize(written) == (written, 0)


FORBIDDEN = ["&#x0;", "&#31;", "&#xFFFE;", "&#xD800;", "&#x0001F;"]
FINE = [
    "a",
    "é",
    "한",
    "\U0001f600",
    "\ufffd",
    "\ufffc",
    "&#xA;",
    "&#65;",
    "&amp;",
    "&#",
    "&",
    ";",
    "x1;",
    "#",
]


@given(st.lists(st.sampled_from(FORBIDDEN + FINE)), st.integers(8, 20))
def test_where_blocks_are_cut_changes_nothing(parts, size):
    text = "".join(parts).encode()
    whole = sanitize(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sanitizing, "_BLOCK_BYTES", size)
        assert sanitize(text) == whole


@given(st.lists(st.sampled_from([*FORBIDDEN, "a", "é", "한", "&#xA;", "&amp;"])))
def test_what_is_sanitized_is_well_formed(parts):
    text, n_replaced = sanitize("".join(parts).encode())
    assert n_replaced == sum(part in FORBIDDEN for part in parts)
    expat.ParserCreate("utf-8").Parse(b'<a b="' + text + b'"/>', True)  # noqa: FBT003


def test_replaced_characters_are_counted_and_kept_in_place(tmp_path):
    body = "a&#x0;b&#x1F;c&#0;d&#xFFFE;e&#x0b;f&#xD83D;g&#55357;h&#xA;i"
    path = stores.write(tmp_path / "d" / "Posts.xml", stores.xml("posts", f'Id="1" Body="{body}"'))
    (one, *_) = loader.load([path], tmp_path / "data", site=stores.SITE)
    assert one.n_replaced_characters == 7
    (row,) = stores.rows(tmp_path / "data", "posts")
    assert row["Body"] == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg\ufffdh\ni"


TEXT = stores.posts(40, Title="Grüße, 한국어 \U0001f600")
ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16-le with mark": codecs.BOM_UTF16_LE
    + TEXT.replace("utf-8", "utf-16").encode("utf-16-le"),
    "utf-16-be with mark": codecs.BOM_UTF16_BE
    + TEXT.replace("utf-8", "utf-16").encode("utf-16-be"),
    "utf-16-le with mark, said to be utf-8": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16-le": TEXT.replace("utf-8", "utf-16").encode("utf-16-le"),
    "utf-16-be": TEXT.replace("utf-8", "utf-16").encode("utf-16-be"),
    "utf-8, said to be utf-16": TEXT.replace("utf-8", "utf-16").encode(),
    "no declaration": TEXT.split("\r\n", 1)[1].encode(),
    "line feeds": TEXT.replace("\r\n", "\n").encode(),
    "one line": TEXT.replace("\r\n", "").encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_every_encoding_gives_the_same_rows(tmp_path, name):
    plain = stores.write(tmp_path / "plain" / "Posts.xml", TEXT)
    other = stores.write(tmp_path / "other" / "Posts.xml", ENCODINGS[name])
    loader.load([plain], tmp_path / "a", site=stores.SITE)
    (one, *_) = loader.load([other], tmp_path / "b", site=stores.SITE)
    assert stores.rows(tmp_path / "a", "posts") == stores.rows(tmp_path / "b", "posts")
    assert (one.n_rows, one.n_replaced_characters, one.xml_bytes) == (40, 0, len(ENCODINGS[name]))


def test_deleted_posts_of_the_spring_2024_dump(tmp_path):
    """As public mirrors have it: UTF-16-LE, LF, no indent, DeletionDate on deleted posts."""
    rows = [
        f'<row Id="{i}" PostTypeId="1" CreationDate="2024-01-01T00:00:00.000"'
        + (' DeletionDate="2024-02-03T04:05:06.007"' if i % 3 == 0 else "")
        + f' Body="&lt;p&gt;{i}&lt;/p&gt;&#xA;" Tags="|a|b|" />'
        for i in range(1, 301)
    ]
    text = '<?xml version="1.0" encoding="utf-16"?>\n<posts>\n' + "\n".join(rows) + "\n</posts>\n"
    path = stores.write(tmp_path / "Posts.xml", codecs.BOM_UTF16_LE + text.encode("utf-16-le"))
    loader.load([path], tmp_path / "data", site=stores.SITE)
    found = stores.rows(tmp_path / "data", "posts")
    assert [row["Id"] for row in found if "DeletionDate" in row] == list(range(3, 301, 3))
    assert found[2]["DeletionDate"] - found[2]["CreationDate"] == 2_865_906_007
    assert found[2]["Tags"] == ["a", "b"]


def test_latin_1_is_decoded_as_declared(tmp_path):
    text = stores.posts(3, Title="Grüße").replace("utf-8", "iso-8859-1").encode("latin-1")
    loader.load([stores.write(tmp_path / "Posts.xml", text)], tmp_path / "data", site=stores.SITE)
    assert {row["Title"] for row in stores.rows(tmp_path / "data", "posts")} == {"Grüße"}


RAW = {"NUL": "\0", "a control": "\x0b", "U+FFFE": "\ufffe", "half a pair": "\ud83d"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize("name", RAW)
def test_what_stands_raw_and_may_not_is_damage(tmp_path, name, encoding):
    """No writer of dumps makes one: it is not replaced, but an error that names the place."""
    text = stores.posts(9).replace("&gt;5", f"&gt;a{RAW[name]}b")
    mark = codecs.BOM_UTF16_LE if encoding == "utf-16-le" else b""
    content = mark + text.encode(encoding, "surrogatepass")
    path = stores.write(tmp_path / "Posts.xml", content)
    with pytest.raises(
        RowError, match=r"line 7.*: row Id 5: holds the byte 0x.*, which XML"
    ) as one:
        loader.load([path], tmp_path / "data", site=stores.SITE)
    offset = re.search(r"line 7, byte ([\d,]+): ", stores.line_of(one.value))
    if encoding == "utf-8":
        place = content.index(RAW[name].encode("utf-8", "surrogatepass"))
        assert int(offset[1].replace(",", "")) == place
    else:
        assert offset is None  # nobody can tell
    (one, *_) = loader.load([path], tmp_path / "data", site=stores.SITE, on_error="quarantine")
    assert (one.n_rows, one.n_rejected_rows, one.n_replaced_characters) == (8, 1, 0)


def test_utf_16_cut_off_inside_a_character():
    with pytest.raises(TruncatedError, match="middle of a character"):
        list(utf8_pieces([codecs.BOM_UTF16_LE + "<posts>".encode("utf-16-le")[:-1]], "Posts.xml"))


def test_an_unknown_encoding():
    with pytest.raises(NotADumpError, match="EBCDIC-9.*UTF-8"):
        list(utf8_pieces([b'<?xml version="1.0" encoding="EBCDIC-9"?><posts/>'], "Posts.xml"))


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3(", b"\xe2\x82", b"\xf5\x80\x80\x80", b"\xc0\x80"])
def test_bytes_that_are_not_utf_8_are_an_error_with_their_row(tmp_path, bad):
    text = stores.posts(9).encode().replace(b"&gt;5&lt;", b"&gt;" + bad + b"&lt;")
    path = stores.write(tmp_path / "Posts.xml", text)
    with pytest.raises(LoaderError, match=r"line 7, .*row Id 5") as caught:
        loader.load([path], tmp_path / "data", site=stores.SITE)
    stores.line_of(caught.value)


def test_replacing_millions_takes_memory_of_the_text_only():
    """A list of what is between twelve million bad references would take gigabytes."""
    text = b"&#1;" * 2_000_000
    tracemalloc.start()
    try:
        clean, n_replaced = sanitize(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (clean, n_replaced) == ("\ufffd".encode() * 2_000_000, 2_000_000)
    assert peak < 4 * len(text)
