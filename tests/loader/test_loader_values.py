"""From what is written in a dump to what a column holds, and back: any table of values."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import expat_reader
import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import SITE, attributes, xml

import loader
from loader.dump import files
from loader.parse import chunks
from loader.schemas import OTHER_ATTRIBUTES, TABLES

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - dumps write no zone


def load_rows(root: str, *written: dict[str, str]) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        path = stores.write(Path(folder) / f"{root}.xml", xml(root, *map(attributes, written)))
        loader.load([path], Path(folder) / "data", site=SITE)
        table = next(table.name for table in TABLES.values() if table.root == root)
        return stores.rows(Path(folder) / "data", table)


def ms(text: str) -> int:
    return expat_reader.value("CreationDate", text)


DATES = {
    "2019-12-01T05:15:10.123": "2019-12-01T05:15:10.123",
    "2019-12-01T05:15:10": "2019-12-01T05:15:10",
    "2019-12-01T05:15:10.1": "2019-12-01T05:15:10.1",
    "2019-12-01T05:15:10.12": "2019-12-01T05:15:10.12",
    "2019-12-01T05:15:10.1239999": "2019-12-01T05:15:10.123",
    "2019-12-01T05:15:10.123Z": "2019-12-01T05:15:10.123",
    "2019-12-01T05:15:10Z": "2019-12-01T05:15:10",
    "2019-12-01T05:15:10.1234567Z": "2019-12-01T05:15:10.123",
    "2019-12-01T05:15:10.123+00:00": "2019-12-01T05:15:10.123",
    "2019-12-01T05:15:10.123+05:30": "2019-11-30T23:45:10.123",
    "2019-12-01T05:15:10-0100": "2019-12-01T06:15:10",
    "2019-12-01 05:15:10.123": "2019-12-01T05:15:10.123",
    "2019-12-01": "2019-12-01T00:00:00",
    "1969-12-31T23:59:59.999": "1969-12-31T23:59:59.999",
    "0001-01-01T00:00:00.000": "0001-01-01T00:00:00.000",
    "9999-12-31T23:59:59.997": "9999-12-31T23:59:59.997",
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_by_itself(written):
    (row,) = load_rows("posts", {"Id": "1", "CreationDate": written})
    assert row == {"Id": 1, "CreationDate": ms(DATES[written])}


def test_dates_of_all_forms_together():
    written = [{"Id": str(i), "LastEditDate": date} for i, date in enumerate(["", *DATES])]
    loaded = [
        {"Id": i} if i == 0 else {"Id": i, "LastEditDate": ms(date)}
        for i, date in enumerate(["", *DATES.values()])
    ]
    assert load_rows("posts", *written, {"Id": "99"}) == [*loaded, {"Id": 99}]


TAGS = {
    "<python>": ["python"],
    "<c#><.net><c++>": ["c#", ".net", "c++"],
    "|c#|.net|c++|": ["c#", ".net", "c++"],
    "|python|": ["python"],
    "python": ["python"],
    "": [],
    "<русский><日本語>": ["русский", "日本語"],
}


def test_tags_of_both_forms():
    written = [{"Id": str(i), "Tags": tags} for i, tags in enumerate(TAGS)]
    loaded = [{"Id": i, "Tags": tags} for i, tags in enumerate(TAGS.values())]
    assert load_rows("posts", *written, {"Id": "99"}) == [*loaded, {"Id": 99}]


ODD_TAGS = {
    "<a> <b>": ["a", "b"],
    " <a>\t<b> ": ["a", "b"],
    "|a||b|": ["a", "b"],
    "| a | b |": ["a", "b"],
    "<a><>": ["a"],
    "<><a>": ["a"],
    "<><>": [],
    "||": [],
    " ": [],
    "<a b>": ["a b"],
    "<c#> <.net>": ["c#", ".net"],
    "\u00e9\u6f22": ["\u00e9\u6f22"],
}


@pytest.mark.parametrize("tags", ODD_TAGS)
def test_tags_with_blanks_or_nothing_between(tags):
    """By itself, and beside tags of the usual form."""
    assert load_rows("posts", {"Id": "1", "Tags": tags}) == [{"Id": 1, "Tags": ODD_TAGS[tags]}]
    loaded = load_rows("posts", {"Id": "1", "Tags": "<x><y>"}, {"Id": "2", "Tags": tags})
    assert loaded == [{"Id": 1, "Tags": ["x", "y"]}, {"Id": 2, "Tags": ODD_TAGS[tags]}]


def test_flags():
    forms = {"True": True, "False": False, "true": True, "false": False, "1": True, "0": False}
    written = [{"Id": str(i), "IsRequired": flag} for i, flag in enumerate(forms)]
    loaded = [{"Id": i, "IsRequired": flag} for i, flag in enumerate(forms.values())]
    assert load_rows("tags", *written) == loaded


def test_an_empty_value_is_null_where_it_can_be_no_value_and_kept_where_it_is_text():
    empty = dict.fromkeys(("Score", "PostTypeId", "ClosedDate", "OwnerUserId", "Title", "Body"), "")
    assert load_rows("posts", {"Id": "1"} | empty, {"Id": "2", "Score": "3"}) == [
        {"Id": 1, "Title": "", "Body": ""},
        {"Id": 2, "Score": 3},
    ]


def test_numbers_at_their_ends():
    written = {
        "Id": str(-(2**63)),
        "Score": str(2**63 - 1),
        "PostTypeId": str(-(2**31)),
        "ViewCount": "-0",
    }
    assert load_rows("posts", written) == [
        {"Id": -(2**63), "Score": 2**63 - 1, "PostTypeId": -(2**31), "ViewCount": 0}
    ]


def test_unknown_kinds_are_allowed():
    assert load_rows("votes", {"Id": "1", "VoteTypeId": "12345"}) == [
        {"Id": 1, "VoteTypeId": 12345}
    ]


# What a dump can hold: any character of XML but raw surrogates, with the troublesome ones often.
CHARACTERS = st.characters(
    codec="utf-8",
    exclude_characters=[chr(c) for c in range(32) if c not in (9, 10, 13)] + ["\ufffe", "\uffff"],
)
TEXTS = st.text(
    CHARACTERS | st.sampled_from("<>&\"' \t\r\n;#x|\ufeff\u2028\ufffd\U0001f600"), max_size=30
)
TAG_NAMES = st.text(
    CHARACTERS.filter(lambda c: c not in "<>|" and not c.isspace()), min_size=1, max_size=8
)
LONGS = st.integers(-(2**63), 2**63 - 1)


def written_dates() -> st.SearchStrategy[str]:
    moments = st.integers(-62_135_596_800_000, 253_402_300_799_999).map(
        lambda n: EPOCH + timedelta(milliseconds=n)
    )
    return moments.map(lambda moment: moment.isoformat(timespec="milliseconds"))


def written_values(column: str) -> st.SearchStrategy[str]:
    kind = TABLES_BY_COLUMN[column]
    if column in expat_reader.DATES:
        return written_dates()
    if column in expat_reader.TEXTS:
        return TEXTS
    if column in expat_reader.FLAG_COLUMNS:
        return st.sampled_from(["True", "False"])
    if column == "Tags":
        names = st.lists(TAG_NAMES, max_size=5)
        angles = names.map(lambda tags: "".join(f"<{tag}>" for tag in tags))
        return angles | names.map(lambda tags: f"|{'|'.join(tags)}|" if tags else "")
    return (st.integers(-(2**31), 2**31 - 1) if kind == "int32" else LONGS).map(str)


TABLES_BY_COLUMN = {
    field.name: str(field.type) for table in TABLES.values() for field in table.schema
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[dict[str, str]]]:
    table = draw(st.sampled_from(list(TABLES.values())))
    columns = [name for name in table.attributes if name not in {"Id", table.post_id_column}]
    row = st.fixed_dictionaries(
        {"Id": st.integers(1, 999_999_999).map(str)},
        optional={name: written_values(name) for name in columns} | {"Zeta": TEXTS, "Eta": TEXTS},
    )
    return table.root, draw(st.lists(row, max_size=8))


def as_loaded(row: dict[str, str]) -> dict[str, object]:
    other = {name: row[name] for name in ("Zeta", "Eta") if name in row}
    known = expat_reader.expected({name: value for name, value in row.items() if name not in other})
    return known | ({OTHER_ATTRIBUTES: other} if other else {})


def serialise(root: str, rows: list[dict[str, str]], form: str, quote: str) -> bytes:
    """A dump in one of the forms seen."""
    text = xml(root, *map(attributes, rows))
    if "lines" in form:
        text = text.replace("<row ", "<row\n\t").replace(" />\r\n", "\n/>\r\n")
    if "comment" in form:
        text = text.replace(f"<{root}>", f"<!-- <row Id='0' /> --><{root}><!-- <row Id='0' /> -->")
    if "lf" in form:
        text = text.replace("\r\n", "\n")
    if "references" in form:
        text = "".join(c if ord(c) < 128 else f"&#{ord(c)};" for c in text)
    return text.encode(quote)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables(),
    st.sets(st.sampled_from(["lines", "comment", "lf", "references"])),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from([1, 100, 4 << 20]),
    st.sampled_from([1, 7, 100, 1 << 17]),
)
def test_any_table_of_values_comes_through(table, forms, encoding, chunk_bytes, piece_bytes):
    root, written = table
    name = next(table.name for table in TABLES.values() if table.root == root)
    before = chunks.CHUNK_BYTES, files.PIECE_BYTES
    chunks.CHUNK_BYTES, files.PIECE_BYTES = chunk_bytes, piece_bytes
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = stores.write(
                Path(folder) / f"{root}.xml", serialise(root, written, " ".join(forms), encoding)
            )
            manifests = {
                one.table: one for one in loader.load([path], Path(folder) / "data", site=SITE)
            }
            loaded = stores.rows(Path(folder) / "data", name)
    finally:
        chunks.CHUNK_BYTES, files.PIECE_BYTES = before
    assert loaded == [as_loaded(row) for row in written]
    one = manifests[name]
    assert (one.n_rows, one.n_replaced_characters) == (len(written), 0)
    counts = {k: sum(k in row for row in written) for k in ("Zeta", "Eta")}
    assert one.unknown_attributes == {k: n for k, n in counts.items() if n}
