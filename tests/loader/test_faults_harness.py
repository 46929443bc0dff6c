"""A short run of `benchmarks/faults`: it finds nothing in the loader, and finds what is planted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import stores
from lxml import etree

import loader
from benchmarks.faults import damage, oracle

ROOT = Path(__file__).resolve().parents[2]


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


RUN = "from benchmarks.faults.__main__ import main; main()"


def test_two_hundred_damaged_files():
    done = run(RUN, "--cases", "200", "--seconds", "60", "--seed", "20190831", "--no-breaks")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "0 violations" in done.stdout
    assert "as expat reads it" in done.stdout


def test_some_loads_broken_off():
    program = RUN.replace("main()", "").replace(
        "import main;",
        "import main; from benchmarks.faults import __main__ as m;"
        " m._case = lambda rng, work, tables, breaker: breaker.case(rng);",
    )
    done = run(
        program + "main()", "--cases", "3", "--seconds", "120", "--seed", "4", "--rows", "600"
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert " 3  cases" in done.stdout


@pytest.mark.parametrize("before", ["", "Cre", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_the_second_reader_takes_the_names_that_lxml_takes(before):
    """A run of 0x20 in UTF-16 is one of U+2020, which is in no name."""
    odd = [0x80, 0xB7, 0xD7, 0xF7, 0x2FF, 0x300, 0x36F, 0x37E, 0x2020, 0x203F, 0x2041, 0x2070]
    odd += [0x2190, 0x2BFF, 0x2C00, 0x3000, 0x3001, 0xD7FF, 0xE000, 0xF900, 0xFDD0, 0xFDF0, 0xFFFD]
    odd += [0x10000, 0xEFFFF, 0xF0000]
    for code in odd:
        row = f'<row Id="1" {before}{chr(code)}="a" />'
        try:
            etree.fromstring(row.encode())
            n_bad = 0
        except etree.XMLSyntaxError:
            n_bad = 1
        found = oracle.account(f"<users>{row}</users>".encode(), "users", frozenset({"Id"}))
        assert (len(found.rows), found.n_bad) == (1 - n_bad, n_bad), hex(code)


def test_a_row_that_is_only_begun_is_one_of_those_set_aside(tmp_path):
    """Its bytes are ``<row``: what parts it from the next row is not among them."""
    text = '<users><row\n <row Id="1" /></users>'
    stores.write(tmp_path / "a.com" / "Users.xml", text)
    loader.load([tmp_path / "a.com"], tmp_path / "data", on_error="quarantine")
    [xml] = oracle.rejected(tmp_path / "data", "users", "a.com")
    assert damage._ROW_START.match(xml)
    found = oracle.account(text.encode(), "users", frozenset({"Id"}))
    assert (len(found.rows), found.n_bad) == (1, 1)


DATES = [
    *("2012-04-18T09:30:15.720", "2012-04-18 09:30:15", "2012-04-18T09:30", "2012-04-18T09"),
    *("2012-04-18", "2012-04-18T09:30:15.1234567", "2012-04-18T09:30:00+0200", "2012-04-18T09Z"),
    *("2012-04-18T09:30:00-02:00", "2012-04-18T09:30Z", "2012-04-18T09.720", "2012-04-18T0930"),
    *("20120418", "2012-W16-3", "2012-04-18T09:30:15,5", "2012-04-18x09:30:15", "2012-04-18T24:00"),
    *("2012-04-18T", "2012-04", "2012-04-18T09:30:15.", "2012-04-18Z", "2012-02-30"),
]


@pytest.mark.parametrize("date", DATES)
def test_the_second_reader_takes_the_dates_that_the_loader_takes(tmp_path, date):
    text = f'<users><row Id="1" CreationDate="{date}" /></users>'
    stores.write(tmp_path / "a.com" / "Users.xml", text)
    loader.load([tmp_path / "a.com"], tmp_path / "data", on_error="quarantine")
    found = oracle.account(text.encode(), "users", frozenset({"Id", "CreationDate"}))
    assert oracle.loaded(tmp_path / "data", "users", "a.com") == found.rows


PLANTED = {
    "a row is lost": "import loader.parse.reference_parser as r; t = r._rows;"
    " r._rows = lambda text: t(text)[:-1] * 2 if b'Id' in text else t(text);",
    "a hole is replaced": "import loader.parse.reference_parser as r; t = r._rows;"
    " r._rows = lambda text: t(text.translate(bytes(range(256)).replace(bytes(1), b'?')));",
    "a prefix is dropped": "import loader.parse.markup as m, loader.parse.reference_parser as r;"
    " import re; m._START_TAG = m._PREFIXED; t = r._rows;"
    r" r._rows = lambda text: t(re.sub(rb'\s\w*:(?=\w+=)', b' ', text));",
    "a year that is none": "import loader.parse.casts as c; c._within_years = lambda dates: dates;",
    "quoted rows are loaded": "import loader.parse.markup as m;"
    " m.Markup._is_set_off = m.Markup._is_followed_by_tag = lambda *_: False;",
    "a traceback": "import loader.table as t; t.read_prolog = None;",
}
SEEDS = {"quoted rows are loaded": 1080}
"""Rare: from here on a case shows it soon, in real rows as in sampled ones, which others have."""


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name):
    done = run(
        PLANTED[name] + RUN,
        *("--cases", "900", "--seconds", "180", "--seed", str(SEEDS.get(name, 1)), "--most", "1"),
        "--no-breaks",
    )
    assert done.returncode == 1
    assert "VIOLATION seed " in done.stderr
