"""The checklists of the standards: every item has an answer, whatever a study lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from published import COLUMNS, page_of

from analyses.report.document import read_results
from analyses.report.standards import known_values, names_in, read_standards
from analyses.warehouse.tables import Table, Tables

if TYPE_CHECKING:
    from pathlib import Path

    from page import Page

# Counted in the checklists of the standards' repository, items of several parts as one.
N_ESSENTIAL = {
    "Repository mining": 15, "Data science": 12, "Replication": 9, "Longitudinal studies": 11,
}  # fmt: skip
N_DESIRABLE = {
    "Repository mining": 11, "Data science": 6, "Replication": 8, "Longitudinal studies": 8,
}  # fmt: skip


def answers(page: Page) -> dict[str, str]:
    """Items of the methods section with their answers, those of two lists joined."""
    found: dict[str, str] = {}
    for item in page.by_id("methods").all("li"):
        asks, mark, answer = item.text.replace("\N{NO-BREAK SPACE}", " ").partition(".")
        asks = asks.removesuffix(" (desirable)")
        if mark:
            found[asks] = found.get(asks, "") + answer
    return found


def test_every_item_of_the_standards_is_there() -> None:
    standards = read_standards()
    for wanted, is_essential in ((N_ESSENTIAL, True), (N_DESIRABLE, False)):
        assert wanted == {
            one.name: sum(item.is_essential == is_essential for item in one.items)
            for one in standards
        }


def test_every_value_that_an_answer_names_is_computed(published_data: Path) -> None:
    known = known_values(read_results(published_data))
    items = [item for one in read_standards() for item in one.items]
    named = {name for item in items for text in item.sentences for name in names_in(text)}
    assert named <= set(known)
    assert set(known) - named == set(), "values that no answer names"


def test_every_item_has_an_answer_where_nothing_is_known() -> None:
    """Where there are figures, it is known how many are computed, and whose data they are of."""
    figures = {"figures": "5 printed figures", "computed": "0", "verdicts": "-", "other_data": ""}
    for standard in read_standards():
        for item in standard.items:
            named = {name for text in item.sentences for name in names_in(text)}
            unknown = dict.fromkeys(named) | (figures if standard.needs else {})
            assert item.answer(unknown), f"{standard.name}: {item.asks}"


def test_the_authors_posts_are_answered_with_what_they_hold(real: Page) -> None:
    """3,018 questions and 2,676 answers in one file; one person wrote 78 accepted answers."""
    said = answers(real)
    assert (
        "stackoverflow.com: 5,694 rows of posts, from Posts.xml."
        in said["Data sources, and why these"]
    )
    assert "the most active 78" in said["Right for dependent data"]
    assert (
        "28 rules for 7 question sets"
        in said["How the repositories, here the questions, are selected"]
    )
    assert (
        "70.7% have no accepted answer"
        in said["Measures validated before, or construct validity assessed"]
    )
    [annotation] = [answer for asks, answer in said.items() if asks.startswith("Manual")]
    assert annotation.strip() == "No label was given."
    assert "5,694 posts without a named licence" in said["Ethics of the data"]


def test_published_figures_make_it_a_replication(published: Page) -> None:
    said = answers(published)
    assert "equal (2), equal after rounding (1), differs (1)" in said["Results compared"]
    assert "4 of 5 printed figures could be computed again" in said["Motivation"]
    assert (
        "a difference of 3.4 points would have been found" in said["Sample size, such as by power"]
    )


def test_other_readings_are_those_beside_the_study_s_own(published_data: Path) -> None:
    """Three readings of three topics each, of which each topic has one as studied."""
    assert known_values(read_results(published_data))["readings"] == "6 other readings"


def test_one_of_a_thing_is_told_as_one(warehouse) -> None:
    """A label, a rating of each level, a year, a post without a licence, a pair of sets."""
    columns = COLUMNS["popularity_trends"].split()
    year = dict(zip(columns, warehouse.rows["popularity_trends"][0], strict=True))
    year |= {"first_year": 2019, "n_years": 1}
    warehouse.rows["popularity_trends"] = [tuple(year.values())]
    warehouse.rows["labels"] = [
        (name, "a.com", 1, "loading", None, True) for name in ("mobile", "browser")
    ]
    warehouse.rows["proportion_tests"] = warehouse.rows["proportion_tests"][:1]
    study = read_results(warehouse.build())
    kinds = ("inner", "leaf")
    agreed = Table(
        "rater_agreement", ("rater_a", "rater_b", "level", "kappa"),
        tuple(("a", "b", level, 0.8123) for level in kinds),
    )  # fmt: skip
    licences = Table(
        "site_licenses", ("site", "content_license", "n_posts"),
        (("stackoverflow.com", "not named", 1), ("b.com", "not named", 9)),
    )  # fmt: skip
    more = {one.name: one for one in (agreed, licences)}
    study = replace(study, tables=Tables({**study.tables.by_name, **more}))
    said = {
        item.asks: answer
        for one in read_standards()
        for item, answer in one.answers(known_values(study))
    }
    [annotation] = [answer for asks, answer in said.items() if asks.startswith("Manual")]
    assert annotation.startswith("People gave 2 labels to 1 question. 2 raters;")
    assert "κ is 0.81, and" in annotation
    assert said["Ethics of the data"].startswith("1 post without a named licence:")
    assert said["Formal hypotheses tested"].startswith("Tests of 1 pair of sets, each")
    for asks in ("Number of waves, by the natural rhythm", "At least two waves"):
        assert said[asks] == "There are too few years."


def test_a_study_without_figures_and_labels_says_so(warehouse) -> None:
    for name in warehouse.rows:
        if name not in ("studies", "question_sets", "acceptance", "dump_manifest"):
            warehouse.rows[name] = []
    page = page_of(warehouse.build())
    text = page.by_id("methods").text
    assert "The study names no published figure, so it is no replication" in text
    said = answers(page)
    assert "Results compared" not in said
    assert "There is no pair of sets to test." in said["Formal hypotheses tested"]
    assert "{" not in text
    assert "None" not in text.replace("None.", "")


@pytest.mark.parametrize("name", ["real", "published"])
def test_no_brace_and_no_python_word_is_left(name: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(name).by_id("methods").text
    assert "{" not in text
    assert "nan" not in text.split()
    assert "`" not in text
