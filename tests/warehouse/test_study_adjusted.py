"""Comparisons adjusted for years and people, on the authors' posts and on a planted sample."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest
from authors_package import published_posts

YEARS = (2016, 2017, 2018, 2019)
MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
def posts(fse2020, decided):
    """The deployment questions as the authors published them."""
    members = decided.members("deployment")
    known = {int(post["Id"]): post for posts in published_posts(fse2020).values() for post in posts}
    return [known[question_id] for question_id in members]


def _accepted(post):
    return next((one for one in post["answers"] if one["Id"] == post.get("AcceptedAnswerId")), None)


def _comparisons(warehouse, set_a, set_b):
    rows = warehouse.records(
        "from adjusted_comparisons where set_a = ? and set_b = ?", set_a, set_b
    )
    return {(row["outcome"], row["method"]): row for row in rows}


def test_acceptance_falls_by_year_also_at_equal_age(decided, posts):
    rows = {
        row["year"]: row
        for row in decided.records("from yearly_acceptance where question_set = 'deployment'")
    }
    # R: 100 * tapply(is.na(accepted), year, mean) over the published posts
    found = [round(100 * rows[year]["no_accepted_share"], 1) for year in YEARS]
    assert found == [60.0, 63.3, 67.5, 77.4]
    within = [round(100 * rows[year]["accepted_within_30d_share"], 1) for year in YEARS]
    assert (within[0], within[-1]) == (36.5, 22.4)
    dates = [one["CreationDate"] for post in posts for one in (post, *post["answers"])]
    end = max(map(datetime.fromisoformat, dates))
    for year in YEARS:
        asked = [
            (datetime.fromisoformat(post["CreationDate"]), post)
            for post in posts
            if post["CreationDate"].startswith(str(year))
        ]
        old = [(at, post) for at, post in asked if end - at >= MONTH]
        soon = sum(
            (answer := _accepted(post)) is not None
            and datetime.fromisoformat(answer["CreationDate"]) - at <= MONTH
            for at, post in old
        )
        row = rows[year]
        assert (row["n_questions"], row["n_observed_30d"]) == (len(asked), len(old))
        assert row["n_accepted_within_30d"] == soon
        assert row["n_no_answer"] == sum(not post["answers"] for _, post in asked)


def test_what_is_not_accepted_may_have_an_answer_that_was_voted_up(decided, posts):
    [row] = decided.records("from acceptance where question_set = 'deployment'")
    open_ = [post for post in posts if _accepted(post) is None]
    voted = [post for post in open_ if any(int(one["Score"]) > 0 for one in post["answers"])]
    silent = [post for post in open_ if not post["answers"]]
    assert (row["n_not_accepted"], row["n_no_answer"]) == (len(open_), len(silent))
    assert row["n_answered_not_accepted"] == len(open_) - len(silent)
    assert row["n_upvoted_not_accepted"] == len(voted)
    assert row["no_accepted_or_upvoted_share"] == (len(open_) - len(voted)) / len(posts)


def test_few_people_wrote_many_of_the_accepted_answers(decided, posts):
    effects = {
        (row["measure"], row["clustered_by"]): row
        for row in decided.records("from design_effects where question_set = 'deployment'")
    }
    row = effects["median_response_minutes", "answerer"]
    people = Counter(
        answer.get("OwnerUserId") for post in posts if (answer := _accepted(post)) is not None
    )
    n_unknown = people.pop(None, 0)
    assert row["n_largest"] == max(people.values()) == 78
    assert row["n_clusters"] == len(people) + n_unknown
    assert row["design_effect"] == pytest.approx(4.1, abs=0.05)  # R: survey::svymean
    assert row["ci_low"] == pytest.approx(838, abs=30)
    assert row["ci_high"] == pytest.approx(2125, abs=80)
    share = effects["no_accepted_share", "asker"]
    assert share["n"] == len(posts)
    assert share["ci_low"] < share["estimate"] < share["ci_high"]


def test_a_difference_of_topics_is_not_sure_when_people_count(decided):
    found = _comparisons(decided, "server_cloud", "browser")
    crude = found["response_minutes", "crude"]
    clustered = found["response_minutes", "clustered_by_answerer"]
    # R: Cliff's delta, and 10,000 resamples of answerers
    assert (crude["estimate"], crude["ci_low"]) == pytest.approx((0.297, 0.130), abs=0.005)
    assert clustered["estimate"] == crude["estimate"]
    assert (clustered["ci_low"], clustered["ci_high"]) == pytest.approx((-0.02, 0.45), abs=0.03)


def test_pairs_with_an_empty_set_are_left_out(decided):
    pairs = decided.rows("select distinct set_a, set_b from adjusted_comparisons")
    assert len(pairs) == 3
    assert all("non_deployment" not in pair for pair in pairs)


def test_crude_numbers_are_those_of_the_other_tables(bare):
    for table, outcome, names in (
        ("proportion_tests", "no_accepted", ("share_difference", "ci_low", "ci_high", "p_value")),
        ("response_time_tests", "response_minutes", ("cliffs_delta", "ci_low", "ci_high")),
        ("survival_tests", "waiting", ("hazard_ratio", "ci_low", "ci_high")),
    ):
        for row in bare.records(f"from {table}"):
            crude = _comparisons(bare, row["set_a"], row["set_b"])[outcome, "crude"]
            values = [crude["estimate"], crude["ci_low"], crude["ci_high"], crude["p_value"]]
            assert values[: len(names)] == pytest.approx([row[name] for name in names])


def test_holm_goes_over_the_pairs_of_one_outcome_and_method(bare):
    families = defaultdict(list)
    for row in bare.records("from adjusted_comparisons where p_value is not null"):
        families[row["outcome"], row["method"]].append((row["p_value"], row["p_value_adjusted"]))
    assert len(families) == 12
    for family in families.values():
        family.sort()
        largest = 0.0
        for place, (p, adjusted) in enumerate(family):
            largest = max(largest, min(1.0, p * (len(family) - place)))
            assert adjusted == pytest.approx(largest)


def test_the_years_that_are_planted_are_taken_out_of_the_difference(bare):
    """Topics were asked 0.40 years later and acceptance falls by 6 points a year: 2.4 points.

    The difference of crude and standardised is the years', whatever chance did to the shares.
    """
    found = _comparisons(bare, "deployment", "non_deployment")
    crude = found["no_accepted", "crude"]
    standardised = found["no_accepted", "standardised_by_year"]
    assert crude["estimate"] - standardised["estimate"] == pytest.approx(0.024, abs=0.02)
    assert standardised["ci_low"] < 0.054 < standardised["ci_high"]
    ratio = found["waiting", "cox_stratified_by_year"]["estimate"]
    assert found["waiting", "crude"]["estimate"] < ratio


@pytest.mark.parametrize(
    ("table", "column", "is_ratio"),
    [
        ("proportion_tests", "detectable_difference", False),
        ("response_time_tests", "detectable_delta", False),
        ("survival_tests", "detectable_ratio", True),
        ("adjusted_comparisons", "detectable", None),
    ],
)
def test_what_would_have_been_found_is_by_the_intervals_width_and_the_family(
    decided, table, column, is_ratio
):
    """R, of three pairs: (qnorm(1 - 0.05 / 3 / 2) + qnorm(0.8)) / (2 * qnorm(0.975)); of none or
    of one with a p-value, (qnorm(0.975) + qnorm(0.8)) / (2 * qnorm(0.975)).
    """
    rows = decided.records(f"from {table}")
    n_tests = Counter(
        (row.get("outcome"), row.get("method")) for row in rows if row["p_value"] is not None
    )
    known = [row for row in rows if row[column] is not None]
    assert len(known) >= 3
    for row in known:
        n = n_tests[row.get("outcome"), row.get("method")]
        widths = {0: 0.7147032396, 3: 0.8254235942}[n]
        ratio = is_ratio if is_ratio is not None else row["unit"].endswith("ratio")
        low, high = (math.log(x) if ratio else x for x in (row["ci_low"], row["ci_high"]))
        found = math.log(row[column]) if ratio else row[column]
        assert found == pytest.approx(widths * (high - low))
    unknown = [row for row in rows if row[column] is None]
    assert all(row["ci_low"] is None or row["ci_high"] is None for row in unknown)
