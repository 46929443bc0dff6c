"""The page for people who cannot see it, or who use a keyboard; its markup."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from page import Page


def test_each_chart_has_a_text_alternative_with_its_numbers(published: Page) -> None:
    charts = published.with_class("chart")
    assert len(charts) == 22
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
            target = element.attributes.get(name)
            if target is not None and not target.startswith("https://doi.org/"):
                assert target.removeprefix("#") in ids


def test_the_markup_fits_together(each: Page) -> None:
    assert each.errors == []


def test_rows_are_as_long_as_their_head(each: Page) -> None:
    for table in each.all("table"):
        widths = {len(row.children) for row in table.all("tr")}
        assert len(widths) == 1
