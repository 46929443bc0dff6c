"""Agreement of raters, set by set: against counts by hand and the formula written out."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.labelling.agreement import (
    ALL_SETS,
    agreement_of_all,
    rater_agreement,
)
from analyses.labelling.ratings import Rating, Ratings
from analyses.study.labels import Category, Taxonomy

NAMES = {
    "yes": ("yes", ""),
    "no": ("no", ""),
    "no - a": ("no", "a"),
    "no - b": ("no", "b"),
    "unclear": ("unclear", ""),
    "pending": ("pending", ""),
}
TAXONOMY = Taxonomy(
    tuple(
        Category(name, *pair)
        for name in ("s", "t")
        for key, pair in NAMES.items()
        if key not in {"unclear", "pending"}
    )
)


def sheet(rater, labels):
    """Make a rater's sheet of {(set, id): 'label + label'}."""
    ratings = {
        (name, "x.com", key): Rating(
            tuple(Category(name, *NAMES[one]) for one in text.split(" + "))
        )
        for (name, key), text in labels.items()
    }
    return Ratings(rater, Path(f"{rater}.csv"), ratings, {}, ())


def numbered(names, question_set="s"):
    return {(question_set, index): name for index, name in enumerate(names)}


def sheets_of(pairs):
    return [sheet("a", numbered(a for a, _ in pairs)), sheet("b", numbered(b for _, b in pairs))]


def by_level(rows, question_set="s"):
    return {row.level: row for row in rows if row.question_set == question_set}


