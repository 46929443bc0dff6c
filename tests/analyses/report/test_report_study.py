"""The sections of a whole study: trends, waiting, taxonomy, sensitivity, methods, citing."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from page import Page
from published import COLUMNS, page_of, row_of, write_tables
from published_study import YEARLY_ACCEPTANCE

import analyses
from analyses.figures import alternative_of, yearly_acceptance_lines
from analyses.labelling.ratings import Ratings, read_ratings
from analyses.labelling.sample import SampledQuestion
from analyses.report.agreement import agreement_tables
from analyses.report.document import compose, read_results, render
from analyses.report.references import Reference
from analyses.report.sections.replication import plain
from analyses.study import find_study, read_study
from analyses.warehouse.statements import compiled_models, statement_of

DOI = re.compile(r"https://doi\.org/(10\.[^\s`\"]+)")


def section(page: Page, name: str) -> str:
    return page.by_id(name).text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_trend_is_said_with_its_interval(published: Page) -> None:
    text = section(published, "rq1")
    assert (
        "From 2015 to 2019 the number of questions of Deployment (candidates), 3,018 in all,"
        " changed per year, on average, by a factor of 2.04" in text
    )
    assert "(95% interval 1.36 to 3.05, dispersion 55.5, p = 0.066 adjusted)" in text
    assert "p-values, not intervals, are adjusted for several tests (Holm)" in text
    rows = {(row[0], row[1]): row for row in published.table("popularity_trends")[1:]}
    browser = rows["Browser candidates", "questions"]
    assert browser[4] == "\N{EN DASH}", "two years have no interval"


def only_topics(warehouse) -> None:
    """Load what the authors published: no question outside the topics."""
    years = {
        row[1]: row[2] for row in warehouse.rows["yearly_popularity"] if row[0] == "deployment"
    }
    warehouse.rows["yearly_popularity"] = [
        (name, year, n, users, n / years[year], years[year], 9, n / 9, is_candidate_set)
        for name, year, n, users, _, _, _, _, is_candidate_set in (
            *warehouse.rows["yearly_popularity"],
        )
        if name not in {"non_deployment", "all_questions"}
    ] + [("all_questions", year, n, n, 1.0, n, None, None, False) for year, n in years.items()]
    warehouse.rows["popularity_trends"] += [
        ("deployment", "share_of_base_set", 2015, 2019, 5, 3018, 1.0, 0.017, 0.117, 0.1,
         1.1, 1.03, 1.17, 40.0, 0.008, 0.089, True),
        ("dl", "questions", 2015, 2019, 5, 2095, 1.0, 0.017, 0.117, 0.1,
         1.9, 1.3, 2.8, 40.0, 0.008, 0.089, False),
    ]  # fmt: skip


def test_without_other_questions_no_share_is_shown(warehouse) -> None:
    """Deployment was 100% of all questions, and up to 153% of the base set: of what was loaded."""
    only_topics(warehouse)
    page = page_of(warehouse.build())
    assert "the data hold no question outside the topics" in section(page, "not-shown")
    text = section(page, "rq1")
    assert "their share" not in text
    assert "100.0%" not in text
    assert not [one for one in page.all("figure") if "shares" in (one.attributes["id"] or "")]
    shown = page.by_id("rq1").all("script")
    assert not [one for one in shown if "of all questions" in one.raw]
    trends = page.table("popularity_trends")[1:]
    assert {row[1] for row in trends} == {"questions"}
    assert not [row for row in trends if row[0] == "Deep learning"]
    heads = page.table("yearly_popularity_n_questions")[0]
    assert heads[1:3] == ["Server/cloud", "Mobile"]
    assert {"All questions", "Deep learning", "Non-deployment"} & set(heads) == set()


def test_the_real_store_of_topics_has_no_shares(real: Page) -> None:
    text = section(real, "not-shown")
    assert "Shares of all questions: the data hold no question outside the topics" in text
    assert "Shares of the base set (Deep learning): the data hold" in text


def test_topics_beyond_the_base_set_are_a_ratio_to_it(warehouse) -> None:
    warehouse.rows["yearly_popularity"] += [
        ("dl", year, 60_000 if year == 2019 else 100, 50, 0.1, 2_000_000, 9, 1.0, False)
        for year in range(2015, 2020)
    ]
    page = page_of(warehouse.build())
    text = section(page, "rq1")
    assert "this is a ratio to it" in text
    base = next(one for one in page.all("div") if one.attributes.get("id") == "popularity-shares-2")
    assert "the ratio to the base set" in (base.attributes["aria-label"] or "")


def test_shares_of_a_base_set_that_holds_the_topics_are_parts(published: Page) -> None:
    assert "this is a ratio" not in section(published, "rq1")


def test_whole_years_leave_out_the_one_that_the_data_begin_in(real: Page) -> None:
    """They begin on 10 January 2015, so that its 8 questions are not a year's."""
    text = section(real, "rq1")
    assert "The data begin on 10 January 2015: 2015 is not whole." in text
    assert "Questions per year, 2016 compared with 2018: Server/cloud from 107 to 404" in text
    assert "Mobile from 62 to 484" in text
    assert "asked 2015 to 2019" in section(real, "summary")
    assert real.table("yearly_popularity_n_questions")[1][0] == "2015 from 10 Jan"


