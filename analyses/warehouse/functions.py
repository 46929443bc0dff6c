"""The statistics as SQL functions: what dbt's connection to DuckDB can call.

Each takes the values of one row, a sample as a list of numbers, and returns one struct (or number)
whose fields are those of the result's dataclass. Names and types of a table's columns stand in the
yml of its model alone. An absent sample is an empty one; what cannot be computed is null.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import partial
from inspect import Parameter, Signature
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb
    from numpy.typing import NDArray

    from analyses.statistics.adjusted import AdjustedComparison, ClusterEffect
    from analyses.statistics.correlations import Correlation
    from analyses.statistics.proportions import (
        BaselineComparison,
        ProportionComparison,
        ProportionTest,
    )
    from analyses.statistics.quantiles import Quantile

    Sample = NDArray[np.float64] | None
    Columns = dict[str, NDArray[Any]] | None

HORIZONS: Final = {"1h": 60, "1d": 1440, "7d": 10_080, "30d": 43_200}
"""Minutes within which a share is asked for, by the name that its column ends with."""

COMPARED_HORIZONS: Final = ("1d", "7d", "30d")
"""Those of them at which two waits are compared."""


@dataclass(frozen=True)
class RankComparison:
    """Two samples compared by order: Mann-Whitney, Cliff's delta, Hodges-Lehmann (a - b, a / b)."""

    n_a: int
    n_b: int
    u: float | None
    p_value: float | None
    cliffs_delta: float | None
    ci_low: float | None
    ci_high: float | None
    hodges_lehmann_minutes: float | None
    hodges_lehmann_minutes_ci_low: float | None
    hodges_lehmann_minutes_ci_high: float | None
    hodges_lehmann_ratio: float | None
    hodges_lehmann_ratio_ci_low: float | None
    hodges_lehmann_ratio_ci_high: float | None


@dataclass(frozen=True)
class Trend:
    """Mann-Kendall with Sen's slope, and a quasi-Poisson rate, of one yearly series."""

    tau: float | None = None
    tau_ci_low: float | None = None
    tau_ci_high: float | None = None
    mann_kendall_p_value: float | None = None
    slope: float | None = None
    slope_ci_low: float | None = None
    slope_ci_high: float | None = None
    rate_ratio: float | None = None
    rate_ratio_ci_low: float | None = None
    rate_ratio_ci_high: float | None = None
    dispersion: float | None = None
    rate_p_value: float | None = None
    no_rate_reason: str | None = None


@dataclass(frozen=True)
class SampleSizes:
    """The formula's value, and rounded both ways."""

    exact_sample_size: float
    sample_size_rounded_up: int
    sample_size_rounded_down: int


@dataclass(frozen=True)
class CurveStep:
    """A step of a thinned Kaplan-Meier curve."""

    minutes: float
    n_at_risk: int
    n_events: int
    not_accepted_yet: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class WaitingTest:
    """Log-rank test of several groups."""

    n_sets: int
    n_questions: int
    chi2: float | None
    df: int | None
    p_value: float | None


def compare_shares(k_a: int, n_a: int, k_b: int, n_b: int) -> ProportionComparison:
    """Compare two shares: test with Yates' correction, Newcombe's interval, Cohen's h."""
    from analyses.statistics.proportions import compare_proportions  # late, once

    return compare_proportions(k_a or 0, n_a or 0, k_b or 0, n_b or 0)


def compare_with_printed_share(k: int, n: int, printed: float) -> BaselineComparison:
    """Compare a share with a printed one that came without counts."""
    from analyses.statistics.proportions import compare_with_baseline

    return compare_with_baseline(k, n, printed)


def compare_many_shares(k: Sequence[int], n: Sequence[int]) -> ProportionTest | None:
    """Test that several shares are alike; null for fewer than two groups."""
    from analyses.statistics.proportions import proportion_test

    filled = [(int(x), int(total)) for x, total in zip(k, n, strict=True) if total]
    if len(filled) < 2:
        return None
    return proportion_test([x for x, _ in filled], [total for _, total in filled])


def compare_ranks(a: Sample, b: Sample) -> RankComparison:
    """Compare two samples by order; all null where one is empty."""
    from analyses.statistics import ranks

    a, b = np.sort(_sample(a)), np.sort(_sample(b))
    test, delta = ranks.mann_whitney(a, b), ranks.cliffs_delta(a, b)
    shift, ratio = ranks.hodges_lehmann(a, b), ranks.hodges_lehmann_ratio(a, b)
    return RankComparison(
        n_a=test.n_a,
        n_b=test.n_b,
        u=test.u,
        p_value=test.p_value,
        cliffs_delta=delta.delta,
        ci_low=delta.ci_low,
        ci_high=delta.ci_high,
        hodges_lehmann_minutes=shift.shift,
        hodges_lehmann_minutes_ci_low=shift.ci_low,
        hodges_lehmann_minutes_ci_high=shift.ci_high,
        hodges_lehmann_ratio=ratio.ratio,
        hodges_lehmann_ratio_ci_low=ratio.ci_low,
        hodges_lehmann_ratio_ci_high=ratio.ci_high,
    )


