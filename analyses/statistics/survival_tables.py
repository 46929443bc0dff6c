"""Tables of waiting times, censored: what dbt's Python models of survival call.

Each takes ``times``, a pyarrow table of question_set, minutes and is_event, one row a set and
question that is observed: ``minutes`` to its event, or to the end of observation. What cannot be
computed is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analyses.statistics.hazards import hazard_ratio
from analyses.statistics.multiplicity import holm
from analyses.statistics.survival import LEVELS, LogRank, kept_steps, log_rank, survival_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from analyses.statistics.survival import SurvivalCurve

HORIZONS: Final = {"1h": 60, "1d": 1440, "7d": 10_080, "30d": 43_200}
"""Minutes within which a share is asked for, by the name that its column ends with."""

SURVIVAL_CURVES: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("minutes", pa.float64()),
        pa.field("n_at_risk", pa.int64()),
        pa.field("n_events", pa.int64()),
        pa.field("not_accepted_yet", pa.float64()),
        pa.field("ci_low", pa.float64()),
        pa.field("ci_high", pa.float64()),
    ]
)

SURVIVAL_SUMMARY: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("n_observed", pa.int64()),
        pa.field("n_events", pa.int64()),
        pa.field("median_minutes", pa.float64()),
        pa.field("median_ci_low", pa.float64()),
        pa.field("median_ci_high", pa.float64()),
        *(
            pa.field(f"accepted_within_{name}{part}", pa.float64())
            for name in HORIZONS
            for part in ("", "_ci_low", "_ci_high")
        ),
        *(pa.field(f"n_at_risk_{name}", pa.int64()) for name in HORIZONS),
    ]
)

SURVIVAL_TESTS: Final = pa.schema(
    [
        pa.field("set_a", pa.string()),
        pa.field("set_b", pa.string()),
        pa.field("n_a", pa.int64()),
        pa.field("n_b", pa.int64()),
        pa.field("n_events_a", pa.int64()),
        pa.field("n_events_b", pa.int64()),
        pa.field("n_expected_a", pa.float64()),
        pa.field("n_expected_b", pa.float64()),
        pa.field("chi2", pa.float64()),
        pa.field("df", pa.int64()),
        pa.field("p_value", pa.float64()),
        pa.field("p_value_adjusted", pa.float64()),
        pa.field("hazard_ratio", pa.float64()),
        pa.field("ci_low", pa.float64()),
        pa.field("ci_high", pa.float64()),
    ]
)


class Waiting(NamedTuple):
    """Waiting times of one question set, shape (n,), and whether each ended with the event."""

    minutes: NDArray[np.float64]
    is_event: NDArray[np.bool_]


NOBODY: Final = Waiting(np.empty(0), np.empty(0, dtype=np.bool_))


def survival_curves(times: pa.Table, levels: int = LEVELS) -> pa.Table:
    """Kaplan-Meier curves of all question sets, thinned to what a chart can show.

    Returns
    -------
    pyarrow.Table
        Columns of ``SURVIVAL_CURVES``: a row at 0 minutes, rows at some of the times of events, and
        one at the last observation, at most ``levels + 3`` a set. Each row's height, limits and
        ``n_at_risk`` (just before its time) are those of the whole curve; ``n_events`` counts the
        events after the row before. Between the rows the whole curve is lower by less than
        1 / ``levels`` of its fall (`kept_steps`). Limits are null where the height is 1 or 0.
    """
    tables = [
        _curve_table(question_set, survival_curve(*waiting), levels)
        for question_set, waiting in waiting_by_set(times).items()
    ]
    return pa.concat_tables([SURVIVAL_CURVES.empty_table(), *tables])


def survival_summary(times: pa.Table) -> pa.Table:
    """Median and shares by fixed times of all question sets.

    Returns
    -------
    pyarrow.Table
        Columns of ``SURVIVAL_SUMMARY``, one row a question set that is observed. The median is null
        where half never get there. A share by a time is one minus the curve, so that questions
        younger than that time count for as long as they were observed; null beyond the last
        observation. ``n_at_risk_…`` were still observed and waiting just before that time.
    """
    rows = []
    for question_set, waiting in waiting_by_set(times).items():
        curve = survival_curve(*waiting)
        median = curve.median()
        row: dict[str, Any] = {
            "question_set": question_set,
            "n_observed": curve.n,
            "n_events": int(curve.n_events.sum()),
            "median_minutes": median.median,
            "median_ci_low": median.ci_low,
            "median_ci_high": median.ci_high,
        }
        for name, minutes in HORIZONS.items():
            by = curve.share_by(minutes)
            row |= {
                f"accepted_within_{name}": by.share,
                f"accepted_within_{name}_ci_low": by.ci_low,
                f"accepted_within_{name}_ci_high": by.ci_high,
                f"n_at_risk_{name}": by.n_at_risk,
            }
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=SURVIVAL_SUMMARY)


def survival_tests(times: pa.Table, pairs: pa.Table) -> pa.Table:
    """Log-rank test and hazard ratio of each pair of question sets (set_a, set_b).

    Returns
    -------
    pyarrow.Table
        Columns of ``SURVIVAL_TESTS``, one row a pair, p-values adjusted by Holm over those that
        have one. A set without observed questions counts as empty: no test, no ratio.
    """
    waiting = waiting_by_set(times)
    rows = []
    for pair in pairs.select(["set_a", "set_b"]).to_pylist():
        a, b = waiting.get(pair["set_a"], NOBODY), waiting.get(pair["set_b"], NOBODY)
        test = log_rank([a, b])
        ratio = hazard_ratio(a, b)
        rows.append(
            pair
            | {
                **_by_side("n", test.n),
                **_by_side("n_events", test.n_events),
                **_by_side("n_expected", test.n_expected),
                "chi2": test.chi2,
                "df": test.df,
                "p_value": test.p_value,
                "hazard_ratio": ratio.hazard_ratio,
                "ci_low": ratio.ci_low,
                "ci_high": ratio.ci_high,
            }
        )
    for row, p_value in zip(rows, holm([row["p_value"] for row in rows]), strict=True):
        row["p_value_adjusted"] = p_value
    return pa.Table.from_pylist(rows, schema=SURVIVAL_TESTS)


def log_rank_of_sets(times: pa.Table, question_sets: Sequence[str]) -> LogRank:
    """Log-rank test that the named sets, two or more, wait alike."""
    waiting = waiting_by_set(times)
    return log_rank([waiting.get(name, NOBODY) for name in question_sets])


def waiting_by_set(times: pa.Table) -> dict[str, Waiting]:
    """Split waiting times by question set, the sets in order of their names."""
    sets = times["question_set"]
    minutes = pc.cast(times["minutes"], pa.float64())
    waiting = {}
    for question_set in sorted(pc.unique(sets).to_pylist()):
        chosen = pc.equal(sets, question_set)
        waiting[question_set] = Waiting(
            pc.filter(minutes, chosen).to_numpy(),
            pc.filter(times["is_event"], chosen).to_numpy(),
        )
    return waiting


def _curve_table(question_set: str, curve: SurvivalCurve, levels: int) -> pa.Table:
    kept = kept_steps(curve.survival, levels)
    n_events = np.cumsum(curve.n_events)[kept]
    columns = {
        "minutes": curve.time[kept],
        "n_at_risk": curve.n_at_risk[kept],
        "n_events": np.diff(n_events, prepend=0),
        "not_accepted_yet": curve.survival[kept],
        "ci_low": curve.ci_low[kept],
        "ci_high": curve.ci_high[kept],
    }
    if columns["minutes"][0] > 0:
        start = {"minutes": 0.0, "n_at_risk": curve.n, "n_events": 0, "not_accepted_yet": 1.0}
        columns = {
            name: np.insert(values, 0, start.get(name, np.nan)) for name, values in columns.items()
        }
    arrays = [pa.array([question_set] * len(columns["minutes"]), pa.string())]
    arrays += [
        pa.array(columns[field.name], field.type, from_pandas=True)
        for field in SURVIVAL_CURVES
        if field.name in columns
    ]
    return pa.Table.from_arrays(arrays, schema=SURVIVAL_CURVES)


def _by_side(name: str, values: tuple[Any, ...]) -> dict[str, Any]:
    return {f"{name}_a": values[0], f"{name}_b": values[1]}
