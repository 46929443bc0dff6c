"""A short run of `benchmarks/faults`: it finds nothing in the loader, and finds what is planted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name):
    done = run(
        PLANTED[name] + RUN,
        *("--cases", "900", "--seconds", "180", "--seed", "1", "--most", "1", "--no-breaks"),
    )
    assert done.returncode == 1
    assert "VIOLATION seed " in done.stderr
