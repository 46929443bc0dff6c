"""Categories as bars: each is named and as long as its share, with what was printed as a mark."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import row_of

from analyses.figures import alternative_of, taxonomy_bars
from analyses.figures.theme import Style
from analyses.report.sections.taxonomy import with_sums

if TYPE_CHECKING:
    from pathlib import Path

    from analyses.warehouse.tables import Row

N_LABELLED = {"server_cloud": 227, "mobile": 231, "browser": 125}
STYLE = Style("Mobile", "#D55E00", "square", is_candidate_set=False)


def category(level: str, inner: str, leaf: str | None, n: int, of: int, *printed: float) -> Row:
    share = n / of
    return row_of(
        "taxonomy_distribution", question_set="mobile", level=level, inner_category=inner,
        leaf_category=leaf, n_questions=n, n_labelled=of, share=share, share_ci_low=share / 2,
        share_ci_high=(1 + share) / 2, published_percent=printed[0] if printed else None,
    )  # fmt: skip


def published_rows(facts: Path, name: str) -> list[Row]:
    """The paper's categories with as many questions as its percentages mean."""
    rows, n = [], N_LABELLED[name]
    with (facts / "taxonomy.csv").open(encoding="utf-8", newline="") as file:
        printed = [row for row in csv.DictReader(file) if row["platform"] == name]
    counts: dict[str, int] = {}
    for row in printed:
        percent = float(row["published_percent"])
        inner, leaf = row["inner_category"], row["leaf_category"]
        counts[inner] = counts.get(inner, 0) + round(percent * n / 100)
        if leaf and leaf != inner:
            rows.append(category("leaf", inner, leaf, round(percent * n / 100), n, percent))
    inner_rows = [category("inner", inner, None, number, n) for inner, number in counts.items()]
    return [*inner_rows, *rows]


@pytest.mark.parametrize("name", N_LABELLED)
@pytest.mark.parametrize("level", ["inner", "leaf"])
def test_each_category_has_its_bar_and_its_label(shared_facts, name: str, level: str) -> None:
    rows = published_rows(shared_facts, name)
    expected = [row for row in rows if row.level == level and row.n_questions]
    chart = taxonomy_bars(rows, STYLE, level)
    bars = chart.data[0]
    assert sorted(bars.x, reverse=True) == list(bars.x), "from the largest to the smallest"
    assert sorted(bars.x) == pytest.approx(sorted(row.share for row in expected))
    labels = [one.text.replace("<br>", " ").replace("\N{NO-BREAK SPACE}", " ")
              for one in chart.layout.annotations]  # fmt: skip
    for share, label in zip(bars.x, labels, strict=True):
        assert f"({100 * share:.1f}%)" in label
    for row in expected:
        own = f"{row.leaf_category or row.inner_category}"
        assert any(label.startswith(own) and str(row.n_questions) in label for label in labels)


SHARES = st.lists(
    st.tuples(st.integers(0, 50), st.one_of(st.none(), st.floats(0.1, 100))), min_size=1, max_size=9
)


@given(SHARES)
def test_what_was_printed_is_a_mark_at_its_bar(counts) -> None:
    rows = [
        category("inner", f"c{place}", None, n, 60, *([printed] if printed else []))
        for place, (n, printed) in enumerate(counts)
    ]
    chart = taxonomy_bars(rows, STYLE, "inner")
    shown = [row for row in rows if row.n_questions or row.published_percent]
    assert len(chart.data[0].x) == len(shown) == len(chart.layout.annotations)
    marks = {
        chart.layout.annotations[int(y)].text.split()[0]: 100 * x
        for trace in chart.data[1:]
        for x, y in zip(trace.x, trace.y, strict=True)
    }
    assert marks == pytest.approx(
        {row.inner_category: row.published_percent for row in shown if row.published_percent}
    )
    low, high = chart.layout.xaxis.range
    assert low == 0
    assert all(x <= high for trace in chart.data for x in trace.x)


def test_a_set_without_labels_says_so() -> None:
    chart = taxonomy_bars([], STYLE, "inner")
    assert "no labelled question" in alternative_of(chart)


def test_a_category_whose_leaves_were_all_printed_has_their_sum() -> None:
    rows = [
        category("inner", "a", None, 3, 10),
        category("leaf", "a", "x", 1, 10, 9.7),
        category("leaf", "a", "y", 2, 10, 4.4),
        category("inner", "b", None, 5, 10),
        category("leaf", "b", "z", 5, 10),
        category("inner", "c", None, 2, 10, 20.0),
    ]
    found = [(row.inner_category, row.leaf_category, row.published_percent)
             for row in with_sums(rows)]  # fmt: skip
    assert found == [
        ("b", None, None), ("b", "z", None),
        ("a", None, pytest.approx(14.1)), ("a", "y", 4.4), ("a", "x", 9.7),
        ("c", None, 20.0),
    ]  # fmt: skip


def test_a_set_that_is_read_in_full_has_bars_without_an_interval() -> None:
    rows = [
        category("inner", name, None, n, 16)._replace(share_ci_low=None, share_ci_high=None)
        for name, n in (("model conversion", 12), ("serving", 4))
    ]
    (bars,) = taxonomy_bars(rows, STYLE, "inner").data
    assert bars.name == "here"
    assert {*bars.error_x.array, *bars.error_x.arrayminus} == {0}
    assert all("interval" not in one for (one,) in bars.customdata)