def test_the_median_tells_what_it_hides(published: Page) -> None:
    text = section(published, "rq2")
    assert "The median of 21.7 h is that of the 886 accepted answers, and hides the rest" in text
    assert "15.0% had an accepted answer after a day" in text
    assert "and 27.0% (95% interval 25.0% to 29.0%) after 30 days" in text
    assert "When the data end, only 29.3% have one: fewer than half" in text
    assert "no median wait can be given" in text


def test_a_median_wait_that_is_known_is_told(warehouse) -> None:
    warehouse.rows["survival_summary"] = [
        (*row[:4], 4000.0, *row[5:]) for row in warehouse.rows["survival_summary"]
    ]
    text = section(page_of(warehouse.build()), "rq2")
    assert "half of them had one after 2.8 d." in text
    assert "fewer than half" not in text


def test_the_real_wait_is_in_keeping_with_the_share_without(real: Page) -> None:
    """70.7% of 3,018 have no accepted answer (the paper's figure), so 29.3% have one."""
    text = section(real, "rq2")
    (deployment,) = [row for row in real.table("acceptance") if row[0].startswith("Deployment")]
    with_answer = 100 - float(deployment[5].rstrip("%"))
    assert f"only {with_answer:.1f}% have one: fewer than half" in text


def test_the_real_wait_ends_below_a_half(real: Page) -> None:
    """28.4% of mobile questions were accepted, so half of them never are: the median is null."""
    (mobile,) = [row for row in real.table("survival_summary") if row[0] == "Mobile"]
    assert mobile[1:4] == ["1,533", "435", "\N{EN DASH}"]


def test_the_headline_has_the_interval_that_allows_for_people(published: Page) -> None:
    text = section(published, "rq2")
    assert "70.7% of the 3,023 Deployment (candidates) questions" in text
    assert "have no accepted answer (95% interval 68.8% to 72.5%)" in text
    assert "+8.0 points, 95% interval +6.1 to +9.8, p" in text
    assert "The intervals allow for people who ask several questions." in text
    assert (
        "With the years asked of the Non-deployment questions in both, the difference is +5.7"
        " points (+3.7 to +7.7)." in text
    )
    assert "came within 21.7 h (95% interval 14.0 h to 35.4 h)" in text
    assert "Cliff’s δ is +0.23, 95% interval +0.11 to +0.35. The intervals allow for people" in text
    summary = section(published, "summary")
    assert "95% interval 68.8% to 72.5%" in summary
    assert "95% interval 14.0 h to 35.4 h" in summary


def test_comparisons_by_every_method_are_shown_and_say_what_is_missing(published: Page) -> None:
    rows = {tuple(row[:2]): row[2:] for row in published.table("adjusted_comparisons")[1:]}
    assert len(rows) == 5
    assert rows["No accepted answer", "With the years of the second set"] == [
        "+5.7 points", "+3.7 to +7.7", "–", "–", "2.9", "3,023, 67,727", "–",
    ]  # fmt: skip
    wait = rows["The wait", "Within years (Cox)"]
    assert wait[:2] == ["– (no event while both groups wait)", "–"]
    every = published.table("adjusted_comparisons-all")[1:]
    assert every[-1][1:4] == ["No answer", "Within years (Mantel-Haenszel)", "1.31 odds ratio"]
    (answerer,) = [row for row in published.table("design_effects") if row[2] == "answerer"]
    assert answerer[3:] == ["886", "541", "78", "4.1", "216", "21.7 h", "14.0 h to 35.4 h"]


