"""What the paper does not compare, from its own package: R's numbers, and pairs counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from analyses.replication.comparisons import (
    compare_shares,
    compare_times,
    comparison_section,
)
from analyses.replication.response_times import read_times
from analyses.replication.trends import YearlyCount, read_trends

if TYPE_CHECKING:
    from analyses.replication.package import Package
    from analyses.replication.questions import PublishedSet

BASELINE = 67_646 - 25_262, 67_646
"""Printed: 70,669 questions less 3,023, and 25,262 response times."""
SHARE_OF_R = 0.6642087406, 0.7027237301
DIFFERENCE_OF_R = 0.0373165208, 0.0765155329


@pytest.fixture(scope="module")
def questions(sets: tuple[PublishedSet, ...]) -> list[tuple[int, int | None, bool]]:
    """Year, asker and whether no answer is accepted, of the distinct deployment questions."""
    known = {one.attributes["Id"]: one.attributes for part in sets for one in part.questions}
    return [
        (int(one["CreationDate"][:4]), one.get("OwnerUserId"), "AcceptedAnswerId" not in one)
        for one in known.values()
    ]


def test_with_the_years_of_the_baseline_the_difference_is_smaller(
    package: Package, questions: list[tuple[int, int | None, bool]]
) -> None:
    """R: w <- c(1245, 7185, 16847, 19420, 22918); w <- w / sum(w); n <- c(9, 170, 545, 931, 1363);
    p <- c(3, 102, 345, 628, 1055) / n; d <- svydesign(ids = ~asker, weights = ~1, data = q);
    n <- n * (SE of d with ids = ~1 / SE(svymean(~x, postStratify(d, ~year, population))))^2;
    l <- sapply(1:5, function(i) prop.test(p[i] * n[i], n[i], correct = FALSE)$conf.int);
    sum(w * p) - sqrt(sum((w * (p - l[1, ]))^2)), and so for the rest.
    """
    crude, share, adjusted = compare_shares(questions, read_trends(package), BASELINE)
    assert (crude.estimate, crude.n) == (pytest.approx(0.0802, abs=5e-5), "3,018, 67,646")
    assert share.estimate == pytest.approx(0.6837154541, abs=1e-9)
    assert (share.ci_low, share.ci_high) == pytest.approx(SHARE_OF_R, abs=1e-9)
    assert adjusted.estimate == pytest.approx(0.0571595600, abs=1e-9)
    assert (adjusted.ci_low, adjusted.ci_high) == pytest.approx(DIFFERENCE_OF_R, abs=1e-9)


def test_response_times_are_compared_as_they_were_published(
    package: Package, sets: tuple[PublishedSet, ...]
) -> None:
    times = read_times(package)
    delta, ratio = compare_times(times.topics, times.baseline)
    u = mannwhitneyu(times.topics, times.baseline).statistic
    n_pairs = len(times.topics) * len(times.baseline)
    assert delta.estimate == pytest.approx(2 * u / n_pairs - 1)
    assert delta.estimate == pytest.approx(0.256, abs=0.001)
    positive = [np.array([x for x in part if x > 0]) for part in (times.topics, times.baseline)]
    ratios = np.divide.outer(positive[0], positive[1])
    assert ratio.estimate == pytest.approx(np.median(ratios), rel=0.02)  # times of 0 left out here
    assert ratio.ci_low > 1
    assert "Mann-Whitney, p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001" in delta.note


def test_years_that_the_baseline_has_not_are_left_out_of_the_standardised_share() -> None:
    trends = [YearlyCount("questions", "non_deployment", 2018, 10)]
    trends += [YearlyCount("users", "non_deployment", 2019, 10)]
    later = [(2019, n, True) for n in range(9)]
    crude, share, _ = compare_shares([(2018, 1, True), (2018, 2, False), *later], trends, (5, 10))
    assert (crude.n, share.n, share.estimate) == ("11, 10", "2", 0.5)
    assert len(compare_shares(later, trends, (5, 10))) == 2
    assert len(compare_shares([], trends, (5, 10))) == 2


def test_they_are_written_with_their_notes_once(
    package: Package, questions: list[tuple[int, int | None, bool]]
) -> None:
    found = [
        *compare_shares(questions, read_trends(package), BASELINE),
        *compare_times([2.0, 3.0], [1.0]),
    ]
    section = comparison_section(found)
    assert [row[-1] for row in section.rows] == ["1", "2", "2", "3", "3"]
    assert len(section.notes) == 3
    assert section.rows[2][1:3] == ("+5.7", "+3.7 to +7.7")
    assert section.rows[1][1] == "68.4%"
