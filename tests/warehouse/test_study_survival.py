"""Waiting for an accepted answer, on the authors' posts: a second opinion by statsmodels."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from authors_package import published_posts
from scipy.stats import binom
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

HORIZONS = {"1h": 60, "1d": 24 * 60, "7d": 7 * 24 * 60, "30d": 30 * 24 * 60}


def _minutes(later, earlier):
    return (later - earlier) // timedelta(milliseconds=1) / 60000


@pytest.fixture(scope="module")
def snapshot(fse2020):
    """The latest date of any published post."""
    return max(
        datetime.fromisoformat(one["CreationDate"])
        for posts in published_posts(fse2020).values()
        for post in posts
        for one in (post, *post["answers"])
    )


@pytest.fixture(scope="module")
def waiting(fse2020, decided, snapshot):
    """Minutes, and whether they end with an accepted answer, of each set's published questions."""
    posts = {int(post["Id"]): post for posts in published_posts(fse2020).values() for post in posts}
    found = {}
    for name in ("server_cloud", "mobile", "browser", "deployment", "dl"):
        rows = []
        for question_id in decided.members(name):
            post = posts[question_id]
            asked_at = datetime.fromisoformat(post["CreationDate"])
            accepted = [
                datetime.fromisoformat(answer["CreationDate"])
                for answer in post["answers"]
                if answer["Id"] == post.get("AcceptedAnswerId")
            ]
            rows.append((_minutes((accepted or [snapshot])[0], asked_at), bool(accepted)))
        found[name] = (
            np.array([waited for waited, _ in rows]),
            np.array([event for _, event in rows]),
        )
    return found


@pytest.fixture(scope="module")
def summary(decided):
    return {row["question_set"]: row for row in decided.records("from survival_summary")}


def test_every_set_is_there(summary):
    assert len(summary) == 7
    empty = summary["non_deployment"]
    assert (empty["n_questions"], empty["n_observed"], empty["n_events"]) == (0, 0, 0)
    assert empty["median_minutes"] is empty["accepted_within_30d"] is None


def test_questions_and_events(summary, waiting):
    for name, (minutes, event) in waiting.items():
        row = summary[name]
        assert row["n_observed"] == row["n_questions"] == len(minutes)
        assert row["n_events"] == event.sum()
        assert row["n_censored"] == (~event).sum()
        assert row["n_answered_before_asked"] == row["n_answers_not_in_dump"] == 0


def test_shares_by_fixed_times_are_those_of_statsmodels(summary, waiting):
    for name, (minutes, event) in waiting.items():
        whole = SurvfuncRight(minutes, event)
        for horizon, within in HORIZONS.items():
            before = np.flatnonzero(whole.surv_times <= within)
            height = whole.surv_prob[before[-1]]
            assert summary[name][f"accepted_within_{horizon}"] == pytest.approx(1 - height)
            assert summary[name][f"n_at_risk_{horizon}"] == (minutes >= within).sum()
            reach = 1.959963984540054 * whole.surv_prob_se[before[-1]] / (height * np.log(height))
            low, high = sorted(1 - height ** np.exp(sign * reach) for sign in (1, -1))
            assert summary[name][f"accepted_within_{horizon}_ci_low"] == pytest.approx(low)
            assert summary[name][f"accepted_within_{horizon}_ci_high"] == pytest.approx(high)


def test_questions_younger_than_a_month_do_not_count_as_unanswered(summary, waiting):
    """Without censoring the share would be smaller: some were asked within the last month."""
    minutes, event = waiting["deployment"]
    assert ((minutes < HORIZONS["30d"]) & ~event).sum() > 20
    naive = (event & (minutes <= HORIZONS["30d"])).mean()
    assert summary["deployment"]["accepted_within_30d"] > naive


def test_half_are_never_accepted(summary, decided):
    for name in ("server_cloud", "mobile", "deployment", "dl"):
        assert summary[name]["median_minutes"] is summary[name]["median_ci_low"] is None
    lowest = dict(
        decided.rows("select question_set, min(not_accepted_yet) from survival_curves group by all")
    )
    for name in ("server_cloud", "mobile", "deployment", "dl"):
        assert lowest[name] > 0.5