def median_interval(values: Sample) -> Quantile:
    """Median with its exact order-statistic interval."""
    from analyses.statistics.quantiles import median

    return median(_sample(values))


def quantiles(values: Sample, probabilities: NDArray[np.float64]) -> list[float] | None:
    """Quantiles of type 7 (R's and numpy's own), exact between equal neighbours.

    DuckDB's ``quantile_cont`` is not: between two times of 727.5655 it finds 727.5655000000002.
    """
    sample = _sample(values)
    return np.quantile(sample, probabilities).tolist() if sample.size else None


def holm_adjusted(p_value: float | None, family: Sequence[float | None]) -> float | None:
    """Adjust a p-value by Holm's method within its family, whose nulls do not count."""
    from analyses.statistics.multiplicity import holm

    if p_value is None:
        return None
    known = [float(p) for p in family if p is not None and not np.isnan(p)]
    return holm(known)[known.index(p_value)]


def smallest_effect(low: float | None, high: float | None, n_tests: int) -> float | None:
    """Smallest difference that a test of this interval finds 8 times in 10."""
    from analyses.statistics import power

    return power.smallest_effect(low, high, n_tests)


def smallest_ratio(low: float | None, high: float | None, n_tests: int) -> float | None:
    """Smallest ratio above 1 that a test of this interval finds 8 times in 10."""
    from analyses.statistics import power

    return power.smallest_ratio(low, high, n_tests)


def sample_sizes(
    population: int, confidence: float, interval: float, expected_share: float
) -> SampleSizes:
    """Compute how many questions to label, before rounding and rounded both ways."""
    from analyses.statistics.sampling import sample_size

    size = partial(
        sample_size,
        population,
        confidence=confidence,
        interval=interval,
        proportion=expected_share,
    )
    up, down = size(rounding="up"), size(rounding="down")
    return SampleSizes(up.exact, up.sample_size, down.sample_size)


def trend(years: Sample, counts: Sample, exposure: Sample) -> Trend:
    """Test a yearly series of counts for a trend; all null for a series without questions."""
    from analyses.statistics.trends import mann_kendall, poisson_trend

    years, counts, exposure = _sample(years), _sample(counts), _sample(exposure)
    if not counts.any():
        return Trend()
    rank = mann_kendall(years, counts / exposure)
    rate = poisson_trend(years, counts, exposure)
    return Trend(
        tau=rank.tau,
        tau_ci_low=rank.tau_ci_low,
        tau_ci_high=rank.tau_ci_high,
        mann_kendall_p_value=rank.p_value,
        slope=rank.slope,
        slope_ci_low=rank.ci_low,
        slope_ci_high=rank.ci_high,
        rate_ratio=rate.rate_ratio,
        rate_ratio_ci_low=rate.quasi_ci_low,
        rate_ratio_ci_high=rate.quasi_ci_high,
        dispersion=rate.dispersion,
        rate_p_value=rate.quasi_p_value,
        no_rate_reason=rate.reason,
    )


def correlation(a: Sample, b: Sample) -> Correlation:
    """Correlate two measures of the same things by rank: Spearman and Kendall."""
    from analyses.statistics.correlations import rank_correlation

    return rank_correlation(_sample(a), _sample(b))


def survival_steps(minutes: Sample, is_event: Sample) -> list[CurveStep]:
    """Estimate a Kaplan-Meier curve, thinned to what a chart can show, from 0 minutes on.

    Each step's height, limits and ``n_at_risk`` are those of the whole curve; ``n_events`` counts
    the events after the step before.
    """
    from analyses.statistics.results import finite_or_none
    from analyses.statistics.survival import kept_steps, survival_curve

    curve = survival_curve(*_waiting(minutes, is_event))
    kept = kept_steps(curve.survival)
    n_events = np.diff(np.cumsum(curve.n_events)[kept], prepend=0)
    steps = [
        CurveStep(
            minutes=float(curve.time[place]),
            n_at_risk=int(curve.n_at_risk[place]),
            n_events=int(n),
            not_accepted_yet=float(curve.survival[place]),
            ci_low=finite_or_none(curve.ci_low[place]),
            ci_high=finite_or_none(curve.ci_high[place]),
        )
        for place, n in zip(kept, n_events, strict=True)
    ]
    if steps and steps[0].minutes > 0:
        steps.insert(0, CurveStep(0.0, curve.n, 0, 1.0, None, None))
    return steps


