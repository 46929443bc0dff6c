"""The page: true to the tables, alone, and plain about what it is not."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import duckdb
import pytest
from published import COLUMNS, manifest, page_of

from analyses.report.blocks import script_json

if TYPE_CHECKING:
    from pathlib import Path

    from page import Page

NAMES = sorted(COLUMNS)
IN_SENTENCES = {"studies", "question_sets", "labels", "topic_tests", "published_response_times"}
"""Tables that are told in sentences and never shown as a table or chart."""


# --- what the page says, against the real questions


def test_it_tells_the_published_numbers(real: Page) -> None:
    """Figures of the brief: 1,533 mobile questions, 71.6% without, 1,024.44 and 405.23 minutes."""
    (mobile,) = [row for row in real.table("acceptance") if row[0] == "Mobile"]
    assert mobile[:3] + mobile[5:6] == ["Mobile", "1,533", "435", "71.6%"]
    assert mobile[6] == "69.3% to 73.8%"  # R: prop.test(1098, 1533, correct = FALSE)
    (times,) = [row for row in real.table("response_time_summary") if row[0] == "Mobile"]
    assert times[4] == "17.1 h"
    assert times[8:10] == ["1,024.44", "405.23"]
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
    assert "There is no baseline" in real.by_id("summary").text


def test_the_rules_are_said_in_words(real: Page) -> None:
    text = real.by_id("question-sets").text
    assert (
        "with android, ios or mobile in the title"
        " (as a word between spaces; searched among Framework-tagged questions)"
    ) in text
    assert "tagged coreml or tensorflow-lite" in text
    assert "with cloud, server or serving, and deploy in title or body" in text


def test_a_year_without_questions_is_zero_everywhere(warehouse) -> None:
    """It was 0 in one table, a dash in another, left out of one chart and drawn in the next."""
    warehouse.rows["yearly_popularity"].append(
        ("browser", 2015, 0, 0, 0.0, 2_200_000, 30_000, 0.0, True)
    )
    warehouse.rows["replication_checks"] = [
        (3, "questions", "browser", 2015, 4, None, "not derivable", "holds none of it"),
        (3, "questions", "browser", 2014, 4, None, "not derivable", "holds none of it"),
    ]
    page = page_of(warehouse.build())
    checks = {row[2]: row[4] for row in page.table("replication_checks")[1:]}
    assert checks == {"2015": "0", "2014": "\N{EN DASH}"}, "2014 is not in the data"
    years = page.table("yearly_popularity_n_questions")
    assert years[1][years[0].index("Browser candidates")] == "0"
    (drawn,) = [
        one for one in page.all("script") if one.attributes.get("data-figure") == "popularity-3"
    ]
    (points,) = [one for one in json.loads(drawn.raw)["data"] if one["name"] == "questions"]
    assert dict(zip(points["x"], points["y"], strict=True))[2015] == 0


# --- alone


def test_no_element_loads_anything(each: Page) -> None:
    for element in each.elements():
        for name in ("src", "srcset", "poster", "data", "action", "background"):
            assert name not in element.attributes, (element.tag, element.attributes)
        if element.tag == "a":
            assert re.match(r"#|https://doi\.org/10\.", element.attributes["href"] or "")
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


# --- true to the tables


def decoded(data: Path, name: str) -> list[list[str]]:
    """A table as DuckDB itself writes it to CSV, an independent writer."""
    with duckdb.connect(
        str(data / "deep_learning_deployment.duckdb"), read_only=True
    ) as connection:
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
def test_each_csv_is_the_table(source: str, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(source)
    page = page_of(data)
    offered = {button.attributes["data-csv"] for button in page.with_class("csv")}
    assert offered >= {"acceptance", "survival_curves", "rule_sensitivity"}
    if source == "published_data":
        assert offered == set(NAMES) - IN_SENTENCES
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
    assert len(figures) == 3 + 4 + 2 + 1 + 1 + 1 + 1 + 2 + 2 + 2 + 3
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


def test_real_data_are_not_called_synthetic(real: Page, published: Page) -> None:
    for page in (real, published):
        assert page.with_class("banner") == []
        assert "class" not in page.all("body")[0].attributes
        # the SQL of the manifest names its column
    assert "ynthetic" not in page.by_id("main").text.replace("is_synthetic", "")


def test_one_synthetic_site_taints_the_page(warehouse) -> None:
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
        if "is_candidate_set" in COLUMNS[name].split():
            warehouse.rows[name] = [(*row[:-1], False) for row in rows]
    page = page_of(warehouse.build())
    assert "candidate" not in page.by_id("main").prose
