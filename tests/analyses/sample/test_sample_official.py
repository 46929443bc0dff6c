"""The official form: against real dumps, byte by byte."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING
from xml.parsers import expat

import py7zr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.sample import official
from analyses.sample.writer import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ATTRIBUTE = re.compile(r'([A-Za-z]+)="([^"]*)"')
ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "amp": "&"}


def unescape(raw: str) -> str:
    """Undo the five escapes and the character references, and nothing else."""

    def char(found: re.Match[str]) -> str:
        name = found[1]
        return ENTITIES.get(name) or chr(int(name.removeprefix("#x"), base=16))

    return re.sub(r"&(#x[0-9A-Fa-f]+|\w+);", char, raw)


def attributes(line: str) -> list[tuple[str, str]]:
    return [(name, unescape(raw)) for name, raw in ATTRIBUTE.findall(line)]


def row_lines(path: Path) -> list[str]:
    """Rows as they stand in a file, line ends included; LF is made CRLF, the official line end."""
    text = path.read_bytes().decode("utf-8-sig")
    lines = text.replace("\r\n", "\n").split("\n")
    return [f"{line}\r\n" for line in lines if line.startswith("  <row ")]


@pytest.fixture(scope="session")
def real_files(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every real table, the archive's too."""
    unpacked = tmp_path_factory.mktemp("beer")
    archive = shared_data / "sites/beer.stackexchange.com-2020-06/beer.stackexchange.com.7z"
    with py7zr.SevenZipFile(archive) as opened:
        opened.extractall(unpacked)
    files = [*shared_data.glob("sites/*/*.xml"), *unpacked.glob("*.xml")]
    return [*files, shared_data / "fse2020" / "Posts.xml"]


def test_real_rows_are_written_byte_by_byte(real_files: list[Path]):
    n = 0
    for path in real_files:
        for line in row_lines(path):
            assert official.row(attributes(line)) == line
            n += 1
    assert n > 150_000


def test_a_file_begins_and_ends_like_a_real_one(shared_data: Path, tmp_path: Path):
    folder = shared_data / "sites" / "conlang.meta.stackexchange.com-2020-09"
    for name in TABLES:
        real = folder / f"{name}.xml"
        table = official.TableFile(tmp_path / f"{name}.xml", "a comment")
        with table:
            for line in row_lines(real):
                table.add(line)
        written = table.part.read_bytes()
        assert written.replace(b"<!-- a comment -->\r\n", b"", 1) == real.read_bytes()
        assert table.n_bytes == len(written)
        assert not table.path.exists()


def test_sample_rows_are_what_the_official_writer_makes_of_their_values(dump):
    for path in dump.folder.iterdir():
        for line in row_lines(path)[::5]:
            assert official.row(attributes(line)) == line


def test_sample_files_have_the_official_frame(dump):
    for path in dump.folder.iterdir():
        data = path.read_bytes()
        root = path.stem.lower().encode()
        assert data.startswith(
            b'\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?>\r\n'
            b"<!-- Synthetic data made by stackstudy sample, seed 1; not from any real site -->\r\n"
            b"<" + root + b">\r\n  <row Id="
        )
        assert data.endswith(b" />\r\n</" + root + b">")
        assert data.count(b"\n") == data.count(b"\r\n")


def _orders(lines: Iterable[str]) -> set[tuple[str, str]]:
    """Which attribute stands somewhere before which."""
    forms = {tuple(name for name, _ in ATTRIBUTE.findall(line)) for line in lines}
    return {pair for names in forms for pair in combinations(names, 2)}


def test_attributes_stand_in_the_order_of_real_dumps(dump, real_files: list[Path]):
    for table in TABLES:
        real = _orders(
            line for path in real_files if path.stem == table for line in row_lines(path)
        )
        ours = _orders(row_lines(dump.folder / f"{table}.xml"))
        assert not {(b, a) for a, b in ours} & real
        known = {name for pair in real for name in pair}
        assert {name for pair in ours for name in pair} <= known


def test_dates_have_the_steps_of_real_ones(dump, shared_data: Path):
    """SQL Server's datetime counts 1/300 s: the last digit is 0, 3 or 7."""
    real = shared_data / "sites" / "conlang.meta.stackexchange.com-2020-09" / "Posts.xml"
    pattern = re.compile(r"T\d\d:\d\d:\d\d\.\d\d(\d)\"")
    assert set(pattern.findall(real.read_text("utf-8"))) == {"0", "3", "7"}
    assert set(pattern.findall((dump.folder / "Posts.xml").read_text("utf-8"))) == {"0", "3", "7"}


def test_date_text_against_known_dates():
    assert official.date_text(0) == "1970-01-01T00:00:00.000"
    assert official.date_text(1_575_158_399_999) == "2019-11-30T23:59:59.990"
    assert official.date_text(1_577_836_800_010) == "2020-01-01T00:00:00.013"


@given(st.integers(0, 4_102_444_800_000), st.integers(0, 10_000))
def test_dates_never_go_backwards(ms: int, later: int):
    assert official.date_text(ms) <= official.date_text(ms + later)


ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\r\n&<>\"'")
)


@given(st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_escaped_values_come_back_from_expat(values: list[str]):
    written = official.row((f"A{chr(65 + i)}", value) for i, value in enumerate(values))
    read: dict[str, str] = {}
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _, found: read.update(found)
    parser.Parse(written.encode(), True)  # noqa: FBT003 - expat's own form
    # XML makes a blank of a raw tab, which the official writer leaves as it is.
    assert list(read.values()) == [value.replace("\t", " ") for value in values]
    assert [value for _, value in attributes(written)] == values
