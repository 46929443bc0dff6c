"""The section on the sites: what is asked there, and how a study of one's own begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from published import page_of, when, write_tables
from test_report_other_studies import BASE, study_of

if TYPE_CHECKING:
    from page import Page


def tables_of(*sites: str, n_docker: int) -> dict:
    """Tables of sites that asked 8 questions in 2018, none in 2019 and 4 in 2020."""
    years = [(2018, 8, 6, 4, 90.0), (2019, 0, 0, 0, None), (2020, 4, 1, 1, 3000.0)]
    tags = [("c++", 9, 6, 4), ("<b>", 12, 7, 5), *((f"tag-{n:02}", 1, 1, 0) for n in range(30))]
    return study_of(
        [BASE],
        {"docker": n_docker},
        site_years=[
            {"site": site, "year": year, "n_questions": n, "n_answers": 2 * n, "n_users": n // 2,
             "n_answered": answered, "n_accepted": accepted,
             "answered_share": answered / n if n else None,
             "accepted_share": accepted / n if n else None, "median_first_answer_minutes": minutes}
            for site in sites
            for year, n, answered, accepted, minutes in years
        ],
        site_tags=[
            {"site": site, "tag": tag, "n_questions": n, "n_answered": answered,
             "n_accepted": accepted, "answered_share": answered / n, "accepted_share": accepted / n}
            for site in sites
            for tag, n, answered, accepted in tags
        ],
        site_hours=[
            {"site": site, "weekday": day, "hour_of_day": hour, "n_questions": day == 3}
            for site in sites
            for day in range(1, 8)
            for hour in range(24)
        ],
        site_licenses=[
            {"site": site, "content_license": "CC BY-SA 4.0", "n_posts": 7,
             "first_at": when("2018-01-01 00:00:00"), "last_at": when("2020-12-31 23:00:00")}
            for site in sites
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def one_site(tmp_path_factory) -> Page:
    """One site, of which no question is in the study."""
    folder = tmp_path_factory.mktemp("one")
    return page_of(write_tables(folder, tables_of("serverfault.com", n_docker=0)))


def test_a_dump_of_another_subject_begins_with_how_to_study_it(one_site: Page) -> None:
    assert one_site.errors == []
    text = one_site.by_id("summary").text
    assert text.startswith(
        "At a glance No question of these data is in Docker."
        " stackstudy study new my_study --tag '<b>' begins a study of a tag of these data,"
    )


def test_the_site_is_shown_year_by_year(one_site: Page) -> None:
    text = one_site.by_id("sites").text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.startswith("The site All questions of the data")
    rows = [[cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row]
            for row in one_site.table("site-years-table")]  # fmt: skip
    assert rows[1:] == [
        ["2018", "8", "16", "4", "75.0%", "50.0%", "1.5 h"],
        ["2019", "0", "0", "0", "–", "–", "–"],
        ["2020", "4", "8", "2", "25.0%", "25.0%", "2.1 d"],
    ]
    assert "CC BY-SA 4.0 7 1 Jan 2018 31 Dec 2020" in text
    drawn = {one.attributes.get("data-figure") for one in one_site.all("script")}
    assert {"site-years-1", "site-hours-1"} <= drawn
    assert "Most on Wednesday (24)" in text


def test_twenty_tags_are_shown_the_largest_first(one_site: Page) -> None:
    text = one_site.by_id("sites").text
    assert "The 20 largest tags" in text
    assert "<b> 12 58.3% 41.7% c++ 9 66.7% 44.4% tag-00 1 100.0% 0.0%" in text
    assert "tag-17" in text
    assert "tag-18" not in text


def test_of_several_sites_each_has_a_panel_and_its_name_in_the_tables(tmp_path) -> None:
    sites = [f"{n}.com" for n in "abcdefgh"]
    page = page_of(write_tables(tmp_path, tables_of(*sites, n_docker=90)))
    assert page.errors == []
    text = page.by_id("sites").text
    assert text.startswith("The sites")
    assert "Only the 6 largest sites are drawn." in text
    assert "a.com 2018 8" in text
    assert "h.com 2018 8" in text
    drawn = {one.attributes.get("data-figure") for one in page.all("script")}
    assert {"site-years-6", "site-hours-6"} <= drawn
    assert "site-years-7" not in drawn