def test_acceptance_by_year_is_drawn_at_the_end_and_at_equal_age(published: Page) -> None:
    columns = COLUMNS["yearly_acceptance"].split()
    drawn = [
        row_of("yearly_acceptance", **dict(zip(columns, row, strict=True)))
        for row in YEARLY_ACCEPTANCE
    ]
    few = drawn[0]._replace(year=2015, n_questions=9, n_observed_30d=9)  # is not drawn
    whole, within = (
        yearly_acceptance_lines([*drawn, few], {}, column)
        for column in ("no_accepted_share", "accepted_within_30d_share")
    )
    assert alternative_of(whole) == (
        "Line chart of the share without an accepted answer by year asked. deployment: 2016 60.2%"
        " and 2019 77.4%; non deployment: 2019 65.5%."
    )
    (line,) = within.data  # the baseline has no question that was followed for 30 days
    assert [*line.y] == [0.363, 0.224]
    assert [*line.error_y.array] == pytest.approx([0.437 - 0.363, 0.248 - 0.224])
    assert [*line.error_y.arrayminus] == pytest.approx([0.363 - 0.294, 0.224 - 0.201])
    assert "n = 1,228" in line.customdata[1][0]
    rows = published.table("yearly_acceptance")[1:]
    assert rows[-1][3:] == ["65.5%", "64.8% to 66.1%", "0", "–", "–"]


def test_a_hazard_ratio_that_changes_is_not_the_headline(published: Page) -> None:
    text = section(published, "rq2")
    differences = (
        "the share of Deployment (candidates) questions with an accepted answer differs by"
        " \N{MINUS SIGN}11.4 after a day (\N{MINUS SIGN}14.6 to \N{MINUS SIGN}7.6) percentage"
    )
    ratio = "On average over the wait, a question of Deployment (candidates) got"
    assert text.index(differences) < text.index(ratio)
    assert "The ratio changes over the wait (p < 0.001)" in text
    assert "any moment" not in text


def test_without_evidence_it_says_what_would_have_been_found(warehouse) -> None:
    """Adjusted p-values of 0.3, and an interval of delta with 0 in it."""
    told = {
        ("no_accepted", "clustered_by_asker"): {"p_value_adjusted": 0.3, "detectable": 0.034},
        ("response_minutes", "clustered_by_answerer"): {"ci_low": -0.02, "detectable": 0.17},
    }
    names = COLUMNS["adjusted_comparisons"].split()
    warehouse.rows["adjusted_comparisons"] = [
        tuple((dict(zip(names, row, strict=True)) | told.get((row[2], row[3]), {})).values())
        for row in warehouse.rows["adjusted_comparisons"]
    ]
    names = COLUMNS["survival_tests"].split()
    first, *others = warehouse.rows["survival_tests"]
    known = dict(zip(names, first, strict=True)) | {"p_value_adjusted": 0.3, "detectable_ratio": 2}
    warehouse.rows["survival_tests"] = [tuple(known.values()), *others]
    text = section(page_of(warehouse.build()), "rq2")
    for found in ("one of 3.4 points", "a δ of 0.17", "a ratio of 2.00 or 0.50"):
        assert f"no evidence of a difference; {found} would have been found 8 times in 10." in text
    assert text.count("There is no evidence of a difference") == 3


