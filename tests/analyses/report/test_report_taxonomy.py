"""Treemaps: each tile with room for its words has them, and what has none is listed below."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from analyses.figures.tiles import SIZES, Tile, fit, place, text_width
from analyses.warehouse.marts import TaxonomyShare
from hypothesis import given
from hypothesis import strategies as st

from analyses.figures import taxonomy_treemap
from analyses.figures.taxonomy import WIDTH, WIDTHS
from analyses.figures.theme import Style, at_width

if TYPE_CHECKING:
    from pathlib import Path

N_LABELLED = {"server_cloud": 227, "mobile": 231, "browser": 125}
STYLE = Style("Mobile", "#D55E00", "square", is_candidate_set=False)


def published_rows(facts: Path, name: str) -> list[TaxonomyShare]:
    """The paper's categories with as many questions as its percentages mean."""
    rows, n = [], N_LABELLED[name]
    with (facts / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["platform"] == name]
    counts: dict[str, int] = {}
    for row in printed:
        questions = round(float(row["published_percent"]) * n / 100)
        inner, leaf = row["inner_category"], row["leaf_category"]
        counts[inner] = counts.get(inner, 0) + questions
        if leaf and leaf != inner:
            rows.append(TaxonomyShare(name, inner, leaf, questions, questions / n, None, "leaf"))
    inner_rows = [
        TaxonomyShare(name, inner, None, questions, questions / n, None, "inner")
        for inner, questions in counts.items()
    ]
    return [*inner_rows, *rows]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("name", N_LABELLED)
@pytest.mark.parametrize("width", [WIDTHS[0], 352, 720, WIDTH, WIDTHS[-1]])
def test_each_category_is_named_in_its_tile_or_below(shared_facts, name: str, width: int) -> None:
    rows = published_rows(shared_facts, name)
    assert len(rows) > 20
    chart = at_width(taxonomy_treemap(rows, STYLE), width)
    tiles = dict(zip(chart.data[0].ids, chart.data[0].labels, strict=True))
    below = plain(" ".join(one.text.replace("<br>", " ") for one in chart.layout.annotations))
    for row in rows:
        own = row.leaf_category or row.inner_category
        key = f"{row.inner_category}\n{own}" if row.level == "leaf" else row.inner_category
        said = plain(tiles[key]).replace("<br>", "").replace(" ", "")
        listed = f"{own} {row.n_questions} ({100 * row.share:.1f}%)"
        if said:
            assert said.startswith(own.replace(" ", ""))
        else:
            assert listed.replace(" ", "") in below.replace(" ", "")


def test_wide_maps_leave_out_only_small_tiles(shared_facts) -> None:
    """28 of 100 were blank once, one of them of 11 questions."""
    for name in N_LABELLED:
        rows = published_rows(shared_facts, name)
        chart = at_width(taxonomy_treemap(rows, STYLE), 1040)
        trace = chart.data[0]
        blank = [
            value
            for value, text in zip(trace.values, trace.labels, strict=True)
            if not plain(text).strip()
        ]
        assert len(blank) <= 0.25 * len(rows)
        assert max(blank, default=0) <= 4


def test_a_narrow_tile_has_its_words_in_more_lines() -> None:
    text = ("conversion of unsupported models", "11\N{NO-BREAK SPACE}(4.8%)")
    words = fit([text], 101, 164)
    assert words is not None
    assert words.size == SIZES[0]
    assert len(words.lines) > 3


SIDES = st.floats(1, 600)


@given(st.lists(st.text("abcMW -/", min_size=1), min_size=1, max_size=3), SIDES, SIDES)
def test_words_that_fit_do_and_none_is_lost(parts: list[str], width: float, height: float) -> None:
    words = fit([parts], width, height)
    if words is None:
        return
    assert "".join(words.lines).replace(" ", "") == "".join(parts).replace(" ", "")
    assert all(words.size * text_width(line) <= width for line in words.lines)
    assert words.size * len(words.lines) <= height


VALUES = st.lists(st.integers(1, 500), min_size=1, max_size=25)


@given(VALUES, st.floats(50, 2000), st.floats(50, 2000))
def test_tiles_fill_their_place_by_their_values(
    values: list[int], width: float, height: float
) -> None:
    root = Tile(0, [Tile(value) for value in values], width=width, height=height)
    place(root, gap=0, head=0, side=0)
    for tile in root.children:
        share = tile.value / sum(values)
        assert tile.width * tile.height == pytest.approx(share * width * height)
        assert tile.x >= -1e-6
        assert tile.y >= -1e-6
        assert tile.x + tile.width <= width + 1e-6
        assert tile.y + tile.height <= height + 1e-6
    for one in root.children:
        for other in root.children:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert one is other or across <= 1e-6 or down <= 1e-6, "two tiles overlap"
