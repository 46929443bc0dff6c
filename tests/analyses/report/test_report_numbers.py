"""Numbers as people write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.common.numbers import (
    and_list,
    between,
    count,
    duration,
    few,
    number,
    p_value,
    p_words,
    percent,
    points,
    signed,
    small_percent,
)
from analyses.report.blocks import Column
from analyses.report.sections.replication import plain
from analyses.warehouse.dictionary import read_dictionary
from analyses.warehouse.tables import Table

NONE = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


if TYPE_CHECKING:
    from page import Page


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (count(1234567), "1,234,567"),
        (count(0), "0"),
        (count(-1234), f"{MINUS}1,234"),
        (count(None), NONE),
        (number(1024.444), "1,024.44"),
        (percent(0.70694), "70.7%"),
        (percent(1.0), "100.0%"),
        (percent(0), "0.0%"),
        (percent(None), NONE),
        (points(0.0799), "+8.0"),
        (points(-0.0799), f"{MINUS}8.0"),
        (signed(0.0), "0.00"),
        (signed(-0.001), "0.00"),
        (signed(-0.126), f"{MINUS}0.13"),
        (signed(None), NONE),
        (p_value(0.0), "< 0.001"),
        (p_value(0.00099), "< 0.001"),
        (p_value(0.001), "0.001"),
        (p_value(0.0456), "0.046"),
        (p_value(0.9999), "> 0.999"),
        (p_value(1.0), "1.000"),
        (p_value(None), NONE),
        (p_words(0.0001), "p < 0.001"),
        (p_words(0.0123), "p = 0.012"),
        (duration(0), "0 s"),
        (duration(0.5), "30 s"),
        (duration(1), "1.0 min"),
        (duration(59.94), "59.9 min"),
        (duration(60), "1.0 h"),
        (duration(1024.44), "17.1 h"),
        (duration(1802.37), "30.0 h"),
        (duration(2880), "2.0 d"),
        (duration(364 * 1440), "364.0 d"),
        (duration(366 * 1440), "1.0 y"),
        (duration(-90), f"{MINUS}1.5 h"),
        (duration(None), NONE),
        (between(0.063, 0.0966, points), "+6.3 to +9.7"),
        (between(-0.11, 0.19, signed), f"{MINUS}0.11 to +0.19"),
        (between(60, None, duration), f"1.0 h to {NONE}"),
        (between(None, None), NONE),
        (small_percent(0.00234), "0.234%"),
        (small_percent(0.0234), "2.3%"),
        (few(29), "Few questions (n = 29): "),
        (few(30), ""),
        (plain(1325.0), "1,325"),
        (plain(70.7), "70.7"),
        (plain(70.69), "70.69"),
        (plain(0.894), "0.894"),
        (plain(0), "0"),
        (plain(None), NONE),
        (and_list(["a"]), "a"),
        (and_list(["a", "b"]), "a and b"),
        (and_list(["a", "b", "c"]), "a, b and c"),
        (and_list([]), ""),
    ],
)
def test_is_written(written: str, expected: str) -> None:
    assert written.replace("\N{NO-BREAK SPACE}", " ") == expected


@given(st.integers(-(10**12), 10**12))
def test_a_count_reads_back(value: int) -> None:
    assert int(count(value).replace(",", "").replace(MINUS, "-")) == value


@given(st.floats(0, 1))
def test_a_p_value_is_never_rounded_to_zero_or_one(value: float) -> None:
    text = p_value(value)
    assert text != "0.000"
    assert text != "1.000" or value == 1


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_number_and_its_unit_stay_together(first: float, second: float) -> None:
    assert " " not in duration(first)
    assert " " not in signed(second)


def test_a_number_is_written_by_the_name_of_its_column() -> None:
    row = Table(
        "t", ("n_questions", "no_accepted_share", "p_value_adjusted", "median_minutes", "tau",
              "share_ci_low", "share_ci_high"),
        ((1234, 0.5, 0.00001, 90.0, 0.333, 0.25, 0.75),),
    ).rows[0]  # fmt: skip
    written = {
        source: Column("x", source).cell(None, row).text.replace("\N{NO-BREAK SPACE}", " ")
        for source in (*row._fields[:5], "share_ci_low share_ci_high")
    }
    assert written == {
        "n_questions": "1,234", "no_accepted_share": "50.0%", "p_value_adjusted": "< 0.001",
        "median_minutes": "1.5 h", "tau": "0.33", "share_ci_low share_ci_high": "25.0% to 75.0%",
    }  # fmt: skip


def test_a_head_is_explained_by_the_data_dictionary(published: Page) -> None:
    heads = {one.text: one.attributes["title"] for one in
             published.by_id("table-acceptance").all("abbr")}  # fmt: skip
    said = read_dictionary()["acceptance"].column("n_accepted").description
    assert heads["Accepted"] == said