def test_a_dash_says_what_is_missing(warehouse) -> None:
    """One pair has a set without a question; in the other no share is so large as to be found."""
    test = dict(zip(COLUMNS["proportion_tests"].split(), warehouse.rows["proportion_tests"][0],
                    strict=True))  # fmt: skip
    empty = "a set has no such question, or all of both are alike"
    none_found = "A dash under “Would be found”: no effect is found so often"
    for p, detectable in ((0.3, None), (None, None), (0.3, 0.1)):
        folder = warehouse.folder / f"{p} {detectable}"
        row = {**test, "p_value": p, "detectable_difference": detectable}
        data = write_tables(folder, {
            "studies": [{"study": "s", "title": "S", "leave_out": []}],
            "question_sets": [dict(zip(COLUMNS["question_sets"].split(), one, strict=True))
                              for one in warehouse.rows["question_sets"]],
            "acceptance": [dict(zip(COLUMNS["acceptance"].split(), one, strict=True))
                           for one in warehouse.rows["acceptance"]],
            "proportion_tests": [row],
        })  # fmt: skip
        text = section(page_of(data), "rq2")
        assert (empty in text) == (p is None)
        assert (none_found in text) == (p is not None and detectable is None)


def test_waits_of_fewer_than_ten_are_no_headline(warehouse) -> None:
    first, *others = warehouse.rows["survival_tests"]
    warehouse.rows["survival_tests"] = [(*first[:2], 9, *first[3:]), *others]
    text = section(page_of(warehouse.build()), "rq2")
    assert "differs by" not in text
    assert "On average over the wait" not in text


def test_a_baseline_of_fewer_than_ten_is_not_beside_the_headline(warehouse) -> None:
    nine = {"acceptance": (9, 3, 6, 6 / 9), "response_time_summary": (10, 9)}
    for name, counts in nine.items():
        warehouse.rows[name] = [
            (row[0], *counts, *row[len(counts) + 1 :]) if row[0] == "non_deployment" else row
            for row in warehouse.rows[name]
        ]
    text = section(page_of(warehouse.build()), "summary")
    assert "Non-deployment:" not in text
    assert "70.7%" in text


def test_topics_without_a_question_are_not_called_alike(warehouse) -> None:
    warehouse.rows["topic_tests"] = [("dl", "no_accepted_share", 2, 3023, 1.34, 1, 0.511, 0.021)]
    text = section(page_of(warehouse.build()), "rq2")
    assert "that the shares of the 2 topics that have questions differ" in text


def test_readings_that_find_the_same_are_told_once(warehouse) -> None:
    names = COLUMNS["rule_sensitivity"].split()
    same = {"n_questions": 1, "no_accepted_share": 1.0}
    warehouse.rows["rule_sensitivity"] = [
        tuple((dict(zip(names, row, strict=True)) | (same if row[0] == "mobile" else {})).values())
        for row in warehouse.rows["rule_sensitivity"]
    ]
    text = section(page_of(warehouse.build()), "sensitivity")
    assert "Mobile holds 1 question; " in text
    assert "Browser (candidates) holds 486 to 640 questions, 66.5% to 66.6% of them" in text


def test_sets_too_small_to_find_anything_say_so(warehouse) -> None:
    warehouse.rows["adjusted_comparisons"] = [
        (*row[:8], 0.3, 0.3, *row[10:-1], None)
        for row in warehouse.rows["adjusted_comparisons"]
        if row[3] == "clustered_by_asker"
    ]
    text = section(page_of(warehouse.build()), "rq2")
    assert "even the largest would not have been found 8 times in 10" in text


def test_with_evidence_nothing_is_said_of_what_would_have_been_found(published: Page) -> None:
    assert "no evidence of a difference" not in section(published, "rq2")


def test_a_hazard_ratio_without_evidence_of_change_says_so(warehouse) -> None:
    first, *others = warehouse.rows["survival_tests"]
    warehouse.rows["survival_tests"] = [(*first[:-1], 0.42), *others]
    text = section(page_of(warehouse.build()), "rq2")
    assert "There is no evidence that the ratio changes over the wait (p = 0.420)." in text


def test_other_studies_and_topics_are_compared(published: Page) -> None:
    text = section(published, "rq2")
    assert "There is no evidence that the shares of the 3 topics differ (n = 3,023)" in text
    assert "p = 0.511 (one test, not adjusted)" in text
    none = "\N{EN DASH}"
    concurrency, big_data = published.table("baseline_tests")[1:]
    assert big_data[1:6] == ["big data", "2008 to 2016", "2015 to 2019", "60.5%", "70.7%"]
    assert big_data[-3:-1] == ["\N{MINUS SIGN}1.8", "\N{MINUS SIGN}9.0 to +5.0"]
    assert concurrency[2:4] == [none, "2015 to 2019"]
    assert concurrency[-3:] == [none, none, none]