def test_curves_are_those_of_statsmodels_and_small(decided, waiting):
    for name, (minutes, event) in waiting.items():
        rows = decided.rows(
            "select minutes, n_at_risk, n_events, not_accepted_yet from survival_curves"
            " where question_set = ? order by minutes",
            name,
        )
        assert len(rows) <= 253
        assert rows[0][0] == 0
        whole = SurvfuncRight(minutes, event)
        for at, n_at_risk, _, height in rows:
            before = np.flatnonzero(whole.surv_times <= at)
            expected = whole.surv_prob[before[-1]] if before.size else 1
            assert height == pytest.approx(expected)
            assert n_at_risk == (minutes >= at).sum()
        assert sum(row[2] for row in rows) == event.sum()
        times, heights = np.array([row[0] for row in rows]), np.array([row[3] for row in rows])
        shown = heights[np.searchsorted(times, whole.surv_times, side="right") - 1]
        fall = 1 - whole.surv_prob[-1]
        assert (shown - whole.surv_prob).max() < fall / 250 + 1e-9
        assert (shown - whole.surv_prob).min() > -1e-9


def test_tests_are_those_of_statsmodels(decided, waiting):
    rows = {(row["set_a"], row["set_b"]): row for row in decided.records("from survival_tests")}
    assert len(rows) == 7
    for name_a, name_b in (("server_cloud", "mobile"), ("mobile", "browser")):
        (time_a, event_a), (time_b, event_b) = waiting[name_a], waiting[name_b]
        chi2, p_value = survdiff(
            np.concatenate((time_a, time_b)),
            np.concatenate((event_a, event_b)).astype(int),
            np.repeat([0, 1], [len(time_a), len(time_b)]),
        )
        row = rows[name_a, name_b]
        assert row["chi2"] == pytest.approx(chi2)
        assert row["p_value"] == pytest.approx(p_value)
        assert (row["n_a"], row["n_events_b"]) == (len(time_a), event_b.sum())
        assert row["n_expected_a"] + row["n_expected_b"] == pytest.approx(
            row["n_events_a"] + row["n_events_b"]
        )
        assert row["ci_low"] < row["hazard_ratio"] < row["ci_high"]
    for row in rows.values():
        if row["set_b"] == "non_deployment":
            assert row["n_b"] == 0
            assert row["p_value"] is row["hazard_ratio"] is None


def test_each_site_is_observed_until_its_own_end(several_sites):
    ends = dict(several_sites.rows("select site, max(created_at) from stg_posts group by all"))
    assert len(ends) == 4
    rows = several_sites.rows(
        "select times.site, times.minutes, questions.asked_at from int_survival_times as times"
        " inner join questions using (site, question_id) where outcome = 'waiting'"
    )
    assert {site for site, *_ in rows} >= {"stackoverflow.com", "ai.stackexchange.com"}
    for site, minutes, asked_at in rows:
        assert minutes == pytest.approx(_minutes(ends[site], asked_at))


def test_medians_have_exact_intervals(decided, waiting):
    """Ranks by scipy's binomial distribution: what R's DescTools::MedianCI calls exact."""
    rows = {row["question_set"]: row for row in decided.records("from response_time_summary")}
    for name, (minutes, event) in waiting.items():
        times = np.sort(minutes[event])
        rank = int(binom.ppf(0.025, len(times), 0.5))
        assert rows[name]["median_response_minutes"] == pytest.approx(np.median(times))
        assert rows[name]["median_ci_low"] == pytest.approx(times[rank - 1])
        assert rows[name]["median_ci_high"] == pytest.approx(times[len(times) - rank])
        assert (
            rows[name]["median_days_dropped_ci_low"]
            <= rows[name]["median_response_minutes_days_dropped"]
            <= rows[name]["median_days_dropped_ci_high"]
        )


def test_nothing_to_observe(no_deep_learning):
    assert no_deep_learning.column("select count(*) from survival_curves") == [0]
    rows = no_deep_learning.records("from survival_summary")
    assert len(rows) == 7
    assert {row["n_observed"] for row in rows} == {0}
    tests = no_deep_learning.records("from survival_tests")
    assert len(tests) == 7
    assert {row["p_value_adjusted"] for row in tests} == {None}
