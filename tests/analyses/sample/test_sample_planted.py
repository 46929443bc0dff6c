"""What is planted for the methods to find is in the written XML, at the size that is stated."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import log

import numpy as np
import pytest
from sample_reader import when
from scipy.stats import binomtest

from analyses.sample.shape import N_REGULARS, NO_ACCEPTED_RISE, REGULARS_SHARE, strata

TOPICS = ("server_cloud", "mobile", "browser")
YEARS = range(2016, 2020)


@pytest.fixture(scope="module")
def not_accepted(dump, sets) -> dict[str, dict[int, tuple[int, int]]]:
    """Questions without an accepted answer, and all, of topics and baseline by year."""
    questions = dump.posts("1")
    counts: dict[str, dict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for name in (*TOPICS, "non_deployment"):
        for post_id in sets[name]:
            row = questions[post_id]
            group = "topics" if name in TOPICS else "baseline"
            counts[group][when(row).year].append("AcceptedAnswerId" not in row)
    return {
        group: {year: (sum(found[year]), len(found[year])) for year in YEARS}
        for group, found in counts.items()
    }


def share(counts: dict[int, tuple[int, int]]) -> float:
    return sum(n for n, _ in counts.values()) / sum(n for _, n in counts.values())


def standardised(topics, baseline) -> float:
    """The topics' share if their questions had been asked when the baseline's were."""
    n_all = sum(n for _, n in baseline.values())
    return sum(topics[y][0] / topics[y][1] * baseline[y][1] / n_all for y in YEARS)


def planted() -> dict[str, dict[int, tuple[float, float]]]:
    """The same counts as they are stated for the strata."""
    counts = {"topics": dict.fromkeys(YEARS, (0.0, 0.0)), "baseline": dict.fromkeys(YEARS, (0, 0))}
    for one in strata()[1:]:
        group = counts["baseline" if one.name == "learning" else "topics"]
        for year in YEARS:
            n = one.questions.get(year, 0)
            group[year] = (group[year][0] + n * one.no_accepted_share_of(year), group[year][1] + n)
    return counts


def slope(counts: dict[int, tuple[float, float]]) -> float:
    shares = [counts[year][0] / counts[year][1] for year in YEARS]
    return np.polyfit(YEARS, shares, 1, w=[counts[year][1] ** 0.5 for year in YEARS])[0]


def test_acceptance_falls_by_year(not_accepted):
    stated = planted()
    assert slope(stated["baseline"]) == pytest.approx(NO_ACCEPTED_RISE)
    for group, tolerance in (("baseline", 0.005), ("topics", 0.02)):
        assert slope(not_accepted[group]) == pytest.approx(slope(stated[group]), abs=tolerance)


def test_topics_were_asked_later(not_accepted):
    """By 0.40 years, 2015 and before included: as much of the crude difference is the years'."""
    mean = {
        group: sum(year * n for year, (_, n) in counts.items()) / sum(n for _, n in counts.values())
        for group, counts in not_accepted.items()
    }
    assert mean["topics"] - mean["baseline"] == pytest.approx(0.36, abs=0.05)
    of_topics = [one for one in strata() if one.name not in {"background", "learning"}]
    n = sum(one.n_questions for one in of_topics)
    later = sum(one.mean_year * one.n_questions for one in of_topics) / n
    (baseline,) = (one for one in strata() if one.name == "learning")
    assert later - baseline.mean_year == pytest.approx(0.40, abs=0.005)
    crude = sum(one.no_accepted_share * one.n_questions for one in of_topics) / n
    assert crude - baseline.no_accepted_share == pytest.approx(0.078, abs=0.0005)
    assert pytest.approx(0.024, abs=0.0005) == 0.40 * NO_ACCEPTED_RISE


def test_standardising_finds_the_difference_that_the_crude_comparison_overstates(not_accepted):
    true = planted()
    stated = standardised(**true) - share(true["baseline"])
    found = standardised(**not_accepted) - share(not_accepted["baseline"])
    crude = share(not_accepted["topics"]) - share(not_accepted["baseline"])
    assert found == pytest.approx(stated, abs=0.01)
    assert crude > stated + 0.015


@pytest.fixture(scope="module")
def answers(dump, sets) -> dict[str, list[tuple[str, float | None]]]:
    """Answerer, and minutes to the answer if it was accepted, of others' answers; by group."""
    questions = dump.posts("1")
    group = {i: "topics" for name in TOPICS for i in sets[name]}
    group |= dict.fromkeys(sets["non_deployment"], "baseline") | dict.fromkeys(
        sets["other"], "rest"
    )
    found = defaultdict(list)
    for post_id, row in dump.posts("2").items():
        question = questions[row["ParentId"]]
        answerer = row.get("OwnerUserId")
        minutes = (when(row) - when(question)).total_seconds() / 60
        if minutes > 0 and answerer and answerer != question.get("OwnerUserId"):
            is_accepted = question.get("AcceptedAnswerId") == post_id
            found[group[row["ParentId"]]].append((answerer, minutes if is_accepted else None))
    return found


def design_effect(answers: list[tuple[str, float | None]]) -> float:
    """1 + rho (m - 1): rho from the one-way analysis of variance, m the size-weighted mean size."""
    clusters = defaultdict(list)
    for answerer, minutes in answers:
        if minutes is not None:
            clusters[answerer].append(log(minutes))
    sizes = np.array([len(values) for values in clusters.values()])
    n, k, weighted = sizes.sum(), len(sizes), (sizes**2).sum() / sizes.sum()
    everything = np.concatenate(list(clusters.values()))
    within = sum(((np.array(one) - np.mean(one)) ** 2).sum() for one in clusters.values()) / (n - k)
    total = ((everything - everything.mean()) ** 2).sum()
    between = (total - within * (n - k)) / (k - 1)
    size = (n - weighted) / (k - 1)
    rho = (between - within) / (between + (size - 1) * within)
    return 1 + rho * (weighted - 1)


def test_a_few_people_write_many_answers(answers):
    for group in ("topics", "baseline"):
        n = Counter(answerer for answerer, _ in answers[group])
        regular = sum(count for _, count in n.most_common(N_REGULARS))
        assert binomtest(regular, n.total(), REGULARS_SHARE).pvalue > 0.001, group
        _, least = n.most_common(N_REGULARS)[-1]
        _, next_one = n.most_common(N_REGULARS + 1)[-1]
        assert least > 2 * next_one
    rest = Counter(answerer for answerer, _ in answers["rest"])
    assert sum(n for _, n in rest.most_common(N_REGULARS)) < 0.1 * rest.total()


def test_answers_are_clustered_by_answerer(answers):
    assert design_effect(answers["topics"]) == pytest.approx(3, abs=0.5)
    assert design_effect(answers["baseline"]) > 4
    assert design_effect(answers["rest"]) < 1.5