def test_published_times_without_posts_are_told(published: Page) -> None:
    assert "has 25,262 response times without their posts" in section(published, "rq2")


def test_the_taxonomy_has_counts_shares_intervals_and_what_was_published(published: Page) -> None:
    rows = {row[0]: row[1:] for row in published.table("taxonomy_distribution_mobile")[1:]}
    assert list(rows) == ["model conversion", "model quantization", "procedure", "model update"]
    assert rows["model conversion"] == ["20", "74.1%", "59.3% to 88.9%", "sum 8.7%"]
    assert rows["procedure"] == ["9", "33.3%", "26.7% to 40.0%", "3.9%"]
    text = section(published, "rq3")
    assert (
        "Few questions (n = 27): Most often it is model conversion (Mobile: 74.1% of 27 questions,"
        " 95% interval 59.3% to 88.9%)" in text
    )
    assert "their sheets were not given" in section(published, "not-shown")
    assert published.table("sample_sizes")[2][4] == "307"


def test_it_says_how_much_the_categories_have_not_seen(published: Page) -> None:
    """Of browser's 7 labels one is alone; R: 1 / 7 + qnorm(0.975) * sqrt(1 - 1 / 7) / 7."""
    text = section(published, "rq3")
    alone = "labels that are alone in their category"
    assert f"14.3% for Browser (candidates) (95% interval 0.0% to 40.2%; {alone}: 1 of 7)" in text
    assert "Few questions (n = 7): Of the questions that nobody labelled" in text
    assert "0.0% for Mobile (labels that are alone in their category: 0 of 27)" in text
    assert "“unclear” and “not accepted” are not independent" in text


def test_sets_are_compared_over_the_same_years(warehouse) -> None:
    warehouse.rows["yearly_popularity"] = [
        (*row[:2], 0, *row[3:]) if row[0] == "mobile" and row[1] < 2017 else row
        for row in warehouse.rows["yearly_popularity"]
    ]
    text = section(page_of(warehouse.build()), "rq1")
    assert "from 0 " not in text
    lead = r"Questions per year, 2017 compared with 2018: Server/cloud from 288 to 406, Mobile from"
    assert re.search(rf"{lead} \d+ to \d+", text)


def test_a_set_that_begins_in_the_last_year_is_named_apart(warehouse) -> None:
    warehouse.rows["yearly_popularity"] = [
        (*row[:2], 0, *row[3:]) if row[0] == "mobile" and row[1] < 2018 else row
        for row in warehouse.rows["yearly_popularity"]
    ]
    text = section(page_of(warehouse.build()), "rq1")
    assert "Questions per year, 2016 compared with 2018: Server/cloud from 109 to 406" in text
    assert re.search(r"First asked about in 2018: .*Mobile \(\d+\)", text)


def test_years_of_fewer_than_ten_questions_are_compared_only_where_there_are_no_others(
    warehouse,
) -> None:
    rows = warehouse.rows["yearly_popularity"]
    few = {"server_cloud": {2016: 9}}
    warehouse.rows["yearly_popularity"] = [
        (*row[:2], few.get(row[0], {}).get(row[1], row[2]), *row[3:]) for row in rows
    ]
    text = section(page_of(warehouse.build()), "rq1")
    assert "Questions per year, 2017 compared with 2018: Server/cloud from" in text


def test_a_share_or_a_median_of_nine_is_no_headline(warehouse) -> None:
    """Nor is it compared."""
    warehouse.rows["acceptance"] = [
        (row[0], 9, 3, 6, 6 / 9, *row[5:]) for row in warehouse.rows["acceptance"]
    ]
    page = page_of(warehouse.build())
    assert "have no accepted answer (95%" not in section(page, "rq2")
    assert "66.7%" not in section(page, "summary")


