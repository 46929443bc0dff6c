"""Names with a colon: lxml drops a prefix that nobody declared, expat and the file do not."""

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

ROW = '<row Id="{}" PostTypeId="1" Score="5" />'
ODD = {
    "an Id in front": '<row a:Id="7" Id="2" />',
    "an Id behind": '<row Id="2" a:Id="7" />',
    "the only Id": '<row a:Id="2" Score="1" />',
    "one byte of PostTypeId": '<row Id="2" PostTyp:Id="1" />',
    "two prefixes": '<row Id="2" a:Score="1" b:Score="2" />',
    "a declared prefix": '<row Id="2" xmlns:a="http://a.example" a:Id="7" />',
    "a declaration only": '<row Id="2" xmlns:a="http://a.example" />',
    "a default namespace": '<row Id="2" xmlns="http://a.example" />',
    "no namespace": '<row Id="2" xmlns="" />',
    "a prefix of XML's own": '<row Id="2" xml:lang="en" />',
    "an empty declaration": '<row Id="2" xmlns:Id="" />',
    "a colon in front": '<row Id="2" :Score="1" />',
    "a colon behind": '<row Id="2" Score:="1" />',
    "two colons": '<row Id="2" a:b:Score="1" />',
    "an element": '<a:row Id="2" Score="1" />',
    "over lines": '<row\nId="2"\na:Score = "1"\n/>',
}


def text(odd: str, end: str = "\n") -> str:
    rows = [ROW.format(1), odd, ROW.format(3), ROW.format(4)]
    return f"<posts>{end}{end.join(rows)}{end}</posts>"


def load(tmp_path: Path, content: str, on_error: str = "stop"):
    path = stores.write(tmp_path / "dump" / "Posts.xml", content)
    return loader.load([path], tmp_path / "data", site=SITE, on_error=on_error)


@pytest.mark.parametrize("name", ODD)
def test_a_name_with_a_colon_is_never_a_column(tmp_path, name):
    with pytest.raises(
        RowError, match=r"Posts\.xml: line \d+.*(a name with a prefix|no row)"
    ) as one:
        load(tmp_path, text(ODD[name]))
    assert "; mend the file" in stores.line_of(one.value)
    assert stores.snapshot(tmp_path / "data") == {}


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("name", ODD)
def test_it_is_set_aside_and_its_neighbours_are_as_expat_reads_them(tmp_path, name, end):
    content = text(ODD[name], end)
    manifest = load(tmp_path, content, "quarantine")[0]
    assert manifest.n_rejected_rows == 1
    others = [
        expat_reader.expected(row)
        for row in expat_reader.read(content.encode())
        if row.get("Id") in {"1", "3", "4"}
    ]
    assert len(others) == 3
    assert stores.rows(tmp_path / "data", "posts") == others
    folder = tmp_path / "data" / "posts" / f"site={SITE}" / "_rejected"
    (reject,) = pq.read_table(folder / "part-00000.pq").to_pylist()
    assert reject["xml"].decode() == ODD[name]


def test_colons_where_they_may_stand_are_left_alone(tmp_path):
    row = '<row Id="1" Body=" b:Id=&apos;7&apos; "/>'
    load(tmp_path, f'<posts xmlns:a="http://a.example"><!-- b:c="1" -->{row}</posts>')
    assert stores.rows(tmp_path / "data", "posts") == [{"Id": 1, "Body": " b:Id='7' "}]


NAMES = st.from_regex(r"\A[A-Za-z:_][A-Za-z:_.-]{0,4}\Z") | st.sampled_from(
    ["Id", "a:Id", "xmlns", "xmlns:Id", "xml:Id", "PostTyp:Id", "Score", "Body", "a:Body"]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True), size=st.integers(1, 40))
def test_whatever_is_read_is_what_expat_reads(names, size):
    row = "<row " + " ".join(f'{name}="{i}"' for i, name in enumerate(names)) + " />"
    content = f"<posts>\n{row}\n{ROW.format(5)}</posts>".encode()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "PIECE_BYTES", size)
        patch.setattr(chunks, "CHUNK_BYTES", size)
        try:
            load(Path(folder), content.decode())
        except RowError:
            assert ":" in row or "xmlns" in row or ' Id="' not in row
            return
        loaded = stores.rows(Path(folder) / "data", "posts")
    flat = [row | row.pop("OtherAttributes", {}) for row in loaded]
    assert [{k: str(v) for k, v in row.items()} for row in flat] == expat_reader.read(content)
