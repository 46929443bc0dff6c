"""Two sets by every method: R on real data, a planted difference of years, a few who write much."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses.statistics.adjusted import (
    FEW_PEOPLE,
    NO_COMMON_YEAR,
    NO_VARIATION,
    NOTHING,
    ONE_PERSON,
    TOO_FEW,
    Outcomes,
    adjusted_comparisons,
    cluster_effects,
)
from analyses.statistics.clusters import clustered_delta, clustered_share
from analyses.statistics.hazards import NOTHING_TO_COMPARE
from analyses.statistics.proportions import proportion

METHODS = {
    "no_accepted": 4,
    "no_answer": 4,
    "accepted_within_30d": 4,
    "response_minutes": 3,
    "waiting": 2,
}


def _outcomes(**columns):
    """Outcomes of columns, of which those left out are of questions without anything special."""
    n = len(columns["year"])
    filled = {
        "asker": [None] * n,
        "answerer": [None] * n,
        "no_accepted": [0.0] * n,
        "no_answer": [0.0] * n,
        "accepted_within_30d": [1.0] * n,
        "minutes": np.arange(1.0, n + 1),
        "is_event": [1.0] * n,
    } | columns
    people = ("asker", "answerer")
    return Outcomes(
        **{
            name: np.array(values, dtype=object if name in people else np.float64)
            for name, values in filled.items()
        }
    )


def _by_method(a, b):
    rows = adjusted_comparisons(a, b)
    assert len({(row.outcome, row.method) for row in rows}) == len(rows) == sum(METHODS.values())
    return {(row.outcome, row.method): row for row in rows}


def test_every_method_is_that_of_r(adjusted_case, assert_near):
    given, expected = adjusted_case["input"], adjusted_case["value"]
    is_a = np.array(given.pop("is_a")) == 1
    columns = {name: np.array(values, dtype=np.float64) for name, values in given.items()}
    columns["no_accepted"] = 1 - columns["is_event"]
    found = _by_method(
        *(
            _outcomes(**{name: column[of] for name, column in columns.items()})
            for of in (is_a, ~is_a)
        )
    )
    of_r = [(outcome, name) for outcome, methods in expected.items() for name in methods]
    assert len(of_r) == 15
    for outcome, method in of_r:
        row = found[outcome, method]
        names = {"estimate": "estimate", "low": "ci_low", "high": "ci_high", "p_value": "p_value"}
        for name, value in expected[outcome][method].items():
            assert_near(getattr(row, names[name]), value, rel=1e-6)
        assert row.reason is None
    # Of 100 patients who are not known to have lived a year, the standardised share says nothing.
    known = ~np.isnan(columns["accepted_within_30d"])
    assert found["accepted_within_30d", "crude"].n_a == (known & is_a).sum()
    assert found["no_accepted", "clustered_by_asker"].n_clusters == len(set(given["asker"]))


def _years(generator, n, shares, mix):
    """Questions of years drawn by ``mix``, a share of them by year without an accepted answer."""
    year = generator.choice(len(mix), n, p=mix)
    no_accepted = generator.random(n) < np.array(shares)[year]
    minutes = np.where(no_accepted, 1e5, generator.exponential(1000 * (1 + year)))
    return _outcomes(
        year=year, no_accepted=no_accepted, minutes=minutes, is_event=~no_accepted,
        no_answer=no_accepted, accepted_within_30d=~no_accepted,
    )  # fmt: skip


def test_what_is_the_years_alone_stays_in_the_crude_comparisons_only():
    """Shares and waits by year are those of b; a was asked later."""
    generator, shares = np.random.default_rng(12), (0.4, 0.55, 0.7)
    covered = dict.fromkeys(
        [(outcome, method) for outcome in ("no_accepted", "waiting") for method in
         ("crude", "standardised_by_year", "mantel_haenszel", "cox_stratified_by_year")], 0
    )  # fmt: skip
    for _ in range(100):
        a = _years(generator, 400, shares, (0.1, 0.3, 0.6))
        b = _years(generator, 400, shares, (0.5, 0.3, 0.2))
        for row in adjusted_comparisons(a, b):
            if (row.outcome, row.method) in covered:
                nothing = 1 if row.unit.endswith("ratio") else 0
                covered[row.outcome, row.method] += row.ci_low <= nothing <= row.ci_high
    for (outcome, method), n in covered.items():
        if method == "crude":
            assert n < 20, outcome
        elif n:
            assert n >= 88, (outcome, method)  # 95 expected; fewer once in a thousand
    assert sum(n > 0 for n in covered.values()) >= 4


def test_a_difference_of_a_few_people_is_none_of_the_sets():
    """Twelve people answer each set, at their own speed: the crude interval is too sure of it."""
    generator = np.random.default_rng(5)
    sure = {"crude": 0, "clustered_by_answerer": 0, "clustered_by_asker": 0}
    for _ in range(40):
        sets = []
        for name in "ab":
            speed = generator.normal(5, 1.5, 12)
            who = generator.integers(0, 12, 150)
            sets.append(
                _outcomes(
                    year=np.zeros(150),
                    answerer=[f"{name}/{one}" for one in who],
                    minutes=np.exp(speed[who] + generator.normal(size=150)),
                )
            )
        for row in adjusted_comparisons(*sets):
            if row.outcome == "response_minutes":
                sure[row.method] += not row.ci_low <= 0 <= row.ci_high
    # 2 of 40 are expected to be sure; more than 7 once in a hundred. Each asker asked once.
    assert sure["crude"] > 15
    assert sure["clustered_by_asker"] > 15
    assert sure["clustered_by_answerer"] < 8


def test_shares_of_people_are_covered_and_those_of_independent_questions_are_not():
    generator = np.random.default_rng(36)
    clustered = independent = 0
    for _ in range(300):
        habit = generator.beta(0.8, 1.2, 60)
        people = np.repeat(np.arange(60), 6)
        has_it = generator.random(people.size) < habit[people]
        result, plain = clustered_share(has_it, people), proportion(int(has_it.sum()), has_it.size)
        clustered += result.ci_low <= 0.4 <= result.ci_high
        independent += plain.ci_low <= 0.4 <= plain.ci_high
    assert clustered >= 272  # 285 expected; fewer once in a thousand
    assert independent < 255


def test_a_share_without_clusters_has_wilsons_interval_and_never_a_narrower_one():
    plain = proportion(30, 90)
    alone = clustered_share([1] * 30 + [0] * 60, [None] * 90)
    assert (alone.share, alone.ci_low, alone.ci_high) == pytest.approx(
        (plain.share, plain.ci_low, plain.ci_high), rel=0.01
    )
    pairs = clustered_share([1, 0, 0] * 30, np.repeat(np.arange(30), 3))  # each has just a third
    assert (pairs.ci_low, pairs.ci_high) == pytest.approx((plain.ci_low, plain.ci_high))
    # Nobody of 40 people has it, whoever asked twice: of 40 questions Wilson says the same.
    none, of_people = clustered_share([0] * 80, list(range(40)) * 2), proportion(0, 40)
    assert (none.ci_low, none.ci_high) == pytest.approx((0, of_people.ci_high))
    assert clustered_share([], []).share is None


def test_cluster_effects_are_of_people_and_of_known_times():
    outcomes = _outcomes(
        year=[1] * 6,
        asker=["x", "x", "x", "y", None, None],
        answerer=["p", "p", None, None, "p", "q"],
        no_accepted=[0, 0, 1, 1, 0, 0],
        minutes=[10.0, 20.0, 5e4, 6e4, np.nan, 0.0],
        is_event=[1, 1, 0, 0, 0, 1],
    )
    by = {(row.measure, row.clustered_by): row for row in cluster_effects(outcomes)}
    share = by["no_accepted_share", "asker"]
    assert (share.n, share.n_clusters, share.n_largest) == (6, 4, 3)
    assert share.estimate == pytest.approx(1 / 3)
    asker, answerer = (by["median_response_minutes", name] for name in ("asker", "answerer"))
    assert (asker.n, asker.n_clusters, asker.n_largest, asker.estimate) == (3, 2, 2, 10)
    assert (answerer.n, answerer.n_clusters, answerer.n_largest) == (3, 2, 2)
    assert answerer.ci_low == 0
    assert answerer.ci_high == 15
    empty = cluster_effects(_outcomes(year=[1], is_event=[0], no_accepted=[1]))
    assert [row.estimate for row in empty] == [1, None, None]


def test_questions_of_one_person_are_no_test_of_people():
    """The variance between people was taken as 0: p = 0, and an interval without width."""
    one = _outcomes(year=[1] * 12, asker=["x"] * 12, no_accepted=[1.0] * 12)
    others = _outcomes(year=[1] * 20, asker=list(range(20)), no_accepted=[0.0, 1.0] * 10)
    for pair in ((one, others), (others, one)):
        row = _by_method(*pair)["no_accepted", "clustered_by_asker"]
        assert (abs(row.estimate), row.ci_low, row.p_value) == (0.5, None, None)
        assert row.reason == ONE_PERSON
        assert _by_method(*pair)["no_accepted", "crude"].ci_low is not None
    unlike = _outcomes(year=[1, 1], asker=[None, None], no_accepted=[0.0, 0.0])
    few = _outcomes(year=[1, 1], asker=[None, None], no_accepted=[1.0, 1.0])
    assert _by_method(few, unlike)["no_accepted", "clustered_by_asker"].reason == NO_VARIATION


def test_what_cannot_be_computed_says_why():
    one, other = _outcomes(year=[1, 1]), _outcomes(year=[2, 2, 2])
    found = _by_method(one, other)
    for outcome in ("no_accepted", "no_answer", "accepted_within_30d"):
        assert found[outcome, "crude"].reason == NO_VARIATION
        assert found[outcome, "standardised_by_year"].reason == NO_COMMON_YEAR
        assert found[outcome, "mantel_haenszel"].reason == NO_COMMON_YEAR
        assert found[outcome, "clustered_by_asker"].reason == NO_VARIATION
    assert found["waiting", "cox_stratified_by_year"].reason == NOTHING_TO_COMPARE
    assert found["response_minutes", "clustered_by_asker"].reason == FEW_PEOPLE
    waiting = _outcomes(year=[1], is_event=[0], accepted_within_30d=[np.nan])
    found = _by_method(waiting, other)
    assert found["accepted_within_30d", "mantel_haenszel"].reason == NOTHING
    assert found["response_minutes", "crude"].reason == NOTHING
    for row in found.values():
        assert row.reason or None not in (row.estimate, row.ci_low, row.ci_high), row


ROW = st.tuples(
    st.integers(2015, 2016),
    st.sampled_from([None, "x", "y", "z"]),
    st.sampled_from([None, "p", "q"]),
    *[st.integers(0, 1)] * 2,
    st.sampled_from([0, 1, np.nan]),
    st.sampled_from([np.nan, 0, 1, 5]),
    st.integers(0, 1),
)


@settings(max_examples=60)
@given(*[st.lists(ROW, min_size=1, max_size=4)] * 2)
def test_what_is_missing_of_few_questions_always_has_its_reason(rows_a, rows_b):
    names = [field.name for field in fields(Outcomes)]
    a, b = (
        _outcomes(**dict(zip(names, zip(*rows, strict=True), strict=True)))
        for rows in (rows_a, rows_b)
    )
    for row in _by_method(a, b).values():
        is_whole = None not in (row.estimate, row.ci_low, row.ci_high)
        assert row.reason or is_whole, row
        if is_whole:
            assert row.ci_low <= row.ci_high


def test_one_response_time_in_a_set_has_no_interval():
    found = _by_method(_outcomes(year=[1]), _outcomes(year=[1, 1, 1]))
    crude = found["response_minutes", "crude"]
    assert (crude.estimate, crude.ci_low, crude.reason) == (-2 / 3, None, TOO_FEW)


def test_the_order_of_methods_changes_no_number():
    generator = np.random.default_rng(3)
    a, b = (_years(generator, 60, (0.3, 0.6), (0.5, 0.5)) for _ in "ab")
    row = _by_method(a, b)["response_minutes", "clustered_by_answerer"]
    again = clustered_delta(a.answered("answerer"), b.answered("answerer"))
    assert (row.estimate, row.ci_low, row.ci_high) == (again.estimate, again.ci_low, again.ci_high)


@pytest.mark.parametrize("n_a", [0, 1, 2, 3])
@pytest.mark.parametrize("n_b", [0, 1, 2, 3])
def test_what_has_no_interval_has_a_reason(n_a, n_b):
    """Also where the estimate is known: a pair of answers has a delta, and nothing beside it."""
    for answered in ([1.0, 0.0, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0]):
        columns = {
            "year": [2018, 2018, 2019],
            "asker": ["x", "y", "x"],
            "answerer": ["z", "z", "z"],
            "is_event": answered,
            "no_accepted": [1 - one for one in answered],
        }
        a, b = (
            _outcomes(**{name: values[:n] for name, values in columns.items()}) for n in (n_a, n_b)
        )
        for row in adjusted_comparisons(a, b):
            limits = [row.estimate, row.ci_low, row.ci_high]
            known = [one for one in limits if one is not None]
            assert np.isfinite(known).all(), row
            assert row.reason or known == limits, row
