"""Popularity and difficulty of categories: dots in order, a scatter with names, correlations."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log10
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import COLUMNS, Warehouse, page_of, row_of, write_tables
from scipy.stats import spearmanr

from analyses.figures import alternative_of, category_dots, category_scatter
from analyses.figures.measures import MEASURES
from analyses.figures.theme import Style

if TYPE_CHECKING:
    from page import Page

    from analyses.warehouse.tables import Row

STYLE = Style("Mobile", "#D55E00", "square", is_candidate_set=False)
CATEGORIES = [
    # inner, leaf, questions, median views, share without an accepted answer, response minutes
    ("update", None, 40, 900.0, 0.55, 300.0),
    ("conversion", "procedure", 60, 300.0, 0.70, 1500.0),
    ("conversion", "quantization", 35, 120.0, 0.80, 90_000.0),
    ("library", "compiling", 31, 450.0, 0.65, 700.0),
    ("library", "linking", 8, 5000.0, 0.10, 3.0),
]


def category(inner: str, leaf: str | None, n: int, *measures: float) -> dict[str, Any]:
    views, share, minutes = measures
    return {
        "question_set": "mobile", "level": "leaf" if leaf else "inner", "inner_category": inner,
        "leaf_category": leaf, "is_divided": False, "n_questions": n, "n_favorites_known": n,
        "n_answered": n, "n_no_answer": 0, "n_accepted": n - round(share * n),
        "n_answered_not_accepted": round(share * n), "n_self_answered": 0, "mean_views": 2 * views,
        "median_views": views, "median_views_ci_low": views / 2, "median_views_ci_high": views * 3,
        "no_accepted_share": share, "no_accepted_share_ci_low": max(0.0, share - 0.1),
        "no_accepted_share_ci_high": min(1.0, share + 0.1), "no_answer_share": 0.0,
        "no_answer_share_ci_low": 0.0, "no_answer_share_ci_high": 0.1,
        "median_response_minutes": minutes, "median_ci_low": minutes / 2,
        "median_ci_high": minutes * 2,
    }  # fmt: skip


def rows() -> list[Row]:
    return [row_of("category_measures", **category(*one)) for one in CATEGORIES]


def correlations() -> list[dict[str, Any]]:
    found = spearmanr([one[3] for one in CATEGORIES], [one[4] for one in CATEGORIES])
    pair = {"measure_a": "mean_views", "measure_b": "accepted_share"}
    return [
        {
            "question_set": "mobile", "level": level, **pair, "n_categories": n,
            "spearman_rho": -found.statistic, "spearman_p_value": 0.03, "p_value_adjusted": p,
            "ci_low": 0.1, "ci_high": 0.98, "kendall_tau": 0.8, "kendall_p_value": 0.05,
        }
        for level, n, p in (("leaf", 5, 0.04), ("inner", 3, 1.0), ("both", 7, 0.01))
    ]  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Page:
    folder = tmp_path_factory.mktemp("measures")
    published = Warehouse(folder)
    tables: dict[str, list[dict[str, Any]]] = {
        name: [dict(zip(COLUMNS[name].split(), row, strict=True)) for row in given]
        for name, given in published.rows.items()
    }
    of_set = {key: value for key, value in category("", "x", 174, 350.0, 0.6, 400.0).items()
              if key not in {"level", "inner_category", "leaf_category", "is_divided"}}  # fmt: skip
    tables |= {
        "category_measures": [category(*one) for one in CATEGORIES],
        "set_measures": [{**of_set, "is_candidate_set": False}],
        "measure_correlations": correlations(),
        "question_funnel": [
            {"position": 0, "step": "loaded", "is_asked_for": True, "n_left_out": 0,
             "n_questions": 5000},
            {"position": 1, "step": "sites", "is_asked_for": False, "n_left_out": 0,
             "n_questions": 5000},
            {"position": 6, "step": "closed", "is_asked_for": True, "n_left_out": 250,
             "n_questions": 4750},
        ],
    }  # fmt: skip
    return page_of(write_tables(folder, tables))


def test_categories_without_leaves_are_one_level(tmp_path) -> None:
    """A measure that some category lacks has fewer of them, and is no other level."""
    pair = correlations()[0]
    found = [
        {**pair, "level": level, "measure_b": measure, "n_categories": n}
        for level in ("leaf", "inner", "both")
        for measure, n in (("accepted_share", 5), ("median_response_minutes", 4))
    ]
    tables = {
        name: [dict(zip(COLUMNS[name].split(), row, strict=True)) for row in given]
        for name, given in Warehouse(tmp_path).rows.items()
        if name in {"studies", "question_sets"}
    }
    tables["category_measures"] = [category(f"c{n}", None, 40, 9.0, 0.5, 9.0) for n in range(5)]
    tables["measure_correlations"] = found
    text = page_of(write_tables(tmp_path, tables)).by_id("measures").text
    assert "over leaf categories" in text
    assert "over both levels" not in text.lower()


@pytest.mark.parametrize("measure", MEASURES)
def test_dots_go_from_the_largest_to_the_smallest_within_the_axis(measure: str) -> None:
    drawn = [row for row in rows() if getattr(row, measure) is not None]
    chart = category_dots(rows(), STYLE, measure)
    [dots] = chart.data
    values = sorted((getattr(row, measure) for row in drawn), reverse=True)
    assert list(dots.x) == values
    assert list(dots.y) == list(range(len(values)))
    assert len(chart.layout.annotations) == len(values)
    low, high = chart.layout.xaxis.range
    scale = log10 if chart.layout.xaxis.type == "log" else float
    for x, up, down in zip(dots.x, dots.error_x.array, dots.error_x.arrayminus, strict=True):
        assert up >= 0
        assert down >= 0
        assert low <= scale(x - down)
        assert scale(x + up) <= high


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.floats(0, 1)), max_size=9))
def test_any_categories_can_be_drawn(given_values) -> None:
    """No view at all has no place on a logarithmic axis, and is drawn at its end."""
    own = [
        row_of("category_measures", **category(f"c{n}", None, 10, float(views), share, 5.0))
        for n, (views, share) in enumerate(given_values)
    ]
    for measure in ("median_views", "no_accepted_share"):
        chart = category_dots(own, STYLE, measure)
        assert len(chart.data[0].x) == len(own)
        json.loads(chart.to_json())
    chart = category_scatter(own, STYLE, "median_views", "no_accepted_share")
    assert len(chart.data[0].text) == len(own)
    if not own:
        assert "no category" in alternative_of(chart)


def test_every_category_is_named_in_the_scatter() -> None:
    chart = category_scatter(rows(), STYLE, "median_views", "no_accepted_share")
    [points] = chart.data
    found = {(name, x, y) for name, x, y in zip(points.text, points.x, points.y, strict=True)}
    assert found == {
        (leaf or inner, views, share) for inner, leaf, _, views, share, _ in CATEGORIES
    }
    for inner, leaf, *_ in CATEGORIES:
        assert (leaf or inner) in alternative_of(chart)
    for axis, value in (("xaxis", lambda row: log10(row[3])), ("yaxis", lambda row: row[4])):
        low, high = chart.layout[axis].range
        assert all(low <= value(row) <= high for row in CATEGORIES)


def test_names_in_the_scatter_never_cover_each_other() -> None:
    """Of thirty categories in one place the largest is named, the others on demand."""
    own = [
        row_of("category_measures", **category(f"category {n}", None, 10 + n, 50.0, 0.5, 5.0))
        for n in range(30)
    ]
    [points] = category_scatter(own, STYLE, "median_views", "no_accepted_share").data
    shown = [name for name in points.text if name]
    assert shown == ["category 28", "category 29"]  # one above, one below
    assert all("category" in data[0] for data in points.customdata)


def test_a_category_without_the_measure_is_left_out() -> None:
    unknown = row_of(
        "category_measures", **{**category("new", None, 3, 1.0, 0.5, 1.0), "median_views": None}
    )
    assert len(category_dots([*rows(), unknown], STYLE, "median_views").data[0].x) == 5
    scatter = category_scatter([*rows(), unknown], STYLE, "median_views", "no_accepted_share")
    assert "new" not in scatter.data[0].text


def test_the_lead_names_the_extremes_among_those_with_ten_questions(page: Page) -> None:
    text = page.by_id("measures").text
    assert "of Mobile, update is viewed most (median 900 of 40 questions)".lower() in text.lower()
    assert "quantization is left without an accepted answer most often (80.0% of 35" in text
    assert "linking is viewed most" not in text


def test_correlations_are_shown_with_interval_n_and_correction(page: Page) -> None:
    text = page.by_id("measures").text
    assert "Of 1 pairs" not in text
    assert "Holm’s correction: 1 of 1. None of them is named as the strongest" in text
    [head, row] = page.table("measure_correlations_mobile_leaf")
    assert head[0].startswith("Popularity")
    assert row[0] == "views, mean"
    assert "+0.10 to +0.98" in row
    assert "0.040" in row
    assert "the same questions count twice" in text


def test_tables_of_sets_and_categories(page: Page) -> None:
    assert len(page.table("set_measures")) == 2
    shown = page.table("category_measures_mobile")
    assert len(shown) == 1 + len(CATEGORIES)
    assert page.csv("category_measures").count("\n") == 1 + len(CATEGORIES)


def test_steps_that_leave_questions_out_are_shown(page: Page) -> None:
    assert page.table("question_funnel")[1:] == [
        ["all loaded questions", "0", "5,000"], ["closed", "250", "4,750"],
    ]  # fmt: skip


def test_without_labels_the_section_is_named_as_missing(published: Page) -> None:
    assert not [one for one in published.elements() if one.attributes.get("id") == "measures"]
    assert "Popularity and difficulty of categories" in published.by_id("not-shown").text


def test_the_style_of_candidates_says_so() -> None:
    chart = category_dots(rows(), replace(STYLE, is_candidate_set=True), "median_views")
    assert "candidates" in alternative_of(chart)


def pairs(**more: object) -> list[dict[str, Any]]:
    """Correlations over leaves: strong by construction, over few categories, and of size."""
    weak = {**correlations()[0], "n_categories": 16, "spearman_rho": 0.5, "p_value_adjusted": 0.02,
            "ci_low": 0.1, "ci_high": 0.8, "measure_a": "mean_score"}  # fmt: skip
    built = {**weak, "measure_a": "mean_answers", "spearman_rho": 0.9}
    few = {**weak, "measure_a": "mean_favorites", "n_categories": 3, "spearman_rho": 1.0,
           "ci_low": None, "ci_high": None}  # fmt: skip
    return [one | more for one in (weak, built, few)]


def text_of(folder, found: list[dict[str, Any]], categories: list[dict[str, Any]]) -> Page:
    tables = {
        name: [dict(zip(COLUMNS[name].split(), row, strict=True)) for row in given]
        for name, given in Warehouse(folder).rows.items()
        if name in {"studies", "question_sets"}
    }
    tables["category_measures"] = categories
    tables["measure_correlations"] = found
    return page_of(write_tables(folder, tables))


def test_the_strongest_correlation_is_of_many_categories_and_of_two_things(tmp_path) -> None:
    """An answer counts in the mean of answers and in the share with one; three points are none."""
    text = text_of(tmp_path, pairs(), [category(*one) for one in CATEGORIES]).by_id("measures").text
    assert "3 of 3." in text
    assert "the strongest is score, mean with share with an accepted answer: rho = +0.50" in text
    assert "interval –" not in text


def test_without_ten_categories_none_is_the_strongest(tmp_path) -> None:
    found = pairs(n_categories=9)
    text = text_of(tmp_path, found, [category(*one) for one in CATEGORIES]).by_id("measures").text
    assert "None of them is named as the strongest" in text
    assert "the strongest is" not in text


def test_one_large_category_is_the_most_of_nothing(tmp_path) -> None:
    own = [category("update", None, 40, 900.0, 0.5, 9.0), category("b", None, 29, 9.0, 0.9, 9.0)]
    text = text_of(tmp_path, pairs(), own).by_id("measures").text
    assert "is viewed most" not in text
    assert "No two categories of a set have 30 questions" in text


def test_leaves_stand_below_their_inner_category(tmp_path) -> None:
    own = [category("a", None, 40, 9.0, 0.5, 9.0) | {"is_divided": True},
           category("b", None, 60, 9.0, 0.5, 9.0) | {"is_divided": True},
           category("a", "a1", 40, 9.0, 0.5, 9.0), category("b", "b1", 20, 9.0, 0.5, 9.0),
           category("b", "b2", 40, 9.0, 0.5, 9.0)]  # fmt: skip
    table = text_of(tmp_path, pairs(), own).table("category_measures_mobile")
    assert [row[0] for row in table[1:]] == ["b", "b2", "b1", "a", "a1"]


def test_leaves_of_one_name_are_told_apart() -> None:
    own = [row_of("category_measures", **category(inner, "procedure", n, 9.0, 0.5, 9.0))
           for inner, n in (("export", 7), ("serving", 8))]  # fmt: skip
    told = alternative_of(category_dots(own, STYLE, "no_accepted_share"))
    assert "procedure in export 50.0% (n = 7)" in told
    assert "procedure in serving 50.0% (n = 8)" in told


def test_a_first_label_of_two_lines_is_below_the_title() -> None:
    long = row_of("category_measures", **category("data processing", "a " * 30, 9, 9.0, 0.5, 9.0))
    short = row_of("category_measures", **category("x", "y", 9, 9.0, 0.5, 9.0))
    tops = [category_dots([row], STYLE, "median_views").layout.margin.t for row in (short, long)]
    assert tops[1] >= tops[0] + 16
