"""Unclear questions beside the rest: shares counted from the published posts, tests by scipy."""

import duckdb
import pytest
from label_warehouse import SITE, Post, write_warehouse
from scipy.stats import chi2_contingency
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from analyses.labelling.acceptance import ALL_SETS, GROUPS, label_acceptance, read_acceptance
from analyses.study.labels import Label
from loader.errors import LabellingError


def label(key, inner, leaf="", question_set="s"):
    return Label(question_set, SITE, key, inner, leaf)


def test_the_authors_labelled_questions(published_data, published_labels, published_questions):
    """Their 583 labels are all categories; here every fifth is taken for unclear."""
    labels, expected = [], {}
    for name, rows in published_labels.items():
        published = {int(row["Id"]): row for row in published_questions[name]}
        for index, (key, category) in enumerate(dict(rows).items()):
            group = "unclear" if index % 5 == 0 else "categorised"
            labels.append(label(key, "unclear" if index % 5 == 0 else category, question_set=name))
            for scope in (name, ALL_SETS):
                counted = expected.setdefault((scope, group), [0, 0])
                counted[0] += 1
                counted[1] += "AcceptedAnswerId" not in published[key]
    rows = label_acceptance(labels, read_acceptance(published_data, labels))
    assert [(row.question_set, row.label) for row in rows] == [
        (name, group) for name in (*published_labels, ALL_SETS) for group in GROUPS
    ]
    for row in rows:
        n, n_not = expected.get((row.question_set, row.label), [0, 0])
        assert (row.n_questions, row.n_not_accepted, row.n_accepted) == (n, n_not, n - n_not)
        assert row.no_accepted_share == (n_not / n if n else None)
        if n:
            low, high = proportion_confint(n_not, n, method="wilson")
            assert (row.share_ci_low, row.share_ci_high) == pytest.approx((low, high))
        if row.label != "unclear":
            assert row.p_value is row.share_difference is None
            continue
        n_rest, n_rest_not = expected[row.question_set, "categorised"]
        test = chi2_contingency([[n_not, n - n_not], [n_rest_not, n_rest - n_rest_not]])
        assert (row.chi2, row.p_value) == pytest.approx((test.statistic, test.pvalue))
        low, high = confint_proportions_2indep(n_not, n, n_rest_not, n_rest, method="newcomb")
        assert (row.ci_low, row.ci_high) == pytest.approx((low, high))
        assert row.share_difference == pytest.approx(n_not / n - n_rest_not / n_rest)
    p_values = sorted(row.p_value for row in rows if row.p_value is not None)
    assert len(p_values) == 4
    smallest = min(rows, key=lambda row: 2 if row.p_value is None else row.p_value)
    assert smallest.p_value_adjusted == pytest.approx(min(1, 4 * p_values[0]))


def test_a_question_with_two_labels_counts_once():
    labels = [label(1, "a", "x"), label(1, "b"), label(2, "unclear")]
    rows = label_acceptance(labels, {(SITE, 1): True, (SITE, 2): False})
    assert [(row.question_set, row.label, row.n_questions, row.n_accepted) for row in rows] == [
        ("s", "categorised", 1, 1),
        ("s", "false positive", 0, 0),
        ("s", "unclear", 1, 0),
        ("s", "pending", 0, 0),
    ]


def test_edges():
    assert label_acceptance([], {}) == []
    known = {(SITE, 1): True, (SITE, 2): True}
    rows = label_acceptance([label(1, "unclear"), label(2, "unclear")], known)
    unclear = rows[2]
    assert (unclear.no_accepted_share, unclear.share_difference, unclear.p_value) == (0, None, None)
    assert rows[0].no_accepted_share is None


def test_a_question_of_another_dump_is_named(tmp_path):
    data = write_warehouse(tmp_path, [Post(1, accepted_answer_id=2), Post(3)], {"s": [1, 3]})
    labels = [label(1, "a"), label(3, "a"), label(4, "a"), label(5, "unclear")]
    known = read_acceptance(data, labels)
    assert known == {(SITE, 1): True, (SITE, 3): False}
    with pytest.raises(LabellingError, match=r"question 4 of .* is not in .* \(nor are 1 more\)"):
        label_acceptance(labels, known)


def test_ids_of_two_sites_are_told_apart(tmp_path):
    data = write_warehouse(tmp_path, [Post(1, accepted_answer_id=2)], {"s": [1]})
    with duckdb.connect(str(data / "stackstudy.duckdb")) as connection:
        connection.execute("insert into questions values ('y.com', 1, 't', [], false, 'u')")
    labels = [label(1, "a"), Label("s", "y.com", 1, "unclear", "")]
    rows = label_acceptance(labels, read_acceptance(data, labels))
    assert [row.n_accepted for row in rows] == [1, 0, 0, 0]
    assert [row.n_questions for row in rows] == [1, 0, 1, 0]


def test_pending_questions_are_shown_and_not_tested():
    names = ["a"] * 4 + ["false positive"] * 3 + ["unclear"] * 3 + ["pending"] * 3
    labels = [label(key, name) for key, name in enumerate(names)]
    rows = label_acceptance(labels, {(SITE, key): key % 2 == 0 for key in range(len(names))})
    assert {row.label: row.n_questions for row in rows} == {
        "categorised": 4,
        "false positive": 3,
        "unclear": 3,
        "pending": 3,
    }
    assert {row.label for row in rows if row.p_value is not None} == {"false positive", "unclear"}
    assert rows[3].no_accepted_share is not None