def survival_numbers(minutes: Sample, is_event: Sample) -> dict[str, float | None]:
    """Summarise a waiting: its median, and the shares accepted by fixed times."""
    from analyses.statistics.survival import survival_curve

    curve = survival_curve(*_waiting(minutes, is_event))
    median = curve.median()
    row: dict[str, float | None] = {
        "n_observed": curve.n,
        "n_events": int(curve.n_events.sum()),
        "median_minutes": median.median,
        "median_ci_low": median.ci_low,
        "median_ci_high": median.ci_high,
    }
    for name, horizon in HORIZONS.items():
        by = curve.share_by(horizon)
        row[f"accepted_within_{name}"] = by.share
        row[f"accepted_within_{name}_ci_low"] = by.ci_low
        row[f"accepted_within_{name}_ci_high"] = by.ci_high
        row[f"n_at_risk_{name}"] = by.n_at_risk if curve.n else None
    return row


def compare_waiting(
    minutes_a: Sample, is_event_a: Sample, minutes_b: Sample, is_event_b: Sample
) -> dict[str, int | float | str | None]:
    """Compare the waiting of two groups: shares by fixed times, log-rank test, hazard ratio."""
    from analyses.statistics.hazards import hazard_ratio, proportional_hazards_test
    from analyses.statistics.survival import log_rank, survival_curve

    a, b = _waiting(minutes_a, is_event_a), _waiting(minutes_b, is_event_b)
    test, ratio, changes = log_rank([a, b]), hazard_ratio(a, b), proportional_hazards_test(a, b)
    row: dict[str, int | float | str | None] = {
        "n_a": test.n[0],
        "n_b": test.n[1],
        "n_events_a": test.n_events[0],
        "n_events_b": test.n_events[1],
        "n_expected_a": test.n_expected[0],
        "n_expected_b": test.n_expected[1],
        "chi2": test.chi2,
        "df": test.df,
        "p_value": test.p_value,
        "hazard_ratio": ratio.hazard_ratio,
        "ci_low": ratio.ci_low,
        "ci_high": ratio.ci_high,
        "no_ratio_reason": ratio.reason,
        "proportionality_chi2": changes.chi2,
        "proportionality_p_value": changes.p_value,
    }
    curve_a, curve_b = survival_curve(*a), survival_curve(*b)
    for name in COMPARED_HORIZONS:
        apart = curve_a.share_difference_by(curve_b, HORIZONS[name])
        row[f"difference_within_{name}"] = apart.share_difference
        row[f"difference_within_{name}_ci_low"] = apart.ci_low
        row[f"difference_within_{name}_ci_high"] = apart.ci_high
    return row


def compare_many_waiting(
    minutes: Sequence[Sample] | None, is_event: Sequence[Sample] | None
) -> WaitingTest | None:
    """Test that several groups wait alike; null for fewer than two groups."""
    from analyses.statistics.survival import log_rank

    groups = [_waiting(*group) for group in zip(minutes or (), is_event or (), strict=True)]
    if len(groups) < 2:
        return None
    test = log_rank(groups)
    return WaitingTest(sum(n > 0 for n in test.n), sum(test.n), test.chi2, test.df, test.p_value)


def adjust_comparisons(a: Columns, b: Columns) -> list[AdjustedComparison]:
    """Compare two sets of questions in every outcome by every method; nothing without questions."""
    from analyses.statistics.adjusted import Outcomes, adjusted_comparisons

    return adjusted_comparisons(Outcomes(**a), Outcomes(**b)) if a and b else []


def allow_for_clusters(columns: Columns) -> list[ClusterEffect]:
    """Say what people with many questions or answers do to a set; nothing without questions."""
    from analyses.statistics.adjusted import Outcomes, cluster_effects

    return cluster_effects(Outcomes(**columns)) if columns else []


_OUTCOMES: Final = (
    "struct(year double, asker varchar, answerer varchar, no_accepted double, no_answer double,"
    " accepted_within_30d double, minutes double, is_event double)[]"
)
"""Fields of `Outcomes`: one row per question of a set."""

_NUMBERS: Final = {
    "n_observed": int,
    "n_events": int,
    "median_minutes": float,
    "median_ci_low": float,
    "median_ci_high": float,
    **{
        f"accepted_within_{name}{part}": float
        for name in HORIZONS
        for part in ("", "_ci_low", "_ci_high")
    },
    **{f"n_at_risk_{name}": int for name in HORIZONS},
}

_WAITING: Final = {
    **dict.fromkeys(("n_a", "n_b", "n_events_a", "n_events_b"), int),
    **dict.fromkeys(("n_expected_a", "n_expected_b", "chi2"), float),
    "df": int,
    **dict.fromkeys(("p_value", "hazard_ratio", "ci_low", "ci_high"), float),
    "no_ratio_reason": str,
    **dict.fromkeys(("proportionality_chi2", "proportionality_p_value"), float),
    **{
        f"difference_within_{name}{part}": float
        for name in COMPARED_HORIZONS
        for part in ("", "_ci_low", "_ci_high")
    },
}