def test_a_share_of_sixteen_says_first_that_they_are_few(warehouse) -> None:
    warehouse.rows["acceptance"] = [
        (row[0], 16, 12, 4, 0.25, *row[5:]) for row in warehouse.rows["acceptance"]
    ]
    assert "Few questions (n = 16): 25.0% of the 16" in section(page_of(warehouse.build()), "rq2")


def test_selected_questions_cannot_tell_what_another_reading_would_find(real: Page) -> None:
    """The authors published the questions of the topics, and no others."""
    text = section(real, "sensitivity")
    assert "other readings cannot find more here" in text
    assert "the choice matters little" not in text
    marks = "a mark’s line says where words are searched, its shape how they are matched"
    assert marks in text


def test_without_labels_it_says_how_to_give_them(real: Page) -> None:
    text = section(real, "not-shown")
    assert "no labels were given" in text
    assert "put the result into the study’s folder as labels.csv" in text
    assert len(real.table("taxonomy_distribution_browser")[0]) == 2, "published figures only"


def test_published_categories_are_summed_where_only_leaves_were_printed(real: Page) -> None:
    """Of servers 9.7, 4.4 and 2.6 were printed for the leaves of general questions."""
    rows = {row[0]: row[1] for row in real.table("taxonomy_distribution_server_cloud")[1:]}
    assert rows["general questions"] == "sum 16.7%"
    assert rows["conceptual questions"] == "4.4%"
    assert "\N{EN DASH}" not in rows.values()


def rated(folder: Path, **labels: tuple[str, ...]) -> list[Ratings]:
    """Sheets of raters, of questions 1, 2, … of mobile."""
    site = "stackoverflow.com"
    ratings = []
    for rater, given in labels.items():
        draw = [
            SampledQuestion("mobile", site, n, n, is_pilot=False) for n in range(1, 1 + len(given))
        ]
        path = folder / f"{rater}.csv"
        lines = [f"mobile,{site},{n},{label}" for n, label in enumerate(given, start=1)]
        path.write_text("\n".join(["question_set,site,question_id,label_1", *lines]))
        ratings.append(read_ratings(path, draw, read_study(find_study()).taxonomy).checked())
    return ratings


def test_agreement_is_shown_where_sheets_are_given(published_data: Path, tmp_path: Path) -> None:
    """Two raters agree on 2 of 3 questions; kappa 0.5 by hand: (2/3 - 1/3) / (1 - 1/3)."""
    update, speed, security = "model update", "inference speed", "model security"
    ratings = rated(tmp_path, ann=(update, speed, security), ben=(update, speed, speed))
    found = agreement_tables(ratings, read_study(find_study()).taxonomy)
    page = Page(render(compose(read_results(published_data), found)))
    inner = page.table("rater_agreement")[1]
    assert inner[:6] == ["Mobile", "inner", "ann, ben", "3", "66.7%", "0.500"]
    assert "rater_agreement" in {one.attributes.get("data-csv") for one in page.all("button")}
    agreed = {row[2]: row[4:7] for row in page.table("category_agreement") if row[1] == "inner"}
    # of speed 2 x 1 of 3 choices; of security none of one; of update both
    assert agreed == {
        "model update": ["1", "1", "100.0%"],
        "inference speed": ["2", "1", "66.7%"],
        "model security": ["1", "0", "0.0%"],
    }
    assert "agreement_of_all" not in {one.attributes.get("data-csv") for one in page.all("button")}
    assert "Raters see whether a question has an answer." in section(page, "rq3")


def test_three_raters_have_an_alpha(published_data: Path, tmp_path: Path) -> None:
    """By hand: of nine labels 3, 5 and 1, four ordered pairs of the third question differ.

    1 - (4 / 2) / ((81 - 9 - 25 - 1) / 8) is 0.652.
    """
    ratings = rated(
        tmp_path,
        ann=("model update", "inference speed", "model security"),
        ben=("model update", "inference speed", "inference speed"),
        cat=("model update", "inference speed", "inference speed"),
    )
    found = agreement_tables(ratings, read_study(find_study()).taxonomy)
    page = Page(render(compose(read_results(published_data), found)))
    assert page.table("agreement_of_all")[1][:5] == ["Mobile", "inner", "3", "3", "0.652"]
    assert len(page.table("rater_agreement")) == 1 + 3 * 2


