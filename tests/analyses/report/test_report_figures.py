"""What goes into a figure is what it draws."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import row_of

from analyses.figures import (
    alternative_of,
    funnel_panel,
    popularity_panel,
    popularity_shares,
    response_time_boxes,
    styles,
)
from analyses.figures.funnel import STAGES
from analyses.figures.popularity import is_partial
from analyses.figures.theme import Style, style_of
from analyses.warehouse.tables import Row, read_tables

STYLE = Style("Mobile", "#D55E00", "square", is_candidate_set=False)
CANDIDATES = Style("Browser", "#009E73", "circle", is_candidate_set=True)


def year_of(name: str, year: int, n_questions: int, n_users: int, **more: float) -> Row:
    known = {"question_set": name, "year": year, "n_questions": n_questions, "n_users": n_users}
    return row_of("yearly_popularity", **known, **{"question_share": 0.01} | more)


def funnel_of(name: str, *counts: int | None) -> Row:
    values = dict(zip([stage.column for stage in STAGES], counts, strict=True))
    return row_of("question_set_funnel", question_set=name, **values)


def year_row(year: int, n_questions: int, n_users: int) -> Row:
    return year_of("mobile", year, n_questions, n_users)


def times(name: str = "mobile", **changes: float | None) -> Row:
    values = {
        "n_accepted": 436,
        "n_response_times": 435,
        "n_answered_before_asked": 0,
        "median_response_minutes": 1024.44,
        "q1": 158.99,
        "q3": 8524.72,
        "p10": 12.0,
        "p90": 46356.25,
        "lower_whisker": 3.5,
        "upper_whisker": 20837.45,
        "min_response_minutes": 0.0,
        "max_response_minutes": 788_000.0,
        "median_response_minutes_days_dropped": 405.23,
    }
    return row_of("response_time_summary", question_set=name, **values | changes)


def trace(figure, name: str):
    (found,) = [one for one in figure.data if one.name == name and one.x[0] is not None]
    return found


def said(figure) -> str:
    return " ".join(annotation.text for annotation in figure.layout.annotations)


def test_published_years_are_drawn_as_they_are(shared_facts, studied_data) -> None:
    """Users and questions of the mobile set, 2015 to 2019, against the paper's own figures."""
    published = {"questions": {}, "users": {}}
    for line in (shared_facts / "published_figures.csv").read_text("utf-8").splitlines():
        step, figure, name, year, value = line.split(",")[:5]
        if step == "3" and name == "mobile":
            published[figure][int(year)] = int(value)
    rows = [
        row
        for row in read_tables(studied_data).rows("yearly_popularity")
        if row.question_set == "mobile"
    ]
    panel = popularity_panel(rows, STYLE, range(2015, 2020))
    for name, years in published.items():
        drawn = trace(panel, name)
        assert dict(zip(drawn.x, drawn.y, strict=True)) == years


YEARS = st.dictionaries(
    st.integers(2008, 2030),
    st.tuples(st.integers(1, 10**7), st.integers(0, 10**7)),
    min_size=1,
    max_size=12,
)


@given(YEARS)
def test_every_year_is_drawn_once_and_absent_years_are_zero(known) -> None:
    years = range(min(known), max(known) + 1)
    panel = popularity_panel([year_row(y, *n) for y, n in known.items()], STYLE, years)
    for name, place in (("questions", 0), ("users", 1)):
        drawn = trace(panel, name)
        assert list(drawn.x) == list(years)
        assert list(drawn.y) == [known.get(year, (0, 0))[place] for year in years]
        noun = "question" if place == 0 else "user"
        assert [text for text, _ in drawn.customdata] == [
            f"{y:,} {noun}{'' if y == 1 else 's'}" for y in drawn.y
        ]
    assert panel.layout.yaxis.range[0] == 0
    assert panel.layout.yaxis.range[1] > max(n for n, _ in known.values())


def test_years_before_the_first_question_are_zero_too() -> None:
    """As in the chart of shares and in the tables beside it."""
    panel = popularity_panel(
        [year_row(2015, 0, 0), year_row(2016, 3, 2), year_row(2017, 0, 0)], STYLE, range(2014, 2018)
    )
    assert list(trace(panel, "questions").x) == [2014, 2015, 2016, 2017]
    assert list(trace(panel, "questions").y) == [0, 0, 3, 0]
    assert "2014: 0 questions, 0 users" in alternative_of(panel)


