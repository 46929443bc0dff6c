"""Every form of a dump that was seen, together: the same values come out of each."""

from __future__ import annotations

import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import expat_reader
import py7zr
import pytest
import stores
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import SITE
from test_loader_values import as_loaded, tables

import loader
from loader import table
from loader.dump import files
from loader.parse import chunks, splits, workers
from loader.schemas import TABLES

FORMS = {
    "single quotes": st.booleans(),
    "order": st.permutations(range(30)),
    "row end": st.sampled_from([" />", "/>", "></row>", "\n\t/>"]),
    "line end": st.sampled_from(["\n", "\r\n", "", "\n\n    "]),
    "between": st.sampled_from([" ", "\n", "\r\n  ", "\t"]),
    "comment": st.sampled_from(["", "<!-- 2024 <row Id='1' /> -->"]),
    "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    "name": st.sampled_from(["{0}.xml", "{0}-2024.XML", "sub/{0}.xml"]),
    "case": st.sampled_from([str.lower, str.upper, str.title]),
    "packing": st.sampled_from(["plain", "7z", "nested"]),
}
SIZES = {
    (files, "PIECE_BYTES"): [1 << 17, 64],
    (chunks, "CHUNK_BYTES"): [4 << 20, 100],
    (splits, "LEAST_BYTES"): [16 << 20, 300],
    (workers, "PART_BYTES"): [512 << 20, 500],
    (table, "SMALL_BYTES"): [64 << 20, 0],
}


def in_form(root: str, written: list[dict[str, str]], form: dict) -> bytes:
    quote = "'" if form["single quotes"] else '"'
    escapes = {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#xD;", "\t": "&#x9;"}
    lines = []
    for row in written:
        names = sorted(row, key=lambda name: form["order"][sum(map(ord, name)) % 30])
        attributes = [f"{name}={quote}{escape(row[name], escapes)}{quote}" for name in names]
        lines.append(form["between"].join(["<row", *attributes]) + form["row end"])
    text = form["line end"].join([f"{form['comment']}<{root}>", *lines, f"</{root}>"])
    mark = "\ufeff" if form["encoding"] in {"utf-16-le", "utf-16-be"} else ""
    return (mark + text).encode(form["encoding"])


def packed(path: Path, name: str, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with py7zr.SevenZipFile(path, "w", filters=[{"id": py7zr.FILTER_BZIP2}]) as archive:
        archive.writestr(content, name)
    return path


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tables(),
    st.fixed_dictionaries(FORMS),
    st.fixed_dictionaries({place: st.sampled_from(sizes) for place, sizes in SIZES.items()}),
    st.sampled_from(["stop", "quarantine"]),
)
def test_any_table_in_any_form(drawn, form, sizes, on_error):
    root, written = drawn
    content = in_form(root, written, form)
    name = form["name"].format(form["case"](root))
    kind = next(one for one in TABLES.values() if one.root == root)
    with tempfile.TemporaryDirectory() as made, pytest.MonkeyPatch.context() as patch:
        for (module, limit), size in sizes.items():
            patch.setattr(module, limit, size)
        folder = Path(made) / SITE
        if form["packing"] == "plain":
            path = stores.write(folder / name, content)
        else:
            path = packed(folder / f"{SITE}.7z", name, content)
        if form["packing"] == "nested":
            path = packed(folder / "outer.7z", f"{SITE}.7z", path.read_bytes())
        data = Path(made) / "data"
        (one,) = [
            one
            for one in loader.load([path], data, site=SITE, on_error=on_error)
            if one.table == kind.name
        ]
        assert stores.rows(data, kind.name) == [as_loaded(row) for row in written]
    assert (one.n_rows, one.n_rejected_rows) == (len(written), 0)


@pytest.mark.parametrize("on_error", ["stop", "quarantine"])
def test_raw_line_ends_inside_attributes(tmp_path, on_error):
    """SOTorrent's copies have them; XML makes each a space, and rows run over several lines."""
    content = (
        '<posts>\n<row Id="1" Body="a\nb\tc" />\n<row\nId="2"\nBody="d\r\n\r\ne"\n/>\n</posts>'
    )
    path = stores.write(tmp_path / "Posts.xml", content)
    loader.load([path], tmp_path / "data", site=SITE, on_error=on_error)
    by_expat = expat_reader.rows(content.encode())
    assert stores.rows(tmp_path / "data", "posts") == by_expat
    assert by_expat[1] == {"Id": 2, "Body": "d  e"}