def test_each_reading_of_the_rules_has_its_row(published: Page) -> None:
    rows = published.table("rule_sensitivity")[1:]
    assert len(rows) == 9
    assert rows[0][1:3] == ["title, between spaces (as studied)", "486"]
    text = section(published, "sensitivity")
    assert "Mobile holds 486 to 640 questions" in text
    assert "Mobile 486 where the set has 1,533" in text


def test_every_source_that_the_statistics_cite_is_named(published: Page) -> None:
    """Also those in `labelling`, whose methods are shown."""
    folder = Path(analyses.__file__).parent
    cited = {
        _balanced(doi.rstrip(".,;:"))
        for path in (*folder.glob("statistics/*.py"), *folder.glob("labelling/*.py"))
        for doi in DOI.findall(path.read_text("utf-8"))
    }
    assert len(cited) > 15
    links = {
        (one.attributes["href"] or "").removeprefix("https://doi.org/")
        for one in published.all("a")
        if "doi.org" in (one.attributes["href"] or "")
    }
    assert cited <= links


def _balanced(doi: str) -> str:
    """Without the bracket that closes around it; Newcombe's own has brackets."""
    return doi.removesuffix(")") if doi.count("(") < doi.count(")") else doi


def test_a_reference_links_to_its_doi() -> None:
    entry = Reference("ab", "A & B", "2001", "On <x>, 2nd ed.", "J 1", "10.1/a<b>").entry
    assert "A &amp; B (2001). On &lt;x&gt;, 2nd ed. <i>J 1</i>." in entry
    assert 'href="https://doi.org/10.1/a&lt;b&gt;"' in entry


def test_what_to_cite(published: Page, synthetic: Page, real: Page) -> None:
    text = section(published, "citing")
    assert "Chen et al. (2020). A study. doi:10.1145/3368089.3409759" in text
    assert "@misc{phones_and_servers, " in text
    assert r"title = {Where models run \& why}, doi = {10.1145/" in text
    text = section(real, "citing")
    assert "stackoverflow.com, data to 30 November 2019" in text
    assert "@software{stackstudy" in text
    assert "Do not cite synthetic data" in section(synthetic, "citing")
    assert "Stack Exchange, Inc." not in section(synthetic, "citing")
    assert "Do not cite synthetic data" not in section(published, "citing")


def test_a_study_that_was_not_published_cites_no_paper(warehouse) -> None:
    warehouse.rows["studies"] = [("mine", "Mine", None, None, "ab12", [])]
    text = section(page_of(warehouse.build()), "citing")
    assert "doi" not in text
    assert "@misc{mine" not in text


# --- the SQL behind a chart


def test_each_statement_runs_in_a_plain_duckdb_and_gives_the_rows_of_its_csv(
    real: Page, studied_data: Path
) -> None:
    path = studied_data / "deep_learning_deployment.duckdb"
    summaries = [one.text for one in real.all("summary") if one.text.startswith("SQL of ")]
    codes = [one for one in real.all("pre") if one.raw.rstrip().find("order by all;") > 0]
    assert len(summaries) == len(codes) > 15
    with duckdb.connect(str(path), read_only=True) as shell:  # knows no function of stackstudy's
        for summary, code in zip(summaries, codes, strict=True):
            name = summary.removeprefix("SQL of ")
            found = shell.execute(code.raw)
            columns = [column[0] for column in found.description]
            header, *rows = csv.reader(io.StringIO(real.csv(name)))
            assert columns == header
            given = found.fetchall()
            assert len(given) == len(rows) > 0, name
            for row, shown in zip(given, rows, strict=True):
                for value, text in zip(row, shown, strict=True):
                    if isinstance(value, float):
                        assert float(text) == pytest.approx(value, rel=1e-9), name
                    elif isinstance(value, (int, str)) and not isinstance(value, bool):
                        assert text == str(value), name
                    elif value is None:
                        assert not text, name