@pytest.mark.parametrize(
    ("year", "end", "expected"),
    [
        (2019, date(2019, 12, 1), True),
        (2019, date(2019, 1, 1), True),
        (2019, date(2019, 12, 31), False),
        (2018, date(2019, 12, 1), False),
        (2019, None, False),
    ],
)
def test_a_year_is_partial_where_the_data_end_inside_it(year, end, expected) -> None:
    assert is_partial(year, end) is expected


def test_a_partial_year_is_dotted_and_named() -> None:
    rows = [year_row(2017, 257, 221), year_row(2018, 484, 404), year_row(2019, 722, 592)]
    panel = popularity_panel(rows, STYLE, range(2017, 2020), date(2019, 11, 30))
    dotted = [one for one in panel.data if one.line.dash == "dot"]
    assert [(list(one.x), list(one.y)) for one in dotted] == [
        ([2018, 2019], [484, 722]),
        ([2018, 2019], [404, 592]),
    ]
    assert list(trace(panel, "questions, whole years").x) == [2017, 2018]
    assert panel.layout.xaxis.ticktext[-1] == "2019<br>to 30 Nov"
    assert trace(panel, "questions").customdata[-1][1].endswith("to 30 November only")
    assert "to 30 November only" in alternative_of(panel)

    whole = popularity_panel(rows, STYLE, range(2017, 2020), date(2019, 12, 31))
    assert not [one for one in whole.data if one.line.dash == "dot"]
    assert whole.layout.xaxis.ticktext[-1] == "2019"


def test_a_single_partial_year_is_a_point() -> None:
    panel = popularity_panel([year_row(2019, 5, 4)], STYLE, range(2019, 2020), date(2019, 3, 1))
    assert list(trace(panel, "questions").y) == [5]


@pytest.mark.parametrize("rows", [[], [year_row(2019, 0, 0)]])
def test_a_set_without_questions_says_so(rows) -> None:
    panel = popularity_panel(rows, STYLE, range(2018, 2020))
    assert "no questions" in said(panel)
    assert "no questions" in alternative_of(panel)


def test_the_end_labels_hold_the_last_numbers_and_do_not_touch() -> None:
    panel = popularity_panel([year_row(2019, 1234, 1230)], STYLE, range(2019, 2020))
    labels = {one.text: one.yshift for one in panel.layout.annotations}
    assert set(labels) == {"1,234 questions", "1,230 users"}
    assert abs(labels["1,234 questions"] - labels["1,230 users"]) >= 12


@pytest.mark.parametrize(
    ("is_part", "title", "hover"),
    [
        (True, "Of the base set", "150 questions of n = 100<br>150.0% of the base set"),
        (False, "Ratio to the base set", "150 questions, beside n = 100<br>ratio 150.0% to the"),
    ],
)
def test_a_share_of_what_it_is_no_part_of_is_called_a_ratio(is_part, title, hover) -> None:
    row = year_of("mobile", 2018, 150, 90, n_base_questions=100, base_question_share=1.5)
    chart = popularity_shares(
        [row], {}, [2018], column="base_question_share", whole="the base set", is_part=is_part
    )
    assert chart.layout.title.text == f"<b>{title}</b>"
    assert hover in trace(chart, "mobile").customdata[0][0]
    assert ("ratio to" in alternative_of(chart)) is not is_part


MINUTES = st.floats(0, 10**7, allow_nan=False)


@given(st.lists(MINUTES, min_size=5, max_size=5).map(sorted), st.integers(1, 10**6))
def test_a_box_is_drawn_from_its_quartiles(five, n) -> None:
    low, q1, median, q3, high = five
    row = times(
        lower_whisker=low, q1=q1, median_response_minutes=median, q3=q3, upper_whisker=high,
        n_response_times=n,
    )  # fmt: skip
    figure = response_time_boxes([row], {"mobile": STYLE})
    box, hover = figure.data
    floor = 1 if q1 > 1 else 1 / 60
    drawn = [box.lowerfence[0], box.q1[0], box.median[0], box.q3[0], box.upperfence[0]]
    assert drawn == [max(value, floor) for value in five]
    assert list(hover.x) == drawn
    assert min(drawn) > 0, "a logarithmic axis has no zero"
    text = hover.customdata[0][0]
    assert f"n = {n:,}" in text
    assert f"{median:,.2f} min" in text
    assert f"whiskers {low:,.2f} to {high:,.2f} min" in text
    start, end = figure.layout.xaxis.range
    assert 10**start <= min(drawn)
    assert 10**end >= max(drawn)