def test_a_textbook_table():
    """The grant example of Wikipedia, "Cohen's kappa": 20, 5, 10, 15 give 0.7, 0.5 and 0.4."""
    a = sheet("ann", numbered(["yes"] * 25 + ["no"] * 25))
    b = sheet("ben", numbered(["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15))
    rows = rater_agreement([a, b], TAXONOMY)
    assert [(row.question_set, row.level) for row in rows] == [("s", "inner"), ("s", "leaf")]
    for row in rows:
        assert (row.rater_a, row.rater_b) == ("ann", "ben")
        assert (row.n, row.n_agreed, row.n_overlapping) == (50, 35, 35)
        assert row.agreement == pytest.approx(0.7)
        assert row.kappa == pytest.approx(0.4)
        assert row.ci_low < 0.4 < row.ci_high
        assert row.confusion.categories == ("yes", "no")
        assert row.confusion.counts.tolist() == [[20, 5], [10, 15]]


def test_inner_level_forgives_the_leaf():
    a = sheet("a", numbered(["no - a", "no - b", "yes", "no - a"]))
    b = sheet("b", numbered(["no - b", "no - b", "yes", "unclear"]))
    rows = by_level(rater_agreement([a, b], TAXONOMY))
    assert (rows["inner"].n_agreed, rows["leaf"].n_agreed) == (3, 2)
    assert rows["inner"].confusion.categories == ("yes", "no", "unclear")
    assert rows["leaf"].confusion.categories == ("yes", "no - a", "no - b", "unclear")


def test_several_labels_agree_when_all_are_the_same_in_any_order():
    a = sheet("a", numbered(["yes + no - a", "yes + no - a", "no - a", "yes + no - b"]))
    b = sheet("b", numbered(["no - a + yes", "no - a", "no - b", "no - a + yes"]))
    rows = by_level(rater_agreement([a, b], TAXONOMY))
    assert (rows["leaf"].n_agreed, rows["leaf"].n_overlapping) == (1, 3)
    assert (rows["inner"].n_agreed, rows["inner"].n_overlapping) == (3, 4)


def test_each_category_of_a_question_with_several_agrees_by_itself():
    a = sheet("a", numbered(["yes + no - a", "yes"]))
    b = sheet("b", numbered(["yes", "no - b"]))
    inner, leaf = rater_agreement([a, b], TAXONOMY)
    assert [(one.category, one.n_either, one.n_both) for one in inner.categories] == [
        ("yes", 2, 1),
        ("no", 2, 0),
    ]
    assert [one.category for one in leaf.categories] == ["yes", "no - a", "no - b"]


def test_sets_are_compared_alone_and_together():
    a = sheet("a", numbered(["yes", "no", "yes"]) | numbered(["yes", "no"], "t"))
    b = sheet("b", numbered(["yes", "no", "no"]) | numbered(["no", "no", "yes"], "t"))
    rows = rater_agreement([a, b], TAXONOMY)
    assert [row.question_set for row in rows[::2]] == ["s", "t", ALL_SETS]
    assert [(row.n, row.n_agreed) for row in rows[::2]] == [(3, 2), (2, 1), (5, 3)]


def test_three_raters_are_compared_two_by_two():
    sheets = [
        sheet(name, numbered(labels))
        for name, labels in (("a", ["yes", "no"]), ("b", ["yes", "yes"]), ("c", ["no", "no"]))
    ]
    rows = rater_agreement(sheets, TAXONOMY)[::2]
    assert [(row.rater_a, row.rater_b, row.n_agreed) for row in rows] == [
        ("a", "b", 1),
        ("a", "c", 1),
        ("b", "c", 0),
    ]


def test_all_raters_together_have_an_alpha_by_set_and_level():
    sheets = [
        sheet(name, numbered(labels))
        for name, labels in (("a", ["yes", "no - a"]), ("b", ["yes", "no - b"]), ("c", ["yes"]))
    ]
    found = {(row.question_set, row.level): row for row in agreement_of_all(sheets)}
    assert found["s", "inner"].alpha == 1
    leaf = found["s", "leaf"]
    assert (leaf.n, leaf.n_labels) == (2, 5)
    # 2 of 2 ordered pairs of the second question differ, and 14 of 20 of all labels.
    assert leaf.alpha == pytest.approx(1 - 4 * 2 / 14)


def test_nothing_in_common_and_one_label_only():
    (row, _) = rater_agreement([sheet("a", {}), sheet("b", numbered(["yes"]))], TAXONOMY)
    assert (row.question_set, row.n, row.agreement, row.kappa) == (ALL_SETS, 0, None, None)
    (row, _) = rater_agreement(
        [sheet("a", numbered(["yes"])), sheet("b", numbered(["yes"]))], TAXONOMY
    )
    assert (row.n, row.agreement, row.kappa) == (1, 1.0, None)


LABELS = st.lists(
    st.tuples(*[st.sampled_from([*NAMES, "yes + no - a", "no - b + no - a"])] * 2),
    min_size=1,
    max_size=30,
)


def expected(pairs):
    """Agreement and kappa by the definition, in fractions; None where chance agrees alone."""
    n = len(pairs)
    agreed = Fraction(sum(a == b for a, b in pairs), n)
    of_a, of_b = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(Fraction(of_a[name] * of_b[name], n * n) for name in of_a)
    return agreed, None if chance == 1 else (agreed - chance) / (1 - chance)


@given(pairs=LABELS, data=st.data())
def test_any_labels_against_the_definition_and_its_symmetries(pairs, data):
    a, b = sheets_of(pairs)
    row = by_level(rater_agreement([a, b], TAXONOMY))["leaf"]
    whole = [tuple("+".join(sorted(text.split(" + "))) for text in pair) for pair in pairs]
    agreed, kappa = expected(whole)
    assert row.agreement == pytest.approx(float(agreed))
    assert row.kappa == (None if kappa is None else pytest.approx(float(kappa), abs=1e-12))
    assert row.n_agreed <= row.n_overlapping <= row.n

    swapped = by_level(rater_agreement([b, a], TAXONOMY))["leaf"]
    assert swapped.kappa == (None if kappa is None else pytest.approx(row.kappa))
    assert swapped.confusion.counts.tolist() == row.confusion.counts.T.tolist()

    shuffled = data.draw(st.permutations(pairs))
    again = by_level(rater_agreement(sheets_of(shuffled), TAXONOMY))["leaf"]
    assert again.confusion.counts.tolist() == row.confusion.counts.tolist()