_ARROW: Final = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every function known to a connection.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Its cursors know them too.
    """
    from analyses.statistics.adjusted import AdjustedComparison, ClusterEffect
    from analyses.statistics.correlations import Correlation
    from analyses.statistics.proportions import (
        BaselineComparison,
        ProportionComparison,
        ProportionTest,
    )
    from analyses.statistics.quantiles import Quantile

    share, sample = "bigint", "double[]"
    for compute, parameters, returns in (
        (compare_shares, [share] * 4, _struct(ProportionComparison)),
        (compare_with_printed_share, [share, share, "double"], _struct(BaselineComparison)),
        (compare_many_shares, [sample, sample], _struct(ProportionTest)),
        (compare_ranks, [sample, sample], _struct(RankComparison)),
        (median_interval, [sample], _struct(Quantile)),
        (quantiles, [sample, sample], pa.list_(pa.float64())),
        (holm_adjusted, ["double", sample], pa.float64()),
        (smallest_effect, ["double", "double", share], pa.float64()),
        (smallest_ratio, ["double", "double", share], pa.float64()),
        (sample_sizes, [share, "double", "double", "double"], _struct(SampleSizes)),
        (trend, [sample] * 3, _struct(Trend)),
        (correlation, [sample, sample], _struct(Correlation)),
        (survival_steps, [sample, sample], pa.list_(_struct(CurveStep))),
        (survival_numbers, [sample, sample], _struct(_NUMBERS)),
        (compare_waiting, [sample] * 4, _struct(_WAITING)),
        (compare_many_waiting, ["double[][]", "double[][]"], _struct(WaitingTest)),
        (adjust_comparisons, [_OUTCOMES] * 2, pa.list_(_struct(AdjustedComparison))),
        (allow_for_clusters, [_OUTCOMES], pa.list_(_struct(ClusterEffect))),
    ):
        connection.create_function(  # type: ignore[call-overload]  # names do, too
            compute.__name__,
            _vectorised(compute, returns, len(parameters)),
            parameters,
            _sql(returns),
            type="arrow",
            null_handling="special",
        )


def _vectorised(
    compute: Callable[..., Any], returns: pa.DataType, n_parameters: int
) -> Callable[..., pa.Array]:
    """Turn a function of one row's values into one of columns."""

    def of_columns(*columns: pa.ChunkedArray) -> pa.Array:
        rows = zip(*([_value(cell) for cell in column] for column in columns), strict=True)
        return pa.array([_plain(compute(*row)) for row in rows], type=returns)

    # DuckDB counts the parameters by the signature.
    one = partial(Parameter, kind=Parameter.POSITIONAL_ONLY)
    signature = Signature([one(f"column_{n}") for n in range(n_parameters)])
    of_columns.__signature__ = signature  # type: ignore[attr-defined]
    return of_columns


def _value(cell: pa.Scalar) -> Any:
    if not cell.is_valid:
        return None
    if not isinstance(cell, pa.ListScalar):
        return cell.as_py()
    values = cell.values
    if pa.types.is_struct(values.type):
        fields = zip(values.type.names, values.flatten(), strict=True)
        return {name: column.to_numpy(zero_copy_only=False) for name, column in fields}
    if pa.types.is_nested(values.type):
        return [_value(one) for one in values]
    return values.to_numpy(zero_copy_only=False)


def _plain(result: Any) -> Any:
    if isinstance(result, list):
        return [_plain(one) for one in result]
    return vars(result) if is_dataclass(result) else result


def _struct(result: type | dict[str, type]) -> pa.StructType:
    """Type of a dataclass, or of fields by name; a field that is no single value is left out."""
    if isinstance(result, dict):
        return pa.struct([(name, _ARROW[kind]) for name, kind in result.items()])
    hints = get_type_hints(result)
    kinds = {field.name: _kind(hints[field.name]) for field in fields(result)}
    return pa.struct([(name, _ARROW[kind]) for name, kind in kinds.items() if kind is not None])


def _kind(hint: Any) -> type | None:
    kinds = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next((kind for kind in kinds if kind in _ARROW), None)


def _sql(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        return f"struct({', '.join(f'{field.name} {_sql(field.type)}' for field in kind)})"
    return {"int64": "bigint", "double": "double", "bool": "boolean", "string": "varchar"}[
        str(kind)
    ]


def _sample(values: Sample) -> NDArray[np.float64]:
    return np.empty(0) if values is None else np.asarray(values, dtype=np.float64)


def _waiting(minutes: Sample, is_event: Sample) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return _sample(minutes), _sample(is_event).astype(bool)