def test_the_axis_speaks_in_human_units() -> None:
    axis = response_time_boxes([times()], {}).layout.xaxis
    named = {text: value for value, text in zip(axis.tickvals, axis.ticktext, strict=True) if text}
    assert axis.type == "log"
    assert named == {
        "1 min": 1, "10 min": 10, "1 h": 60, "6 h": 360, "1 d": 1440, "1 wk": 10080, "1 mo": 43200,
    }  # fmt: skip


def test_a_set_without_times_has_no_box() -> None:
    empty = times("browser", q1=None, median_response_minutes=None, q3=None)
    figure = response_time_boxes([empty, times()], {"mobile": STYLE})
    assert [one.name for one in figure.data] == ["Mobile", "Mobile"]
    assert "no response times" in alternative_of(response_time_boxes([empty], {}))


def test_whiskers_that_are_not_known_end_at_the_box() -> None:
    box = response_time_boxes([times(lower_whisker=None, upper_whisker=None)], {}).data[0]
    assert (box.lowerfence[0], box.upperfence[0]) == (box.q1[0], box.q3[0])


def test_candidates_are_marked_in_every_figure() -> None:
    known = {"browser": CANDIDATES}
    row = year_of("browser", 2019, 3, 2)
    counts = funnel_of("browser", 2, 1, 3, 0, 0, 0, 3)
    panels = [popularity_panel([row], CANDIDATES, [2019]), funnel_panel(counts, CANDIDATES, 3)]
    for panel in panels:
        assert panel.layout.title.subtitle.text == "candidates: not inspected by hand"
    boxes = response_time_boxes([times("browser")], known)
    assert "(candidates)" in said(boxes)
    for figure in (*panels, boxes):
        assert "candidates: not inspected by hand" in alternative_of(figure)
    plain = popularity_panel([row], STYLE, [2019])
    assert "candidates" not in str(plain.to_json())


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**8)), min_size=7, max_size=7))
def test_the_funnel_draws_each_stage(counts) -> None:
    values = dict(zip([stage.column for stage in STAGES], counts, strict=True))
    panel = funnel_panel(funnel_of("mobile", *counts), STYLE, 10)
    bars = panel.data[0]
    expected = [(s.label, values[s.column]) for s in STAGES if values[s.column] is not None]
    assert list(zip(bars.y or (), bars.x or (), strict=True)) == expected
    for label, value in expected:
        assert f"{label}: {value:,}" in alternative_of(panel)


def test_panels_of_one_funnel_share_their_scale() -> None:
    small, large = (
        funnel_panel(funnel_of("mobile", n, 0, n, 0, 0, 0, n), STYLE, 1000) for n in (3, 1000)
    )
    assert small.layout.xaxis.range == large.layout.xaxis.range
    assert small.layout.xaxis.range[1] > 1000


def sets(*kinds: str) -> list[Row]:
    return [
        row_of(
            "question_sets",
            question_set=f"{kind}_{place}",
            label=f"S{place}",
            position=place,
            kind=kind,
        )
        for place, kind in enumerate(kinds)
    ]


def test_each_set_has_its_own_colour() -> None:
    known = styles(sets("base", "scope", "topic", "topic", "topic", "union", "baseline"))
    colours = [style.colour for style in known.values()]
    assert len(set(colours)) == len(colours)
    assert colours[0] == "#56B4E9", "the base set's colour is the same in every study"


def test_a_colour_follows_the_set_not_the_figure() -> None:
    known = styles(sets("topic", "topic", "baseline"))
    fewer = styles(sets("topic", "topic", "baseline")[:2])
    for name, style in fewer.items():
        assert known[name] == style
    name, style = next(iter(known.items()))
    panel = popularity_panel([year_of(name, 2019, 3, 2)], style, [2019])
    assert {one.marker.color for one in panel.data if one.mode == "markers"} == {style.colour}
    boxes = response_time_boxes([times(name)], known)
    assert boxes.data[0].line.color == style.colour
    bars = funnel_panel(funnel_of(name, 1, 1, 1, 0, 0, 0, 1), style, 1).data[0]
    assert bars.marker.color[-1] == style.colour


def test_no_two_sets_look_alike() -> None:
    kinds = ["base", "scope", "scope", *["topic"] * 9, "union", "baseline"]
    assert len({style.colour for style in styles(sets(*kinds)).values()}) == len(kinds)
    many = styles(sets(*["topic"] * 70)).values()
    assert len({(style.colour, style.marker) for style in many}) == 70


def test_a_set_that_nobody_described_has_a_plain_style() -> None:
    assert style_of("all_questions", {}) == Style("all questions", "#999999", "x", False)  # noqa: FBT003
