"""Studies other than the shipped one: one topic, a base set alone, many topics, a union."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from published import page_of, when, write_tables

import analyses

if TYPE_CHECKING:
    from page import Page

MANIFEST = {
    "site": "serverfault.com", "table": "posts", "state": "finished", "is_synthetic": False,
    "n_rows": 900, "n_rejected_rows": 0, "n_fabricated_rows": 0, "n_replaced_characters": 0,
    "first_at": when("2018-01-01 00:00:00"), "last_at": when("2020-12-31 23:00:00"),
}  # fmt: skip
FOREIGN = re.compile(r"eep learning|deploy|cloud|chen2020|Chen et|RQ4|tensorflow|[Mm]obile")


def study_of(sets: list[dict], n_questions: dict[str, int], **more: list[dict]) -> dict:
    """Tables of a small study: three years, two fifths of the questions accepted."""
    years = (2018, 2019, 2020)
    total = 60
    accepted = {name: 2 * n // 5 for name, n in n_questions.items()}
    return {
        "studies": [
            {"study": "containers", "title": "Containers in production", "leave_out": ["deleted"]}
        ],
        "question_sets": [
            {"position": place, "is_candidate_set": False, "description": f"About {one['label']}.",
             **one}
            for place, one in enumerate(sets, start=1)
        ],
        "question_set_rules": [
            {"rule": "docker_tag", "question_set": sets[0]["question_set"], "kind": "tag",
             "value": "docker"},
        ],
        "question_set_funnel": [
            {"question_set": one["question_set"], "kind": one["kind"], "n_tag_matched": n,
             "n_matched": n, "n_questions": n}
            for one in sets
            for n in [n_questions[one["question_set"]]]
        ],
        "yearly_popularity": [
            {"question_set": name, "year": year, "n_questions": n // 3, "n_users": n // 4,
             "question_share": n / 3 / total, "n_all_questions": total,
             "n_base_questions": total // 2, "base_question_share": n / 3 / (total // 2)}
            for name, n in n_questions.items()
            for year in years
        ],
        "acceptance": [
            {"question_set": name, "n_questions": n, "n_accepted": accepted[name],
             "n_not_accepted": n - accepted[name],
             "no_accepted_share": (n - accepted[name]) / n if n else None}
            for name, n in n_questions.items()
        ],
        "response_time_summary": [
            {"question_set": name, "n_accepted": n, "n_response_times": n,
             "n_answered_before_asked": 0, "median_response_minutes": 90.0, "q1": 30.0, "q3": 600.0,
             "median_ci_low": 60.0, "median_ci_high": 120.0, "p90": 900.0,
             "median_response_minutes_days_dropped": 77.77}
            for name, n in accepted.items() if n
        ],
        "dump_manifest": [MANIFEST],
        **more,
    }  # fmt: skip


BASE = {"question_set": "docker", "label": "Docker", "kind": "base"}
TOPIC = {"question_set": "swarm", "label": "Swarm", "kind": "topic", "base_set": "docker"}


@pytest.fixture(scope="module")
def base_alone(tmp_path_factory) -> Page:
    """A study of one set."""
    return page_of(write_tables(tmp_path_factory.mktemp("base"), study_of([BASE], {"docker": 90})))


@pytest.fixture(scope="module")
def one_topic(tmp_path_factory) -> Page:
    """A study of a base set and one topic, without union and baseline."""
    tables = study_of([BASE, TOPIC], {"docker": 90, "swarm": 24})
    return page_of(write_tables(tmp_path_factory.mktemp("topic"), tables))


@pytest.fixture(scope="module")
def many_topics(tmp_path_factory) -> Page:
    """Nine topics, the first without a question, a union and a baseline."""
    topics = [{**TOPIC, "question_set": f"topic_{n}", "label": f"Topic {n}"} for n in range(9)]
    union = {"question_set": "any", "label": "Any topic", "kind": "union", "base_set": "docker"}
    rest = {"question_set": "rest", "label": "The rest", "kind": "baseline", "base_set": "docker"}
    searched = {"question_set": "found", "label": "Searched", "kind": "scope"}
    counts = {"docker": 90, "found": 99, **{f"topic_{n}": 6 * n for n in range(9)}, "any": 60,
              "rest": 30}  # fmt: skip
    tables = study_of([BASE, searched, *topics, union, rest], counts)
    return page_of(write_tables(tmp_path_factory.mktemp("topics"), tables))


@pytest.mark.parametrize("name", ["base_alone", "one_topic", "many_topics"])
def test_the_report_speaks_of_its_own_study_alone(name, request) -> None:
    page = request.getfixturevalue(name)
    assert page.errors == []
    assert page.all("h1")[0].text == "Containers in production"
    assert not FOREIGN.search(page.by_id("main").prose)
    assert "Deleted" not in page.by_id("summary").text
    assert "Left out of all sets: deleted questions." in page.by_id("question-sets").text


def test_a_base_set_alone_is_a_study(base_alone: Page) -> None:
    text = base_alone.by_id("summary").text
    assert "questions of Docker, asked 2018 to 2020 90" in text
    assert "60.0%" in text
    assert "95% interval 49.7% to 69.5%" in text  # R: prop.test(54, 90, correct = FALSE)
    assert "baseline" not in text
    assert "Questions per year, 2018 compared with 2020: Docker from 30 to 30." in (
        base_alone.by_id("rq1").text
    )
    assert (
        "60.0% of the 90 Docker questions asked 2018 to 2020 have no accepted answer"
        in base_alone.by_id("rq2").text
    )
    drawn = {one.attributes["data-figure"] for one in base_alone.all("script")
             if "data-figure" in one.attributes}  # fmt: skip
    assert {"funnel-1", "popularity-1", "popularity-shares-1", "acceptance-1"} <= drawn
    assert "popularity-shares-2" not in drawn, "a base set is no part of itself"


def test_one_topic_is_what_its_study_is_about(one_topic: Page) -> None:
    summary = one_topic.by_id("summary")
    assert "There are few questions (24), so the intervals are wide." in summary.text
    assert "questions of Swarm, asked 2018 to 2020 24" in summary.text
    lead = one_topic.by_id("rq2").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Few questions (n = 24): 62.5% of the 24 Swarm questions" in lead


def test_shares_are_of_the_study_s_own_base_set(one_topic: Page) -> None:
    (panel,) = [
        json.loads(one.raw)
        for one in one_topic.all("script")
        if one.attributes.get("data-figure") == "popularity-shares-2"
    ]
    assert panel["layout"]["title"]["text"] == "<b>Of the base set (Docker)</b>"
    (points,) = [one for one in panel["data"] if (one["name"], one["mode"]) == ("Swarm", "markers")]
    assert points["y"] == pytest.approx([8 / 30] * 3)


def test_no_panel_is_empty_and_no_colour_there_twice(many_topics: Page) -> None:
    figures = {
        one.attributes["data-figure"]: json.loads(one.raw)
        for one in many_topics.all("script")
        if "data-figure" in one.attributes
    }
    panels = [figures[name] for name in figures if name.startswith("popularity-")]
    assert "Topic 1" in panels[0]["layout"]["title"]["text"]
    assert not [one for one in panels if "no questions" in json.dumps(one)]
    lead = "Questions per year, 2018 compared with 2020: Any topic from 20 to 20 and The rest from"
    assert lead in many_topics.by_id("rq1").text
    assert "No question in these data: Topic 0." in many_topics.by_id("chart-popularity").text
    dots = {
        one.text: one.attributes["style"]
        for one in many_topics.by_id("table-acceptance").all("span")
        if one.attributes.get("class") == "set"
    }
    assert len(dots) == len(set(dots.values())) == 13


def test_days_dropped_are_shown_only_where_they_are_recomputed(one_topic: Page, tmp_path) -> None:
    assert "ays dropped" not in one_topic.by_id("main").prose
    assert "77.77" not in one_topic.by_id("main").prose
    check = {"step": 1, "figure": "response_minutes_median", "question_set": "swarm",
             "published": 77.8, "computed": 90.0, "computed_as_printed": 77.77,
             "verdict": "print is wrong"}  # fmt: skip
    tables = study_of([BASE, TOPIC], {"docker": 90, "swarm": 24}, replication_checks=[check])
    page = page_of(write_tables(tmp_path, tables))
    assert "Days dropped." in page.by_id("rq2").text
    heads = page.table("response_time_summary")[0]
    assert page.table("response_time_summary")[2][heads.index("Days dropped")] == "77.77"


def test_data_that_are_not_the_papers_neither_agree_nor_differ(tmp_path) -> None:
    said = "The figures are of a.com; the loaded posts are of b.com."
    check = {"step": 1, "figure": "questions", "question_set": "swarm", "published": 10.0,
             "computed": 24.0, "verdict": "not this paper's data", "reason": said}  # fmt: skip
    checks = [check, {**check, "figure": "users"}]
    tables = study_of([BASE, TOPIC], {"docker": 90, "swarm": 24}, replication_checks=checks)
    page = page_of(write_tables(tmp_path, tables))
    text = page.by_id("replication").text
    assert "computed here: not this paper\u2019s data (2)." in text
    assert text.count(f"{said} So these figures can neither agree nor disagree") == 1
    assert "differs" not in text


def other_site(name: str, first: str, last: str, **more: object) -> dict:
    return {**MANIFEST, "site": name, "first_at": when(first), "last_at": when(last), **more}


def test_years_that_a_site_covers_in_part_are_not_compared(tmp_path) -> None:
    """Of two sites one ends in June 2019, so that 2019 and 2020 lack its questions."""
    tables = study_of([BASE], {"docker": 90})
    first, last = "2016-01-01 00:00:00", "2020-12-31 23:00:00"
    tables["dump_manifest"] = [
        other_site("a.com", first, last), other_site("b.com", first, "2019-06-30 12:00:00"),
    ]  # fmt: skip
    covered = {2016: 1.0, 2017: 1.0, 2018: 1.0, 2019: 181 / 365, 2020: 0.0}
    tables["yearly_popularity"] = [
        {**tables["yearly_popularity"][0], "year": year, "covered_share": share}
        for year, share in covered.items()
    ]
    lead = page_of(write_tables(tmp_path, tables)).by_id("rq1").text
    assert "Questions per year, 2016 compared with 2018: Docker from 30 to 30." in lead


def test_the_data_are_those_of_the_study_s_own_sites(tmp_path) -> None:
    """The other site is synthetic, begins earlier and ends later: nothing is said of it."""
    tables = study_of([BASE], {"docker": 90})
    tables["studies"] = [{**tables["studies"][0], "sites": ["serverfault.com"]}]
    tables["dump_manifest"] = [
        {**MANIFEST, "source_file": "Posts.xml"},
        other_site("b.com", "2010-05-05 00:00:00", "2024-05-05 00:00:00", is_synthetic=True,
                   n_rows=77_777),
    ]  # fmt: skip
    page = page_of(write_tables(tmp_path, tables))
    data = page.by_id("data").text
    assert "last post in the data 31 December 2020 first post 1 January 2018" in data
    assert "b.com" not in data
    assert "The sites end on different days" not in data
    methods = page.by_id("methods").text
    assert "b.com" not in methods
    assert "serverfault.com: 900 rows of posts" in methods
    assert "b.com" in page.by_id("provenance").text
    tables["studies"] = [{**tables["studies"][0], "sites": ["c.com"]}]
    assert "b.com" in page_of(write_tables(tmp_path / "none", tables)).by_id("data").text


def test_a_set_that_comes_back_is_not_asked_about_for_the_first_time(tmp_path) -> None:
    """It has questions in 2017, of which the data lack a part, none until 2020, and then six."""
    tables = study_of([BASE, TOPIC], {"docker": 90, "swarm": 24})
    first, last = "2017-05-01 00:00:00", "2020-12-31 23:00:00"
    tables["dump_manifest"] = [other_site("a.com", first, last)]
    tables["yearly_popularity"] = [
        {"question_set": name, "year": year, "n_questions": n, "n_users": n, "n_all_questions": 60,
         "covered_share": 245 / 365 if year == 2017 else 1.0}
        for name, counts in (("docker", (30,) * 4), ("swarm", (6, 0, 0, 6)))
        for year, n in zip(range(2017, 2021), counts, strict=True)
    ]  # fmt: skip
    base = {**BASE, "kind": "baseline"}
    tables["question_sets"] = study_of([base, TOPIC], {"docker": 90, "swarm": 24})["question_sets"]
    lead = page_of(write_tables(tmp_path, tables)).by_id("rq1").text
    assert "Questions per year, 2018 compared with 2020: Docker from 30 to 30." in lead
    assert "First asked" not in lead


def test_leads_name_the_years_of_their_questions(tmp_path) -> None:
    docker = {**BASE, "kind": "baseline"}
    tables = study_of([docker, TOPIC], {"docker": 90, "swarm": 24})
    lead = page_of(write_tables(tmp_path / "alike", tables)).by_id("rq2").text
    assert "of the 24 Swarm questions asked 2018 to 2020 have no accepted answer" in lead
    assert "of the 90 Docker questions of the same years" in lead
    tables["yearly_popularity"] = [
        row
        for row in tables["yearly_popularity"]
        if (row["question_set"], row["year"]) not in {("swarm", 2018), ("swarm", 2019)}
    ]
    lead = page_of(write_tables(tmp_path / "unlike", tables)).by_id("rq2").text
    assert "of the 24 Swarm questions asked in 2020 have no accepted answer" in lead
    assert "of the 90 Docker questions asked 2018 to 2020" in lead


def test_a_share_of_fewer_than_ten_is_no_headline(tmp_path) -> None:
    page = page_of(write_tables(tmp_path, study_of([BASE, TOPIC], {"docker": 90, "swarm": 9})))
    assert "%" not in page.by_id("summary").text
    lead = page.by_id("rq2").text.partition("A question counts as accepted")[0]
    assert "%" not in lead
    assert "Swarm" not in lead


def test_a_study_that_no_question_matches_says_so_first(tmp_path) -> None:
    page = page_of(write_tables(tmp_path, study_of([BASE], {"docker": 0})))
    text = page.by_id("summary").text
    assert text.startswith("At a glance No question of these data is in Docker.")
    assert "stackstudy study new my_study --tag TAG" in text


def test_whatever_is_not_shown_is_named(one_topic: Page) -> None:
    text = one_topic.by_id("not-shown").text
    for what in (
        "Trends from year to year: the table popularity_trends was not built.",
        "Do the shares differ? No two sets were compared.",
        "Compared with what other studies printed: the study names no other studies.",
        "How soon the accepted answers came: the table response_time_quantiles was not built.",
        "The wait, with the questions that still wait: the table survival_summary was not built.",
        "The categories of the questions: no labels were given.",
        "How many questions to label: the table sample_sizes was not built.",
        "How far the raters agree: their sheets were not given",
        "What depends on the rules: the table rule_sensitivity was not built.",
        "Replication checks: the study holds no published figures to recompute.",
    ):
        assert what in text
    links = {one.attributes["href"] for one in one_topic.all("nav")[0].all("a")}
    assert "#replication" not in links
    assert "#not-shown" in links


def test_no_study_is_written_into_the_code() -> None:
    """Nothing of the report, the figures and the notebooks knows the shipped study."""
    root = Path(analyses.__file__).parent
    files = [
        *(root / "report").rglob("*.*"), *(root / "figures").rglob("*.py"), root / "notebook.py",
        *(root / "export").rglob("*.*"), *(root.parent / "notebooks").glob("*.ipynb"),
    ]  # fmt: skip
    shipped = re.compile(
        r"deep.learning|deploy|\bcloud|\bmobile\b|tensorflow|\b2019\b|chen\b"
        r"|3368089\.3409759", re.IGNORECASE,
    )  # fmt: skip
    text_files = [one for one in files if one.suffix in {".py", ".html", ".js", ".css", ".toml",
                                                         ".csv", ".md", ".ipynb"}]  # fmt: skip
    assert len(text_files) > 40
    for path in text_files:
        if path.name != "command.py":  # whose help has examples of the study that ships
            text = path.read_text("utf-8")
            if path.name == "references.csv":  # the year of a publication
                text = text.replace(",2019,", ",")
            found = shipped.findall(text)
            assert not found, (path, found)


def test_a_label_that_ends_in_questions_is_not_said_twice(tmp_path) -> None:
    rest = {"question_set": "rest", "label": "Other Docker questions", "kind": "baseline",
            "base_set": "docker"}  # fmt: skip
    tables = study_of([BASE, TOPIC, rest], {"docker": 90, "swarm": 60, "rest": 30})
    text = page_of(write_tables(tmp_path, tables)).by_id("main").text
    assert "Other Docker questions" in text
    assert "questions questions" not in text


def test_a_study_of_one_set_is_not_compared_with_another(base_alone: Page) -> None:
    text = base_alone.by_id("main").prose
    assert "Two sets may differ" not in text
    assert "panels share one scale" not in text
    assert "differ from panel to panel" not in text
    assert "Rule: tagged docker." in text
    assert "?:" not in text
    assert "Do the shares differ? No two sets were compared." in text
    assert "Are questions that fit no category answered less? No labels were given." in text


def test_one_test_is_not_called_adjusted(tmp_path) -> None:
    trend = {"question_set": "docker", "measure": "questions", "first_year": 2018,
             "last_year": 2020, "n_years": 3, "n_questions": 90, "tau": 0.3, "rate_ratio": 1.1,
             "rate_ratio_ci_low": 0.9, "rate_ratio_ci_high": 1.3, "dispersion": 1.0,
             "rate_p_value": 0.2, "rate_p_value_adjusted": 0.2,
             "mann_kendall_p_value": 0.5}  # fmt: skip
    everything = {**trend, "question_set": "all_questions"}
    tables = study_of([BASE], {"docker": 90}, popularity_trends=[trend, everything])
    page = page_of(write_tables(tmp_path, tables))
    text = page.by_id("rq1").text
    assert "p = 0.200)" in text
    assert "adjusted" not in page.by_id("rq1").prose.split("Trends one by one")[0]
    assert len(page.table("popularity_trends")) == 1 + 1, "the head, and the set of the study"
    assert "Over the years 1 trend is tested" in " ".join(page.by_id("methods").text.split())


def test_years_too_few_for_a_trend_have_no_table_of_dashes(tmp_path) -> None:
    trend = {"question_set": "docker", "measure": "questions", "first_year": 2020, "n_years": 1,
             "last_year": 2020, "n_questions": 90}  # fmt: skip
    page = page_of(
        write_tables(tmp_path, study_of([BASE], {"docker": 90}, popularity_trends=[trend]))
    )
    assert not [
        one for one in page.elements() if one.attributes.get("id") == "table-popularity_trends"
    ]
    assert "Trends from year to year: there are too few years." in page.by_id("not-shown").text


def test_who_asked_is_not_zero_where_the_data_do_not_say(tmp_path) -> None:
    tables = study_of([BASE], {"docker": 90})
    tables["yearly_popularity"] = [{**row, "n_users": 0} for row in tables["yearly_popularity"]]
    tables["design_effects"] = [
        {"question_set": "docker", "measure": measure, "clustered_by": people, "n": 90,
         "n_clusters": 90, "n_largest": 1, "design_effect": 1.0, "n_effective": 90.0,
         "estimate": 0.6, "ci_low": 0.11, "ci_high": 0.99}
        for measure, people in (("no_accepted_share", "asker"),
                                ("median_response_minutes", "answerer"))
    ]  # fmt: skip
    page = page_of(write_tables(tmp_path, tables))
    html = str([one.attributes.get("aria-label") for one in page.elements()])
    assert "0 users" not in html
    assert "Line chart of questions per year, Docker. 2018: 30 questions;" in html
    text = page.by_id("main").prose
    assert "The data do not say by whom." in text
    assert "Users who asked, per year" not in text
    assert "allows for people who" not in text
    assert "11.0%" not in text


def test_a_set_alone_says_why_its_interval_is_not_that_of_the_table(tmp_path) -> None:
    tables = study_of([BASE], {"docker": 90})
    tables["design_effects"] = [
        {"question_set": "docker", "measure": "median_response_minutes", "clustered_by": "answerer",
         "n": 36, "n_clusters": 9, "n_largest": 20, "design_effect": 3.0, "n_effective": 12.0,
         "estimate": 90.0, "ci_low": 30.0, "ci_high": 300.0}
    ]  # fmt: skip
    text = page_of(write_tables(tmp_path, tables)).by_id("rq2").text
    assert "(95% interval 30.0 min to 5.0 h). The interval allows for people who write" in text


MADE = "stackstudy replicate: posts made to have the measures that the authors published"


def test_what_stands_for_a_dump_is_not_called_one(tmp_path) -> None:
    tables = study_of([BASE], {"docker": 90})
    tables["dump_manifest"] = [{**MANIFEST, "source_comment": MADE}]
    page = page_of(write_tables(tmp_path, tables))
    said = "These data are no dump of Stack Exchange, but posts made to have the measures that the"
    assert said in page.by_id("data").text
    assert said in " ".join(page.by_id("methods").text.split())
    assert "stackexchange_dump" not in page.by_id("main").text
    assert "Stack Exchange data dump" not in page.by_id("citing").text


def test_a_licence_is_named_only_where_the_dates_have_it(base_alone: Page) -> None:
    """Posts of 2018 to 2020: version 3.0 ended on 2 May 2018, 2.5 in 2011."""
    text = base_alone.by_id("citing").text
    assert "CC BY-SA 3.0 and 4.0, by the date of a post or of its last edit" in text
    assert "2.5" not in text
