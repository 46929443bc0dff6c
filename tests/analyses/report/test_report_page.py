"""The page: whole, alone, readable, and true to the marts."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pytest
from page import Page

from analyses.marts import RECORDS, Mart, Marts, read_marts
from analyses.report import render, write_report
from analyses.report.blocks import script_json

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [record.mart for record in RECORDS]


def page_of(data: Path) -> Page:
    return Page(render(read_marts(data)))


@pytest.fixture(scope="module")
def real(studied_data: Path) -> Page:
    return page_of(studied_data)


@pytest.fixture(scope="module")
def published(published_data: Path) -> Page:
    return page_of(published_data)


@pytest.fixture(scope="module")
def synthetic(synthetic_data: Path) -> Page:
    return page_of(synthetic_data)


@pytest.fixture(scope="module", params=["studied_data", "published_data", "synthetic_data"])
def each(request: pytest.FixtureRequest) -> Page:
    return page_of(request.getfixturevalue(request.param))


# --- what the page says, against the real questions


def test_it_tells_the_published_numbers(real: Page) -> None:
    """Figures of the brief: 1,533 mobile questions, 71.6% without, 1,024.44 and 405.23 minutes."""
    (mobile,) = [row for row in real.table("acceptance") if row[0] == "Mobile"]
    assert mobile == ["Mobile", "1,533", "435", "1,098", "71.6%"]
    (times,) = [row for row in real.table("response_time_summary") if row[0] == "Mobile"]
    assert times[4] == "17.1 h"
    assert times[7:9] == ["1,024.44", "405.23"]
    (funnel,) = [row for row in real.table("question_set_funnel") if row[0] == "Mobile"]
    assert funnel[3] == "486"
    years = real.table("yearly_popularity_n_users")
    place = years[0].index("Mobile")
    assert [row[place] for row in years[1:]] == ["8", "54", "221", "404", "592"]


def test_it_marks_the_year_that_the_data_cut(real: Page) -> None:
    assert real.table("yearly_popularity_n_questions")[-1][0] == "2019 to 30 Nov"
    assert "2019 is not whole" in real.by_id("chart-popularity").text


def test_it_says_what_it_does_not_have(real: Page) -> None:
    assert "No question in these data: Non-deployment." in real.by_id("chart-popularity").text
    assert "There is no baseline" in real.by_id("glance").text


def test_the_rules_are_said_in_words(real: Page) -> None:
    text = real.by_id("question-sets").text
    assert (
        "with android, ios or mobile in the title"
        " (as a word between spaces; searched among Framework-tagged questions)"
    ) in text
    assert "tagged coreml or tensorflow-lite" in text
    assert "with cloud, server or serving, and deploy in title or body" in text


# --- alone


def test_no_element_loads_anything(each: Page) -> None:
    for element in each.elements():
        for name in ("src", "srcset", "poster", "data", "action", "background"):
            assert name not in element.attributes, (element.tag, element.attributes)
        if element.tag == "a":
            assert (element.attributes["href"] or "").startswith("#")
        else:
            assert "href" not in element.attributes, element.tag
        assert "url(" not in (element.attributes.get("style") or "")
    assert not each.all("link")
    assert not each.all("iframe")
    for style in each.all("style"):
        assert "url(" not in style.raw
        assert "@import" not in style.raw


def test_the_policy_forbids_every_request(each: Page) -> None:
    (policy,) = [
        one.attributes["content"]
        for one in each.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert not any("http" in rule or "*" in rule for rule in rules.values())


def test_the_library_is_there_once(each: Page) -> None:
    assert len([one for one in each.all("script") if "plotly.js v" in one.raw[:200]]) == 1


# --- true to the marts


def decoded(data: Path, name: str) -> list[list[str]]:
    """A mart as DuckDB itself writes it to CSV, an independent writer."""
    with duckdb.connect(str(data / "stackstudy.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        columns = connection.execute(f'describe main."{name}"').fetchall()
        chosen = ", ".join(
            f'strftime("{column}"::timestamp, \'%Y-%m-%dT%H:%M:%S.%gZ\') as "{column}"'
            if kind == "TIMESTAMP WITH TIME ZONE"
            else f'strftime("{column}", \'%Y-%m-%dT%H:%M:%S.%g\') as "{column}"'
            if kind.startswith("TIMESTAMP")
            else f'to_json("{column}") as "{column}"'
            if kind.startswith("MAP")
            else f'"{column}"'
            for column, kind, *_ in columns
        )
        target = data / f"{name}.csv"
        connection.execute(
            f"copy (select {chosen} from main.\"{name}\") to '{target}' (header, delimiter ',')"
        )
    with target.open(encoding="utf-8", newline="") as file:
        return [*csv.reader(file)]


def as_values(rows: list[list[str]]) -> list[tuple[object, ...]]:
    """Cells that are numbers as numbers, since two writers may write one number differently."""

    def value(text: str) -> object:
        try:
            return float(text)
        except ValueError:
            return text

    return sorted((tuple(value(cell) for cell in row) for row in rows), key=str)


@pytest.mark.parametrize("source", ["studied_data", "published_data"])
def test_each_csv_is_the_mart(source: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(source)
    page = page_of(data)
    offered = {button.attributes["data-csv"] for button in page.all("button")}
    assert offered == set(NAMES) - {"question_sets"}
    for name in offered:
        found = [*csv.reader(io.StringIO(page.csv(name)))]
        expected = decoded(data, name)
        assert found[0] == expected[0], name
        assert as_values(found[1:]) == as_values(expected[1:]), name


def test_every_table_and_chart_has_its_csv(each: Page) -> None:
    blocks = each.with_class("table") + each.all("figure")
    assert len(blocks) > 8
    for block in blocks:
        assert len(block.all("button")) == 1, block.attributes["id"]


def test_text_of_the_data_cannot_break_out(warehouse) -> None:
    evil = '</script><script>alert(1)</script><img src=x onerror=alert(1)> & "quoted"'
    warehouse.rows["replication_checks"] = [(2, evil, evil, None, 1, 2, evil, evil)]
    name, _, *rest = warehouse.rows["question_sets"][3]
    warehouse.rows["question_sets"][3] = (name, evil, *rest)
    page = page_of(warehouse.build())
    assert page.errors == []
    assert page.all("img") == []
    assert len(page.all("script")) == len(
        [one for one in page.all("script") if "alert(1)" not in one.raw or "type" in one.attributes]
    )
    assert evil in [*csv.reader(io.StringIO(page.csv("replication_checks")))][1]
    assert page.table("replication_checks")[1][-1] == evil


def test_json_in_a_script_reads_back() -> None:
    value = {"a": "</script><!--", "b": ["&amp;", "\N{LINE SEPARATOR}é"]}
    text = script_json(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_figures_in_the_page_are_json_that_holds_the_data(published: Page) -> None:
    figures = [one for one in published.all("script") if "data-figure" in one.attributes]
    assert len(figures) == 3 + 4 + 1
    drawn = {one.attributes["data-figure"]: json.loads(one.raw)["data"] for one in figures}
    users = [one for one in drawn["popularity-2"] if one["name"] == "users"]
    assert users[0]["y"] == [8, 54, 221, 404, 592]


# --- synthetic or not


def test_synthetic_data_cannot_be_missed(synthetic: Page) -> None:
    (banner,) = synthetic.with_class("banner")
    assert "Synthetic data." in banner.text
    assert "say nothing about the world" in banner.text
    assert banner.attributes["role"] == "alert"
    (body,) = synthetic.all("body")
    assert body.attributes["class"] == "synthetic", "the style tags every chart and table"
    assert synthetic.all("title")[0].text.startswith("Synthetic: ")
    (style,) = synthetic.all("style")
    assert re.search(
        r"\.synthetic \.bar :is\(h3, h4\)::after[^}]*content: \"synthetic data\"", style.raw
    )
    assert "mean nothing here" in synthetic.by_id("replication").text


def test_real_data_are_not_called_synthetic(real: Page, published: Page) -> None:
    for page in (real, published):
        assert page.with_class("banner") == []
        assert "class" not in page.all("body")[0].attributes
        assert "ynthetic" not in page.by_id("main").text


def test_one_synthetic_site_taints_the_page(warehouse) -> None:
    from conftest import manifest  # noqa: PLC0415 - this folder's own

    warehouse.rows["dump_manifest"] += manifest(
        "sample.stackstudy", "2020-05-05 00:00:00", is_synthetic=True
    )
    page = page_of(warehouse.build())
    (banner,) = page.with_class("banner")
    assert "sample.stackstudy" in banner.text
    assert "stackoverflow.com" not in banner.text
    assert "The sites end on different days." in page.by_id("data").text
    assert len(page.table("sites")) == 3


# --- candidates


def test_candidates_are_marked_wherever_they_stand(published: Page) -> None:
    for name in ("question_set_funnel", "acceptance", "response_time_summary"):
        for row in published.table(name)[1:]:
            is_candidate = row[0].startswith(("Browser", "Deployment"))
            assert row[0].endswith("candidates") is is_candidate, (name, row[0])
    for name in ("proportion_tests", "response_time_tests"):
        for row in published.table(name)[1:]:
            assert row[0].count("candidates") == len(re.findall("Browser|Deployment", row[0]))
    heads = published.table("yearly_popularity_n_questions")[0]
    assert "Browser candidates" in heads
    assert "Mobile" in heads
    assert "not inspected by hand" in published.by_id("limits").text


def test_without_candidates_the_word_does_not_appear(warehouse) -> None:
    for name, rows in warehouse.rows.items():
        if "is_candidate_set" in [part.split()[-2] for part in _columns(name)]:
            warehouse.rows[name] = [(*row[:-1], False) for row in rows]
    page = page_of(warehouse.build())
    assert "candidate" not in page.by_id("main").text


def _columns(name: str) -> list[str]:
    from conftest import COLUMNS  # noqa: PLC0415 - this folder's own

    return [part.strip() for part in COLUMNS[name].split(",")]


# --- people who cannot see, or use a keyboard


def test_each_chart_has_a_text_alternative_with_its_numbers(published: Page) -> None:
    charts = published.with_class("chart")
    assert len(charts) == 8
    for chart in charts:
        assert chart.attributes["role"] == "img"
        assert len(chart.attributes["aria-label"] or "") > 40
    (mobile,) = [one for one in charts if one.attributes["id"] == "popularity-2"]
    assert "2019: 722 questions, 592 users" in (mobile.attributes["aria-label"] or "")


def test_each_chart_says_what_it_shows(each: Page) -> None:
    for figure in each.all("figure"):
        (caption,) = figure.all("figcaption")
        (sentence,) = caption.all("p")
        assert sentence.text.startswith("How ")
        assert sentence.text.endswith(".")


def test_headings_descend_one_step_at_a_time(each: Page) -> None:
    levels = [int(one.tag[1]) for one in _in_order(each.root) if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1, (before, after)


def _in_order(element):
    for child in element.children:
        yield child
        yield from _in_order(child)


def test_the_page_names_its_language_and_parts(each: Page) -> None:
    (html,) = each.all("html")
    assert html.attributes["lang"] == "en"
    assert each.all("title")[0].text
    for tag in ("main", "nav", "header", "footer", "h1"):
        assert len(each.all(tag)) == 1
    for cell in each.all("th"):
        assert cell.attributes.get("scope") in {"col", "row"}
    for button in each.all("button"):
        assert button.attributes["aria-label"]


def test_ids_are_unique_and_every_link_and_label_has_its_target(each: Page) -> None:
    ids = [one.attributes["id"] for one in each.elements() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    for element in each.elements():
        for name in ("aria-labelledby", "href"):
            if name in element.attributes:
                assert (element.attributes[name] or "").removeprefix("#") in ids


def test_the_markup_fits_together(each: Page) -> None:
    assert each.errors == []


def test_rows_are_as_long_as_their_head(each: Page) -> None:
    for table in each.all("table"):
        widths = {len(row.children) for row in table.all("tr")}
        assert len(widths) == 1


# --- little or nothing to show


def test_empty_marts_give_sentences(warehouse) -> None:
    warehouse.rows = {name: [] for name in warehouse.rows}
    page = page_of(warehouse.build())
    assert page.errors == []
    assert page.all("figure") == []
    assert "No question set" in page.by_id("question-sets").text
    assert "nothing to draw" in page.by_id("rq1").text
    assert "no share to show" in page.by_id("rq2").text
    assert "no times to show" in page.by_id("rq2").text
    assert "Nothing is known about the data" in page.by_id("data").text


def test_empty_sets_give_sentences(warehouse) -> None:
    """Every set is there and holds nothing, as after loading a site without such questions."""
    zero = {"acceptance": 3, "yearly_popularity": 2}
    for name, n_counts in zero.items():
        first = 2 if name == "yearly_popularity" else 1
        warehouse.rows[name] = [
            (*row[:first], *[0] * n_counts, None, *row[first + n_counts + 1 :])
            for row in warehouse.rows[name]
        ]
    warehouse.rows["response_time_summary"] = [
        (row[0], 0, 0, 0, *[None] * (len(row) - 5), row[-1])
        for row in warehouse.rows["response_time_summary"]
    ]
    warehouse.rows["question_set_funnel"] = [
        (*row[:4], *[0] * 7) for row in warehouse.rows["question_set_funnel"]
    ]
    warehouse.rows["proportion_tests"] = [
        (a, b, 0, 0, *[None] * 10) for a, b, *_ in warehouse.rows["proportion_tests"]
    ]
    warehouse.rows["response_time_tests"] = [
        (a, b, 0, 0, *[None] * 7) for a, b, *_ in warehouse.rows["response_time_tests"]
    ]
    page = page_of(warehouse.build())
    assert page.errors == []
    assert "nothing to draw" in page.by_id("rq1").text
    assert "no share to show" in page.by_id("rq2").text
    assert "no times to show" in page.by_id("rq2").text
    assert "No rule of any topic matches" in page.by_id("question-sets").text
    assert page.all("figure") == []


@pytest.mark.parametrize("name", NAMES)
def test_any_one_mart_may_be_absent(warehouse, name: str) -> None:
    del warehouse.rows[name]
    page = page_of(warehouse.build())
    assert page.errors == []
    assert len(page.all("h2")) >= 7


def test_a_second_study_needs_no_code(warehouse) -> None:
    """Other sets, other names: nothing of the paper is in the report."""
    warehouse.rows = {name: [] for name in warehouse.rows}
    warehouse.rows["question_sets"] = [
        ("rust", "Rust", "base", None, 1, "Tagged rust.", False),
        ("embedded", "Embedded Rust", "topic", "rust", 2, "Tagged embedded.", False),
    ]
    warehouse.rows["acceptance"] = [("embedded", 10, 4, 6, 0.6, False)]
    warehouse.rows["yearly_popularity"] = [("embedded", 2021, 10, 9, 0.5, False)]
    page = page_of(warehouse.build())
    text = page.by_id("main").text
    assert "Embedded Rust" in text
    for word in ("deep learning", "eployment", "Mobile"):
        assert word not in text


# --- the file


def test_the_file_is_replaced_when_whole(published_data: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "report.html"
    assert write_report(published_data, target) == target
    first = target.read_text("utf-8")
    assert first.startswith("<!doctype html>")
    write_report(published_data, target)
    assert [one.name for one in target.parent.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_the_old_report(
    published_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Exception, match="No space left on device; name another file"):
        write_report(published_data, target)
    assert target.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_an_interrupted_write_leaves_nothing_behind(
    published_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report(published_data, tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_the_same_data_give_the_same_page(published_data: Path) -> None:
    moment = datetime(2026, 1, 2)  # noqa: DTZ001 - only its date is shown
    marts = read_marts(published_data)
    assert render(marts, moment) == render(marts, moment)
    assert "made on 2 January 2026" in Page(render(marts, moment)).all("header")[0].text


def test_the_database_is_closed_again(published_data: Path, tmp_path: Path) -> None:
    write_report(published_data, tmp_path / "report.html")
    duckdb.connect(str(published_data / "stackstudy.duckdb")).close()


def test_marts_without_rows_or_columns_say_which(tmp_path: Path) -> None:
    mart = Mart("acceptance", ("question_set",), (("mobile",),))
    with pytest.raises(Exception, match="table acceptance: no column n_questions, n_accepted"):
        render(Marts({"acceptance": mart}))
