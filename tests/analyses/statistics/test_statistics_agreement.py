"""Cohen's kappa, against R's vcd, Cohen's own example, scikit-free brute force."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analyses.statistics.agreement import (
    category_agreement,
    cohens_kappa,
    confusion,
    krippendorffs_alpha,
)

LABELS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=50)


def _raters(counts):
    pairs = [
        (f"c{row}", f"c{column}")
        for row, numbers in enumerate(counts)
        for column, number in enumerate(numbers)
        for _ in range(number)
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_kappa_is_that_of_r(kappa_case, assert_near):
    counts, expected = kappa_case["input"]["counts"], kappa_case["value"]
    result = cohens_kappa(*_raters(counts))
    assert_near(
        [result.kappa, result.standard_error, result.ci_low, result.ci_high],
        [expected[name] for name in ("kappa", "standard_error", "low", "high")],
    )
    assert result.confusion.counts.tolist() == counts


def test_kappa_of_cohens_own_example():
    # Cohen (1960), table 1: proportions .44 .14 .18 / .05 .20 .05 / .01 .03 .06 of 200 at
    # agreement .70 and chance .41: "kappa = .492".
    result = cohens_kappa(*_raters([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
    assert (result.n, result.n_agreed) == (200, 140)
    assert (round(result.agreement, 2), round(result.expected, 2)) == (0.70, 0.41)
    assert f"{result.kappa:.3f}" == "0.492"


def test_nothing_labelled_is_not_known():
    result = cohens_kappa([], [])
    assert (result.kappa, result.agreement, result.ci_low) == (None, None, None)
    assert result.confusion.counts.shape == (0, 0)


def test_one_label_throughout_leaves_nothing_beyond_chance():
    result = cohens_kappa(["a"] * 9, ["a"] * 9)
    assert (result.agreement, result.expected, result.kappa) == (1, 1, None)


def test_full_agreement_is_one():
    result = cohens_kappa(list("aabbc"), list("aabbc"))
    assert (result.kappa, result.ci_low, result.ci_high) == pytest.approx((1, 1, 1))


def test_confusion_keeps_the_order_of_the_categories_given():
    table = confusion(list("ab"), list("bb"), ["b", "unclear", "a"])
    assert table.categories == ("b", "unclear", "a")
    assert table.counts.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 0]]


@given(LABELS.filter(bool), st.randoms())
def test_kappa_agrees_with_pairs_counted_and_is_symmetric(assert_near, pairs, random):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    result, swapped = cohens_kappa(a, b), cohens_kappa(b, a)
    n = len(pairs)
    agreed = sum(x == y for x, y in pairs) / n
    chance = sum(x == y for x in a for y in b) / n**2
    assert result.agreement == pytest.approx(agreed)
    assert result.expected == pytest.approx(chance)
    kappa = None if chance == 1 else (agreed - chance) / (1 - chance)
    assert_near(result.kappa, kappa)
    assert_near(swapped.kappa, result.kappa)
    assert_near(swapped.standard_error, result.standard_error, abs=1e-7)
    assert (swapped.confusion.counts == result.confusion.counts.T).all()
    mixed = random.sample(pairs, n)
    assert cohens_kappa([x for x, _ in mixed], [y for _, y in mixed]).to_dict() == result.to_dict()
    if kappa is not None:
        assert -1 <= result.ci_low <= result.kappa + 1e-9
        assert result.kappa - 1e-9 <= result.ci_high <= 1


@given(LABELS.filter(bool))
def test_kappa_does_not_see_names_nor_unused_categories(assert_near, pairs):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    renamed = cohens_kappa([x * 2 for x in a], [y * 2 for y in b])
    wider = cohens_kappa(a, b, ["z", "a", "b", "c", "d"])
    for other in (renamed, wider):
        assert_near(other.kappa, cohens_kappa(a, b).kappa)


def test_the_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(5)
    table = np.array([[0.4, 0.1], [0.1, 0.4]])  # agreement 0.8, chance 0.5: kappa 0.6
    hits = 0
    for _ in range(300):
        result = cohens_kappa(*_raters(generator.multinomial(150, table.ravel()).reshape(2, 2)))
        hits += result.ci_low <= 0.6 <= result.ci_high
    assert hits >= 270  # 285 expected; fewer than 270 once in a hundred thousand


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a"], ["a", "b"]), "same questions"),
        ((["a"], [None]), "missing"),
        ((["a"], ["x"], ["a", "b"]), "unknown category: 'x'"),
        ((["a"], ["a"], ["a", "a"]), "distinct"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        cohens_kappa(*arguments)


def test_alpha_of_krippendorffs_own_example():
    # Krippendorff (2011), Computing Krippendorff's alpha-reliability, section C: nominal 0.743.
    a, b, c, d = "123321412...", "1233224125.3", ".3332342251.", "12332441251."
    units = [[label for label in unit if label != "."] for unit in zip(a, b, c, d, strict=True)]
    result = krippendorffs_alpha(units)
    assert f"{result.alpha:.3f}" == "0.743"
    assert (result.n, result.n_labels) == (11, 40)  # the last unit has one label
    assert result.ci_low < 0.743 < result.ci_high


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_alpha_is_that_of_all_pairs(labels):
    """Disagreement of pairs within questions, by that of pairs of all labels."""
    known = [unit for unit in labels if len(unit) > 1]
    pooled = [label for unit in known for label in unit]
    result = krippendorffs_alpha(labels)
    assert (result.n, result.n_labels) == (len(known), len(pooled))
    expected = sum(a != b for a, b in permutations(pooled, 2))
    if not expected:
        assert result.alpha is None
        return
    observed = sum(
        Fraction(sum(a != b for a, b in permutations(unit, 2)), len(unit) - 1) for unit in known
    )
    n = len(pooled)
    assert result.alpha == pytest.approx(float(1 - (n - 1) * observed / expected), abs=1e-12)


def test_the_interval_of_alpha_covers():
    """Each label is that of the question with 0.8, else any of four: alpha is 0.64."""
    generator = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        true = generator.integers(0, 4, (100, 1))
        any_label = generator.integers(0, 4, (100, 3))
        given_ = np.where(generator.random((100, 3)) < 0.8, true, any_label)
        result = krippendorffs_alpha(given_.astype(str).tolist())
        hits += result.ci_low <= 0.64 <= result.ci_high
    assert 178 <= hits < 200  # 190 expected; fewer once in a thousand


def test_agreement_on_a_category_is_the_share_of_choices_that_the_other_shares():
    labels = [[[name] for name in given_] for given_ in _raters([[20, 5], [10, 15]])]
    yes, no = category_agreement(*labels, ["c0", "c1"])
    assert (yes.n_either, yes.n_both, no.n_either, no.n_both) == (35, 20, 30, 15)
    assert yes.agreement == pytest.approx(40 / 55)
    limits = proportion_confint(20, 35, method="wilson")
    assert (yes.ci_low, yes.ci_high) == pytest.approx([2 * x / (1 + x) for x in limits])
    assert no.agreement == pytest.approx(30 / 45)
    (nobody,) = category_agreement([["a"]], [["a"]], ["c"])
    assert (nobody.n_either, nobody.agreement, nobody.ci_low) == (0, None, None)


def test_a_category_agrees_by_itself_where_questions_have_several():
    """Of a: both on the first and second question; of b: one of two; by 2 x both / choices."""
    a, b = category_agreement([["a", "b"], ["a"]], [["a"], ["a", "b"]], ["a", "b"])
    assert (a.n_either, a.n_both, a.agreement) == (2, 2, 1)
    assert (b.n_either, b.n_both, b.agreement) == (2, 0, 0)


def test_alpha_of_sets_counts_what_they_share():
    """By hand, MASI: {a} and {a, b} differ by 1 - 1/2 x 2/3 = 2/3, {a} and {b} by 1.

    Pairs within questions: 2/3 and 0 and 0. Of the six labels, three {a}, one {a, b} and two {b},
    both ways: 3 x 1 x 2/3 + 3 x 2 x 1 + 1 x 2 x 2/3 = 28/3, twice, by 5.
    """
    ab = frozenset("ab")
    result = krippendorffs_alpha([["a", ab], ["a", "a"], ["b", "b"]])
    assert result.alpha == pytest.approx(1 - (2 * 2 / 3) / (2 * 28 / 3 / 5))
    overlapping = [[frozenset("ab"), frozenset("bc")], ["a", "c"], ["a", "a"]]
    assert krippendorffs_alpha(overlapping).alpha < 1
    one = krippendorffs_alpha([[frozenset("a"), "b"], ["a", "a"]])
    assert one == krippendorffs_alpha([["a", "b"], ["a", "a"]])
