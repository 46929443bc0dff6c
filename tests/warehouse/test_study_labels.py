"""Labels: what a file of people becomes, the taxonomy, and acceptance by kind of label."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from authors_package import published_posts
from people import NOT_LOADED, SITE, SPECIAL, TIMES, taxonomy
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import proportion_confint

from analyses.study.labels import NO_CATEGORY
from analyses.warehouse.database import connect
from analyses.warehouse.human_input import SetInput, read_human_input

TOPICS = ("server_cloud", "mobile")
COLUMNS = "question_set, question_id, inner_category, coalesce(leaf_category, '')"


@pytest.fixture(scope="module")
def labelled(several_sites):
    return several_sites


@pytest.fixture(scope="module")
def accepted(fse2020):
    """Whether each published question names an accepted answer, from the JSON alone."""
    return {
        int(post["Id"]): "AcceptedAnswerId" in post
        for posts in published_posts(fse2020).values()
        for post in posts
    }


@pytest.fixture(scope="module")
def kinds(given_labels):
    """(question set, kind of label) to the ids of its questions, unions included."""
    by_question = defaultdict(set)
    for label in given_labels:
        sets = (label.question_set, "deployment")[: 1 + (label.question_set in TOPICS)]
        for name in sets:
            by_question[name, label.question_id].add(label.inner_category)
    found = defaultdict(set)
    for (name, question_id), inner in by_question.items():
        special = [kind for kind in SPECIAL if kind in inner]
        kind = "categorised" if inner - set(SPECIAL) else special[0]
        found[name, kind].add(question_id)
    return found


class TestLabels:
    def test_every_line_of_the_file_is_a_label(self, labelled, given_labels):
        found = labelled.rows(f"select {COLUMNS} from labels")
        assert len(found) > 170
        assert Counter(map(tuple, given_labels)) == Counter(found)
        assert labelled.column("select distinct site from labels") == [SITE]

    def test_labels_say_what_is_loaded_and_in_the_set(self, labelled):
        assert labelled.column("select question_id from labels where not is_loaded") == [NOT_LOADED]
        members = {name: labelled.members(name) for name in (*TOPICS, "framework_tagged")}
        outside = labelled.rows("select question_set, question_id from labels where not is_member")
        assert len(outside) >= 2
        for name, question_id in outside:
            assert question_id not in members[name]
        inside = labelled.rows("select question_set, question_id from labels where is_member")
        for name, question_id in inside:
            assert question_id in members[name]

    def test_special_labels_stand_apart(self, labelled):
        special = labelled.column(
            "select distinct inner_category from labels where not is_category order by all"
        )
        assert special == sorted(SPECIAL)

    def test_special_labels_are_those_of_the_labelling_commands(self, labelled):
        assert tuple(labelled.column("select label from stg_label_kinds order by position")) == (
            NO_CATEGORY
        )

    def test_a_question_that_is_not_loaded_is_worth_a_warning(self, labelled):
        assert "WARN 1 labelled_questions_are_loaded" in labelled.output
        assert "ERROR=0" in labelled.output

    def test_without_a_file_there_are_none(self, rules_only):
        """Nor does a build say a word of them."""
        with connect(rules_only.data) as connection:
            assert read_human_input(connection) == []
        for table in ("labels", "label_acceptance", "published_response_times"):
            assert rules_only.column(f"select count(*) from {table}") == [0]
        [(n_rows, n_labelled)] = rules_only.rows(
            "select count(*), sum(n_labelled) from taxonomy_distribution"
        )
        assert (n_rows, n_labelled) == (3 + 25 + 72, 0)


class TestTaxonomy:
    def test_counts_at_each_level_are_distinct_questions(self, labelled, given_labels):
        questions = defaultdict(set)
        for name, question_id, inner, leaf in given_labels:
            if inner not in SPECIAL:
                questions[name, "root", None, None].add(question_id)
                questions[name, "inner", inner, None].add(question_id)
                if leaf:
                    questions[name, "leaf", inner, leaf].add(question_id)
        found = {
            tuple(row[:4]): row[4]
            for row in labelled.rows(
                "select question_set, level, inner_category, leaf_category, n_questions"
                " from taxonomy_distribution"
            )
        }
        assert {key: n for key, n in found.items() if n} == {
            key: len(ids) for key, ids in questions.items()
        }
        assert found["framework_tagged", "root", None, None] == 2
        assert found["framework_tagged", "inner", "tooling", None] == 2

    def test_shares_have_wilsons_interval_of_a_sample_of_a_small_set(self, labelled, given_labels):
        """As wide as of so many more of a set without end: Cochran (1977), section 2.6."""
        rows = labelled.records("from taxonomy_distribution where n_labelled > 0")
        assert len(rows) > 60
        drawn = defaultdict(set)
        for name, question_id, *_ in given_labels:
            drawn[name].add(question_id)
        sizes = dict(labelled.rows("select question_set, population from sample_sizes"))
        assert sizes["server_cloud"] > 1000
        seen = set()
        for row in rows:
            n, whole, name = row["n_questions"], row["n_labelled"], row["question_set"]
            assert row["share"] == n / whole
            if name in sizes:
                seen.add(name)
                size = sizes[name]
                more = (size - 1) / (size - len(drawn[name]))
                n, whole = n * more, whole * more
            low, high = proportion_confint(n, whole, method="wilson")
            assert row["share_ci_low"] == pytest.approx(low, abs=1e-12)
            assert row["share_ci_high"] == pytest.approx(high, abs=1e-12)
        assert seen == {"server_cloud", "mobile"}

    def test_published_shares_stand_at_the_finest_level(self, labelled):
        finest = {
            (row["question_set"], row["inner_category"], row["leaf_category"] or ""): row
            for row in labelled.records("from taxonomy_distribution where not is_divided")
        }
        for line in taxonomy():
            row = finest.pop((line["question_set"], line["inner_category"], line["leaf_category"]))
            assert row["published_percent"] == float(line["published_percent"])
        assert {key[0] for key in finest} == {"framework_tagged"}
        divided = labelled.column(
            "select distinct published_percent from taxonomy_distribution where is_divided"
        )
        assert divided == [None]

    def test_the_finest_level_holds_every_categorised_question(self, labelled):
        for name in TOPICS:
            [(labels, categorised)] = labelled.rows(
                "select sum(n_questions), any_value(n_labelled) from taxonomy_distribution"
                " where not is_divided and question_set = ?",
                name,
            )
            assert labels - categorised == (1 if name == "server_cloud" else 0)


class TestAcceptance:
    def test_counts_and_shares(self, labelled, kinds, accepted):
        rows = labelled.records("from label_acceptance")
        names = {row["question_set"] for row in rows}
        assert names == {*TOPICS, "deployment", "framework_tagged"}
        assert len(rows) == 4 * len(names)
        for row in rows:
            ids = kinds[row["question_set"], row["label_kind"]]
            known = [accepted[one] for one in ids if one in accepted]
            assert row["n_with_label"] == len(ids)
            assert row["n_questions"] == len(known)
            assert row["n_accepted"] == sum(known)
            if known:
                n = len(known) - sum(known)
                assert row["no_accepted_share"] == n / len(known)
                low, high = proportion_confint(n, len(known), method="wilson")
                assert row["share_ci_low"] == pytest.approx(low, abs=1e-12)
                assert row["share_ci_high"] == pytest.approx(high, abs=1e-12)
            else:
                assert row["no_accepted_share"] is row["share_ci_low"] is None

    def test_kinds_are_compared_with_the_categorised(self, labelled):
        rows = {
            (row["question_set"], row["label_kind"]): row
            for row in labelled.records("from label_acceptance")
        }
        compared = 0
        for (name, kind), row in rows.items():
            rest = rows[name, "categorised"]
            if kind == "categorised" or not row["n_questions"]:
                assert row["chi2"] is row["p_value"] is row["share_difference"] is None
                continue
            table = [[one["n_accepted"], one["n_not_accepted"]] for one in (row, rest)]
            assert row["chi2"] == pytest.approx(chi2_contingency(table).statistic)
            assert row["share_difference"] == pytest.approx(
                row["no_accepted_share"] - rest["no_accepted_share"]
            )
            assert row["p_value_adjusted"] >= row["p_value"]
            compared += 1
        assert compared >= 6


def test_labels_are_measured_as_the_paper_prints_them(labelled, kinds, given_labels):
    found = {
        (measure, name): value
        for measure, name, value in labelled.rows(
            "select measure, question_set, value from replication_measures where year is null"
        )
    }
    for name in (*TOPICS, "deployment"):
        assert found["labelled_questions", name] == len(kinds[name, "categorised"])
        assert found["false_positives", name] == len(kinds[name, "false positive"])
        assert found["unclear_questions", name] == len(kinds[name, "unclear"])
    assert found["questions_in_two_categories", "deployment"] == 1
    used = {
        label[0:1] + label[2:]
        for label in given_labels
        if label.question_set in TOPICS and label.inner_category not in SPECIAL
    }
    assert found["root_categories", "deployment"] == 2
    assert found["inner_categories", "deployment"] == len({key[:2] for key in used})
    assert found["leaf_categories", "deployment"] == len({key for key in used if key[2]})


class TestPublishedResponseTimes:
    def test_they_are_summarised_as_published(self, no_deep_learning):
        found = no_deep_learning.records("from published_response_times")
        rows = {row["question_set"]: row for row in found}
        assert set(rows) == set(TIMES)
        row = rows["non_deployment"]
        assert row["n_response_times"] == 7
        assert row["median_response_minutes_days_dropped"] == 60.0
        # qbinom(0.025, 7, 0.5) is 1: the first and the last of seven
        assert row["median_days_dropped_ci_low"] == 3.5
        assert row["median_days_dropped_ci_high"] == 1439.9
        assert rows["mobile"]["median_days_dropped_ci_low"] is None  # three values are too few

    def test_they_stand_in_only_where_no_posts_give_any(
        self, labelled, rules_only, no_deep_learning
    ):
        sql = (
            "select question_set, value from replication_measures where"
            " measure = 'response_minutes_median_days_dropped'"
            " and question_set in ('server_cloud', 'mobile', 'browser')"
        )
        own = dict(rules_only.rows(sql))
        assert set(own) == {"server_cloud", "mobile", "browser"}
        assert dict(labelled.rows(sql)) == own
        assert dict(no_deep_learning.rows(sql)) == {"mobile": 2.0}
        summary = "from response_time_summary where question_set = 'mobile'"
        assert labelled.rows(summary) == rules_only.rows(summary)


def test_the_codebook_is_figure_5(labelled):
    """As the study reads it: tests/analyses/study compares it with the print."""
    assert dict(
        labelled.rows(
            "select level, count(*) from taxonomy_distribution where question_set in"
            " ('server_cloud', 'mobile', 'browser') group by all"
        )
    ) == {"root": 3, "inner": 25, "leaf": 72}


def test_what_people_gave_is_said_per_set(labelled, given_labels):
    """Counted from the file alone; the question that is not loaded is told beside."""
    with connect(labelled.data) as connection:
        found = {one.question_set: one for one in read_human_input(connection)}
    members = {name: labelled.members(name) for name in (*TOPICS, "framework_tagged")}
    for name, ids in members.items():
        given = [label.question_id for label in given_labels if label.question_set == name]
        loaded = [one for one in given if one != NOT_LOADED]
        outside = [one for one in loaded if one not in ids]
        assert found.pop(name) == SetInput(
            "labels", name, len(given), len(given) - len(loaded), len(outside)
        )
    assert not found
