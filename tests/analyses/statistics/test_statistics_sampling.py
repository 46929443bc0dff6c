"""Sample sizes, against a published table; draws that anyone can repeat."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, norm

from analyses.statistics.sampling import draw, sample_size, unseen_share

KEYS = st.lists(st.integers(0, 10**12), unique=True, max_size=60)


@pytest.mark.parametrize(("population", "published"), [(1325, 297), (1533, 307)])
def test_sample_size_of_the_paper_is_rounded_down(population, published):
    assert sample_size(population, rounding="down").sample_size == published
    assert sample_size(population).sample_size == published + 1


# Krejcie and Morgan (1970), table 1: population and sample; they rounded to the nearest.
KREJCIE_MORGAN = [
    (10, 10),
    (50, 44),
    (100, 80),
    (200, 132),
    (300, 169),
    (500, 217),
    (1000, 278),
    (1500, 306),
    (2000, 322),
    (5000, 357),
    (10000, 370),
    (75000, 382),
]


@pytest.mark.parametrize(("population", "published"), KREJCIE_MORGAN)
def test_sample_size_is_the_table_of_krejcie_and_morgan(population, published):
    assert round(sample_size(population).exact) == published


@pytest.mark.parametrize("rounding", ["up", "down"])
def test_sample_size_of_nothing_and_of_one(rounding):
    assert sample_size(0, rounding=rounding).sample_size == 0
    assert sample_size(1, rounding=rounding).sample_size == 1


@pytest.mark.parametrize("interval", [1e-150, 1e-200, 5e-324])
def test_an_interval_next_to_nothing_takes_every_question(interval):
    assert sample_size(1325, interval=interval).sample_size == 1325


@given(
    st.integers(1, 10**9),
    st.floats(0.5, 0.999),
    st.floats(0.01, 0.3),
    st.floats(0.05, 0.95),
)
def test_sample_size_rounded_up_just_keeps_the_interval(population, level, interval, share):
    size = sample_size(population, confidence=level, interval=interval, proportion=share)
    assert 0 < size.sample_size <= population

    def half_width(n):
        left = (population - n) / max(population - 1, 1)
        return norm.ppf((1 + level) / 2) * np.sqrt(share * (1 - share) / n * left)

    assert half_width(size.sample_size) <= interval * (1 + 1e-6)
    if size.sample_size > 1:
        assert half_width(size.sample_size - 1) > interval * (1 - 1e-6)
    fewer = sample_size(
        population, confidence=level, interval=interval, proportion=share, rounding="down"
    )
    assert size.sample_size - fewer.sample_size in (0, 1)


@pytest.mark.parametrize(
    "options",
    [
        {"confidence": 95},
        {"interval": 5},
        {"interval": 0},
        {"proportion": 1.0},
        {"rounding": "nearest"},
    ],
)
def test_sample_size_refuses_what_makes_no_sense(options):
    with pytest.raises(ValueError, match="must be"):
        sample_size(100, **options)


def test_draw_is_the_smallest_hashes():
    # By hand: SHA-256 of each part with its length before it.
    def number(key):
        return hashlib.sha256(f"1:76:mobile17:stackoverflow.com{len(str(key))}:{key}".encode())

    keys = [("stackoverflow.com", key) for key in range(1, 200)]
    expected = sorted(keys, key=lambda key: number(key[1]).digest())[:5]
    assert draw(keys, 5, seed=7, stratum="mobile").drawn == tuple(expected)


def test_draw_never_changes():
    # Written down once: whoever drew with this seed must get the same questions for ever.
    assert draw(range(1000), 5, seed=2020).drawn == (651, 505, 694, 760, 557)


@given(KEYS, st.integers(), st.randoms(), st.data())
def test_draw_sees_neither_order_nor_number_type(keys, seed, random, data):
    size = data.draw(st.integers(0, len(keys)))
    drawn = draw(keys, size, seed=seed).drawn
    shuffled = [np.int64(key) for key in random.sample(keys, len(keys))]
    assert draw(shuffled, size, seed=seed).drawn == drawn
    assert len(set(drawn)) == size
    assert set(drawn) <= set(keys)


@given(KEYS, st.integers(), st.data())
def test_a_larger_draw_begins_with_the_smaller_one(keys, seed, data):
    size = data.draw(st.integers(0, len(keys)))
    assert draw(keys, len(keys), seed=seed).drawn[:size] == draw(keys, size, seed=seed).drawn


@given(KEYS.filter(bool), st.integers(), st.data())
def test_a_question_that_goes_changes_at_most_one_place(keys, seed, data):
    gone = data.draw(st.sampled_from(keys))
    left = [key for key in keys if key != gone]
    size = data.draw(st.integers(0, len(left)))
    before, after = draw(keys, size, seed=seed).drawn, draw(left, size, seed=seed).drawn
    assert [key for key in before if key != gone] == [key for key in after if key in before]
    assert len(set(after) - set(before)) == (gone in before)


def test_draw_differs_by_seed_and_by_stratum():
    keys = range(10_000)
    first = set(draw(keys, 100, seed=1).drawn)
    for other in (draw(keys, 100, seed=2), draw(keys, 100, seed=1, stratum="mobile")):
        assert len(first & set(other.drawn)) < 10  # 1 expected


def test_every_question_is_drawn_equally_often():
    counts = Counter(key for seed in range(3000) for key in draw(range(20), 5, seed=seed).drawn)
    assert chisquare([counts[key] for key in range(20)]).pvalue > 1e-4
    firsts = Counter(draw(range(20), 1, seed=seed).drawn[0] for seed in range(3000))
    assert chisquare([firsts[key] for key in range(20)]).pvalue > 1e-4


def test_keys_that_read_alike_are_not_alike():
    one = draw([("a", "bc"), ("x", "y")], 2, seed=1, stratum="s")
    other = draw([("ab", "c"), ("x", "y")], 2, seed=1, stratum="s")
    assert {one.drawn[0], one.drawn[1]} != {other.drawn[0], other.drawn[1]}
    assert len(draw([("a", "bc"), ("ab", "c"), ("abc",)], 3, seed=1).drawn) == 3


# 30% of 769, as the paper's pilot; 0.3 * 10 and 0.1 * 30 are not quite whole in floating point.
@pytest.mark.parametrize(
    ("size", "share", "pilot"),
    [(769, 0.3, 231), (10, 0.3, 3), (30, 0.1, 3), (0, 0.3, 0), (5, 0.0, 0), (5, 1.0, 5)],
)
def test_pilot_is_a_share_of_the_draw(size, share, pilot):
    drawn = draw(range(1000), size, seed=3, pilot_share=share)
    assert (drawn.n_pilot, len(drawn.drawn)) == (pilot, size)


@pytest.mark.parametrize(
    ("keys", "size", "options", "error"),
    [
        ([1, 2], 3, {}, ValueError),
        ([1, 2], -1, {}, ValueError),
        ([1, 1], 1, {}, ValueError),
        ([1, 2], 1, {"pilot_share": 30}, ValueError),
        ([1.5], 1, {}, TypeError),
        ([None], 1, {}, TypeError),
        ([True], 1, {}, TypeError),
    ],
)
def test_draw_refuses_what_cannot_be_drawn(keys, size, options, error):
    with pytest.raises(error):
        draw(keys, size, seed=1, **options)


@pytest.mark.parametrize(("n", "once", "percent"), [(227, 3, 1.3), (231, 3, 1.3), (124, 1, 0.8)])
def test_the_published_taxonomies_are_nearly_saturated(n, once, percent):
    result = unseen_share([1] * once + [n - once, 0])
    assert (result.n, result.n_once) == (n, once)
    assert round(100 * result.share, 1) == percent
    assert result.ci_low >= 0
    assert unseen_share([]).share is None
    assert (unseen_share([3, 4]).share, unseen_share([3, 4]).ci_high) == (0, None)


def test_the_interval_of_the_unseen_share_covers():
    generator = np.random.default_rng(21)
    shares = 1 / np.arange(1, 301)
    shares /= shares.sum()
    hits = 0
    for _ in range(300):
        counts = generator.multinomial(250, shares)
        result = unseen_share(counts.tolist())
        hits += result.ci_low <= shares[counts == 0].sum() <= result.ci_high
    assert 272 <= hits < 300  # 285 expected; fewer once in a thousand