def test_a_statement_shows_how_each_column_is_made(real: Page) -> None:
    """No step between the dump and the table is only named."""
    codes = [one.raw for one in real.all("pre") if "order by all;" in one.raw]
    for code in codes:
        named = set(re.findall(r"from main\.(int_\w+)", code.split("order by all;")[0]))
        told = set(re.findall(r"^-- (\w+) was made with", code, re.MULTILINE))
        assert named <= told
    assert any("with int_" in code for code in codes)
    assert any("compare_shares" in code for code in codes)


def test_a_table_does_not_repeat_the_statement_of_its_chart(published: Page, real: Page) -> None:
    for page in (published, real):
        for one in page.all("section"):
            said = [
                summary.text
                for table in one.all("div")
                if "table" in (table.attributes.get("class") or "").split()
                for summary in table.all("summary")
            ]
            charts = [s.text for figure in one.all("figure") for s in figure.all("summary")]
            assert len(said) == len(set(said))
            assert set(said) & set(charts) == set()


def test_without_dbt_s_folder_the_table_is_read(tmp_path: Path) -> None:
    assert compiled_models(tmp_path, "mine") == {}
    statement = statement_of("dump_manifest", ["site", "table"], {})
    assert statement == 'select site, "table"\nfrom main.dump_manifest\norder by all;'


def test_a_section_that_a_sentence_names_is_there(published_data: Path) -> None:
    study = replace(read_results(published_data), dump_warnings=("the dump has no votes",))
    page = Page(render(compose(study)))
    heads = {one.text for tag in ("h2", "h3", "h4", "th") for one in page.all(tag)}
    heads |= {one.text for one in page.by_id("main").parent.all("nav")[0].all("a")}
    named = set(re.findall(r"(?:see|under) “([^”]+)”", page.by_id("main").prose))
    assert {"The data", "Years and people"} <= named
    short = {re.sub(r"^RQ\d ", "", head) for head in heads}
    assert named <= short, named - short


def test_an_interval_is_not_explained_as_its_lower_end(published: Page) -> None:
    explained = [one.attributes.get("title") or "" for one in published.all("abbr")]
    assert len(explained) > 50
    assert not [text for text in explained if text.startswith("Lower end")]
    assert "The 95% interval of the effect, or of the curve." in explained


def test_one_label_is_singular(warehouse) -> None:
    warehouse.rows["labels"] = warehouse.rows["labels"][:1]
    text = page_of(warehouse.build()).by_id("rq3").text
    assert "1 question was given 1 label." in text


def test_the_alternative_of_the_wait_is_what_the_table_says(published: Page) -> None:
    """The curve is thinned: its last point before a day has another share than a day."""
    table = published.table("survival_summary")
    place = table[0].index("Within 1 day")
    shares = {row[0].removesuffix(" candidates"): row[place].split(" ")[0] for row in table[1:]}
    told = str([one.attributes.get("aria-label") for one in published.with_class("chart")])
    assert f"Server/cloud: {shares['Server/cloud']} after 1 day" in re.sub(
        r"[\d.]+% after 1 hour(, | and )", "", told
    )


def test_a_wait_counts_the_questions_whose_wait_is_known(warehouse) -> None:
    columns = COLUMNS["survival_summary"].split()
    n, observed = columns.index("n_questions"), columns.index("n_observed")
    warehouse.rows["survival_summary"] = [
        (*row[:observed], row[n] - 7, *row[observed + 1 :])
        for row in warehouse.rows["survival_summary"]
    ]
    own = next(row for row in warehouse.rows["survival_summary"] if row[0] == "deployment")
    text = page_of(warehouse.build()).by_id("rq2").text
    assert f"of {own[n] - 7:,} Deployment (candidates) questions" in text
    assert f"all {own[n]:,} Deployment" not in text


@pytest.mark.parametrize(
    ("value", "printed", "said"),
    [(1.0454545, 1.045, "1.045"), (1.045, None, "1.045"), (-0.31, None, "\N{MINUS SIGN}0.31"),
     (404.874, 404.9, "404.87"), (0.2045, 0.205, "0.204"), (78153, None, "78,153")],
)  # fmt: skip
def test_a_figure_is_as_precise_as_the_one_beside_it(value, printed, said) -> None:
    """46 points of 44 questions were printed as 1.045, and are not 1.04 beside 1.05."""
    assert plain(value, None, printed) == said
