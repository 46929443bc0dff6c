"""The checklists of the standards: every item has an answer, whatever a study lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from published import page_of

from analyses.report.document import read_results
from analyses.report.standards import known_values, names_in, read_standards

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
    assert "5,694 posts name no licence" in said["Ethics of the data"]


def test_published_figures_make_it_a_replication(published: Page) -> None:
    said = answers(published)
    assert "1 equal after rounding" in said["Results compared"]
    assert "4 of 5 printed figures could be computed again" in said["Motivation"]
    assert (
        "a difference of 3.4 points would have been found" in said["Sample size, such as by power"]
    )


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
