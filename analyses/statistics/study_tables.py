"""Tables of a whole study: sample sizes, published baselines, all topics at once, medians.

What dbt's Python models call; each takes and returns pyarrow tables, and what cannot be computed
(an empty question set) is null.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from analyses.statistics.multiplicity import holm
from analyses.statistics.proportions import compare_with_baseline, proportion_test
from analyses.statistics.quantiles import median
from analyses.statistics.sampling import sample_size
from analyses.statistics.survival_tables import log_rank_of_sets

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE_SIZES: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("exact_sample_size", pa.float64()),
        pa.field("sample_size_rounded_up", pa.int64()),
        pa.field("sample_size_rounded_down", pa.int64()),
    ]
)

BASELINE_TESTS: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("baseline", pa.string()),
        pa.field("n_questions", pa.int64()),
        pa.field("no_accepted_share", pa.float64()),
        pa.field("baseline_share", pa.float64()),
        pa.field("chi2", pa.float64()),
        pa.field("df", pa.int64()),
        pa.field("p_value", pa.float64()),
        pa.field("p_value_adjusted", pa.float64()),
        pa.field("share_difference", pa.float64()),
        pa.field("ci_low", pa.float64()),
        pa.field("ci_high", pa.float64()),
        pa.field("cohens_h", pa.float64()),
    ]
)

TOPIC_TESTS: Final = pa.schema(
    [
        pa.field("base_set", pa.string()),
        pa.field("measure", pa.string()),
        pa.field("n_sets", pa.int64()),
        pa.field("n_questions", pa.int64()),
        pa.field("chi2", pa.float64()),
        pa.field("df", pa.int64()),
        pa.field("p_value", pa.float64()),
        pa.field("cramers_v", pa.float64()),
    ]
)

MEDIANS: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("measure", pa.string()),
        pa.field("n", pa.int64()),
        pa.field("median", pa.float64()),
        pa.field("ci_low", pa.float64()),
        pa.field("ci_high", pa.float64()),
    ]
)


def sample_sizes(plans: pa.Table) -> pa.Table:
    """Sample size of each question set by its plan, before rounding and rounded both ways.

    Parameters
    ----------
    plans : pyarrow.Table
        question_set, population, confidence, interval, expected_share; one row a question set.

    Returns
    -------
    pyarrow.Table
        Columns of ``SAMPLE_SIZES``, in the same order.
    """
    rows = []
    for plan in plans.to_pylist():
        formula = {
            "confidence": plan["confidence"],
            "interval": plan["interval"],
            "proportion": plan["expected_share"],
        }
        up = sample_size(plan["population"], rounding="up", **formula)
        down = sample_size(plan["population"], rounding="down", **formula)
        rows.append(
            {
                "question_set": plan["question_set"],
                "exact_sample_size": up.exact,
                "sample_size_rounded_up": up.sample_size,
                "sample_size_rounded_down": down.sample_size,
            }
        )
    return pa.Table.from_pylist(rows, schema=SAMPLE_SIZES)


def baseline_tests(acceptance: pa.Table, baselines: pa.Table) -> pa.Table:
    """Test the no-accepted share of each question set against published ones.

    Parameters
    ----------
    acceptance : pyarrow.Table
        question_set, n_questions, n_not_accepted; one row a question set.
    baselines : pyarrow.Table
        question_set, baseline, baseline_share; one row a comparison.

    Returns
    -------
    pyarrow.Table
        Columns of ``BASELINE_TESTS``, one row a comparison: `compare_with_baseline`, the difference
        being share minus baseline; adjusted by Holm over all rows that have a p-value.
    """
    counts = {row["question_set"]: row for row in acceptance.to_pylist()}
    rows = []
    for pair in baselines.to_pylist():
        own = counts[pair["question_set"]]
        compared = compare_with_baseline(
            own["n_not_accepted"], own["n_questions"], pair["baseline_share"]
        ).to_dict()
        row = {name: compared.get(name) for name in BASELINE_TESTS.names} | pair
        row |= {"n_questions": compared["n"], "no_accepted_share": compared["share"]}
        row["df"] = None if compared["chi2"] is None else compared["df"]
        rows.append(row)
    for row, p_value in zip(rows, holm([row["p_value"] for row in rows]), strict=True):
        row["p_value_adjusted"] = p_value
    return pa.Table.from_pylist(rows, schema=BASELINE_TESTS)


def topic_tests(topics: pa.Table, times: pa.Table) -> pa.Table:
    """Test that all topics of a study are alike: in their shares, and in how long they wait.

    Parameters
    ----------
    topics : pyarrow.Table
        base_set, question_set, n_questions, n_not_accepted; one row a topic set.
    times : pyarrow.Table
        Waiting times as in `analyses.statistics.survival_tables`.

    Returns
    -------
    pyarrow.Table
        Columns of ``TOPIC_TESTS``, two rows a study, by the names of the studies: measure
        ``no_accepted_share`` (R's ``prop.test`` of k groups, without correction for more than two,
        and Cramer's V of its
        chi-squared) and ``waiting_time`` (log-rank, which has no V). Empty sets are left out;
        null where fewer than two remain.
    """
    studies: dict[str, list[dict[str, Any]]] = {}
    for row in topics.to_pylist():
        studies.setdefault(row["base_set"], []).append(row)
    rows = [
        row
        for base_set in sorted(studies)
        for row in _tests_of_study(base_set, studies[base_set], times)
    ]
    return pa.Table.from_pylist(rows, schema=TOPIC_TESTS)


def _tests_of_study(
    base_set: str, topics: list[dict[str, Any]], times: pa.Table
) -> Iterator[dict[str, Any]]:
    filled = [row for row in topics if row["n_questions"]]
    n_questions = sum(row["n_questions"] for row in filled)
    row: dict[str, Any] = {"base_set": base_set, "n_sets": len(filled), "n_questions": n_questions}
    row["measure"] = "no_accepted_share"
    if len(filled) < 2:
        yield row
        yield row | {"measure": "waiting_time"}
        return
    shares = proportion_test(
        [one["n_not_accepted"] for one in filled], [one["n_questions"] for one in filled]
    )
    if shares.chi2 is not None:
        row |= {"chi2": shares.chi2, "df": shares.df, "p_value": shares.p_value}
        row["cramers_v"] = math.sqrt(shares.chi2 / n_questions)
    yield row
    waiting = log_rank_of_sets(times, [one["question_set"] for one in filled])
    yield {
        "base_set": base_set,
        "measure": "waiting_time",
        "n_sets": sum(n > 0 for n in waiting.n),
        "n_questions": sum(waiting.n),
        "chi2": waiting.chi2,
        "df": waiting.df,
        "p_value": waiting.p_value,
    }


def medians(values: pa.Table) -> pa.Table:
    """Median of each series with its exact order-statistic interval.

    Parameters
    ----------
    values : pyarrow.Table
        question_set, measure, value; one row an observation.

    Returns
    -------
    pyarrow.Table
        Columns of ``MEDIANS``, one row a set and measure that has observations. The limits are two
        of the values, null where there are too few (below six).
    """
    series = values.select(["question_set", "measure"]).group_by(["question_set", "measure"])
    rows = []
    for key in (
        series.aggregate([])
        .sort_by([("question_set", "ascending"), ("measure", "ascending")])
        .to_pylist()
    ):
        chosen = pc.and_(
            pc.equal(values["question_set"], key["question_set"]),
            pc.equal(values["measure"], key["measure"]),
        )
        found = median(pc.cast(pc.filter(values["value"], chosen), pa.float64()).to_numpy())
        rows.append(
            key
            | {
                "n": found.n,
                "median": found.value,
                "ci_low": found.ci_low,
                "ci_high": found.ci_high,
            }
        )
    return pa.Table.from_pylist(rows, schema=MEDIANS)
