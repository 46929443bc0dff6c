"""Tables of tests over pairs of question sets: what dbt's Python models call.

Each takes and returns pyarrow tables. A pair is a row, in the order given; what cannot be tested
(an empty question set) is null. p-values are adjusted by Holm over the pairs of a table that have
one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analyses.statistics.multiplicity import holm
from analyses.statistics.proportions import compare_proportions
from analyses.statistics.ranks import cliffs_delta, hodges_lehmann, mann_whitney

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

PROPORTION_TESTS: Final = pa.schema(
    [
        pa.field("set_a", pa.string()),
        pa.field("set_b", pa.string()),
        pa.field("n_a", pa.int64()),
        pa.field("n_b", pa.int64()),
        pa.field("share_a", pa.float64()),
        pa.field("share_b", pa.float64()),
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

RESPONSE_TIME_TESTS: Final = pa.schema(
    [
        pa.field("set_a", pa.string()),
        pa.field("set_b", pa.string()),
        pa.field("n_a", pa.int64()),
        pa.field("n_b", pa.int64()),
        pa.field("u", pa.float64()),
        pa.field("p_value", pa.float64()),
        pa.field("p_value_adjusted", pa.float64()),
        pa.field("cliffs_delta", pa.float64()),
        pa.field("ci_low", pa.float64()),
        pa.field("ci_high", pa.float64()),
        pa.field("hodges_lehmann_minutes", pa.float64()),
    ]
)


def proportion_tests(acceptance: pa.Table, pairs: pa.Table) -> pa.Table:
    """Test the no-accepted shares of each pair of question sets.

    Parameters
    ----------
    acceptance : pyarrow.Table
        question_set, n_questions, n_not_accepted; one row a question set.
    pairs : pyarrow.Table
        set_a, set_b: sets that share no question. A set that acceptance lacks counts as empty.

    Returns
    -------
    pyarrow.Table
        Columns of ``PROPORTION_TESTS``, one row a pair: chi-squared with Yates' correction (R's
        ``prop.test``), the difference of the shares a - b with Newcombe's 95% interval, Cohen's h.
        ``chi2``, ``df`` and ``p_value`` are null where a set is empty, or where neither set (or
        both wholly) has an accepted answer; the difference and h only where a set is empty.
    """
    counts = {
        row["question_set"]: (row["n_not_accepted"], row["n_questions"])
        for row in acceptance.select(["question_set", "n_questions", "n_not_accepted"]).to_pylist()
    }
    if len(counts) != acceptance.num_rows:
        raise ValueError("acceptance must have one row a question set")
    rows = []
    for set_a, set_b in _names(pairs):
        row = compare_proportions(*counts.get(set_a, (0, 0)), *counts.get(set_b, (0, 0))).to_dict()
        row |= {"set_a": set_a, "set_b": set_b}
        if row["chi2"] is None:
            row["df"] = None
        rows.append(row)
    return _adjusted(rows, PROPORTION_TESTS)


def response_time_tests(response_times: pa.Table, pairs: pa.Table) -> pa.Table:
    """Test the response times of each pair of question sets.

    Parameters
    ----------
    response_times : pyarrow.Table
        question_set, response_minutes; one row an accepted answer that counts. Rows without
        minutes are left out.
    pairs : pyarrow.Table
        set_a, set_b: sets that share no question. A set without response times counts as empty.

    Returns
    -------
    pyarrow.Table
        Columns of ``RESPONSE_TIME_TESTS``, one row a pair: Mann-Whitney's U of set a (R's
        ``wilcox.test``), Cliff's delta with Feng and Cliff's 95% interval, positive when set a is
        slower, and the Hodges-Lehmann shift a - b. All null where a set is empty; no p-value where
        all times are equal; no interval where a set has one time only.
    """
    samples = _samples(response_times)
    nothing = np.empty(0)
    rows = []
    for set_a, set_b in _names(pairs):
        a, b = samples.get(set_a, nothing), samples.get(set_b, nothing)
        test, delta = mann_whitney(a, b), cliffs_delta(a, b)
        rows.append(
            {
                "set_a": set_a,
                "set_b": set_b,
                "n_a": test.n_a,
                "n_b": test.n_b,
                "u": test.u,
                "p_value": test.p_value,
                "cliffs_delta": delta.delta,
                "ci_low": delta.ci_low,
                "ci_high": delta.ci_high,
                "hodges_lehmann_minutes": hodges_lehmann(a, b).shift,
            }
        )
    return _adjusted(rows, RESPONSE_TIME_TESTS)


def _names(pairs: pa.Table) -> Iterable[tuple[str, str]]:
    return zip(pairs["set_a"].to_pylist(), pairs["set_b"].to_pylist(), strict=True)


def _samples(response_times: pa.Table) -> dict[str, NDArray[np.float64]]:
    """Sorted response times by question set."""
    minutes = pc.cast(response_times["response_minutes"], pa.float64())
    sets = response_times["question_set"]
    samples = {}
    for question_set in pc.unique(sets).to_pylist():
        chosen = pc.drop_null(pc.filter(minutes, pc.equal(sets, question_set)))
        samples[question_set] = np.sort(chosen.to_numpy())
    return samples


def _adjusted(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    for row, p_value in zip(rows, holm([row["p_value"] for row in rows]), strict=True):
        row["p_value_adjusted"] = p_value
    return pa.Table.from_pylist(rows, schema=schema)
