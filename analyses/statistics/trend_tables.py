"""Table of trends: what dbt's Python model of popularity calls."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

from analyses.statistics.multiplicity import holm
from analyses.statistics.trends import mann_kendall, poisson_trend

POPULARITY_TRENDS: Final = pa.schema(
    [
        pa.field("question_set", pa.string()),
        pa.field("measure", pa.string()),
        pa.field("first_year", pa.int32()),
        pa.field("last_year", pa.int32()),
        pa.field("n_years", pa.int64()),
        pa.field("n_questions", pa.int64()),
        pa.field("tau", pa.float64()),
        pa.field("mann_kendall_p_value", pa.float64()),
        pa.field("mann_kendall_p_value_adjusted", pa.float64()),
        pa.field("slope", pa.float64()),
        pa.field("slope_ci_low", pa.float64()),
        pa.field("slope_ci_high", pa.float64()),
        pa.field("rate_ratio", pa.float64()),
        pa.field("rate_ratio_ci_low", pa.float64()),
        pa.field("rate_ratio_ci_high", pa.float64()),
        pa.field("dispersion", pa.float64()),
        pa.field("rate_p_value", pa.float64()),
        pa.field("rate_p_value_adjusted", pa.float64()),
    ]
)

_ADJUSTED: Final = ("mann_kendall_p_value", "rate_p_value")


def popularity_trends(series: pa.Table) -> pa.Table:
    """Test each yearly series of question counts for a trend.

    Parameters
    ----------
    series : pyarrow.Table
        question_set, test_family, measure, year, n_questions, exposure; one row a set, measure and
        year. ``exposure`` is what the count is a part of (all questions of the year, the part of
        the year that was observed) and above 0. ``test_family`` names the sets whose trends are
        looked at together.

    Returns
    -------
    pyarrow.Table
        Columns of ``POPULARITY_TRENDS``, one row a set and measure, in the order of their names:
        Mann-Kendall with Sen's slope on ``n_questions / exposure``, and the factor a year of a
        log-linear rate with its quasi-Poisson interval and p-value, which allow for counts that
        scatter more than Poisson counts do. p-values are adjusted by Holm over the sets of a
        family and measure. What cannot be computed (fewer than two years, of the rate's interval
        fewer than three, a set without questions) is null.
    """
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    families: dict[str, str] = {}
    for row in series.to_pylist():
        grouped.setdefault((row["question_set"], row["measure"]), []).append(row)
        families[row["question_set"]] = row["test_family"]
    rows = [_row(*key, grouped[key]) for key in sorted(grouped)]
    for column in _ADJUSTED:
        for key in {(families[row["question_set"]], row["measure"]) for row in rows}:
            family = [row for row in rows if (families[row["question_set"]], row["measure"]) == key]
            adjusted = holm([row.get(column) for row in family])
            for row, p_value in zip(family, adjusted, strict=True):
                row[f"{column}_adjusted"] = p_value
    return pa.Table.from_pylist(rows, schema=POPULARITY_TRENDS)


def _row(question_set: str, measure: str, years: list[dict[str, Any]]) -> dict[str, Any]:
    time = [row["year"] for row in years]
    counts = [row["n_questions"] for row in years]
    exposure = [float(row["exposure"]) for row in years]
    row = {
        "question_set": question_set,
        "measure": measure,
        "first_year": min(time),
        "last_year": max(time),
        "n_years": len(years),
        "n_questions": sum(counts),
    }
    if not any(counts):
        return row
    trend = mann_kendall(time, [n / whole for n, whole in zip(counts, exposure, strict=True)])
    rate = poisson_trend(time, counts, exposure)
    return row | {
        "tau": trend.tau,
        "mann_kendall_p_value": trend.p_value,
        "slope": trend.slope,
        "slope_ci_low": trend.ci_low,
        "slope_ci_high": trend.ci_high,
        "rate_ratio": rate.rate_ratio,
        "rate_ratio_ci_low": rate.quasi_ci_low,
        "rate_ratio_ci_high": rate.quasi_ci_high,
        "dispersion": rate.dispersion,
        "rate_p_value": rate.quasi_p_value,
    }
