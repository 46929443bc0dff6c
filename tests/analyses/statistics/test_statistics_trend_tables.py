"""The table of trends: what R says of the published counts, nulls, Holm by measure."""

from statistics import median

import pyarrow as pa
import pytest
from analyses.statistics.trend_tables import POPULARITY_TRENDS, popularity_trends

from analyses.statistics.multiplicity import holm

SERVER = [1, 109, 288, 406, 521]
MOBILE = [8, 62, 257, 484, 722]
REST = [1245, 7185, 16847, 19420, 22918]


def _series(*rows, families=None):
    """Each row: set, measure, counts, and what each count is a part of."""
    long = [
        (name, (families or {}).get(name, "study"), measure, 2015 + place, n, whole)
        for name, measure, counts, wholes in rows
        for place, (n, whole) in enumerate(zip(counts, wholes, strict=True))
    ]
    names = ("question_set", "test_family", "measure", "year", "n_questions", "exposure")
    kinds = (pa.string(), pa.string(), pa.string(), pa.int32(), pa.int64(), pa.float64())
    return pa.table(
        {
            name: pa.array([row[i] for row in long], kind)
            for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
        }
    )


def test_a_rate_is_that_of_r(poisson_case, assert_near):
    given, expected = poisson_case["input"], poisson_case["value"]
    series = pa.table(
        {
            "question_set": ["s"] * len(given["time"]),
            "test_family": ["s"] * len(given["time"]),
            "measure": ["m"] * len(given["time"]),
            "year": pa.array(given["time"], pa.int32()),
            "n_questions": pa.array(given["counts"], pa.int64()),
            "exposure": pa.array(given["exposure"], pa.float64()),
        }
    )
    [row] = popularity_trends(series).to_pylist()
    for name, of_r in (
        ("rate_ratio", "rate_ratio"),
        ("rate_ratio_ci_low", "quasi_low"),
        ("rate_ratio_ci_high", "quasi_high"),
        ("dispersion", "dispersion"),
        ("rate_p_value", "quasi_p_value"),
    ):
        assert_near(row[name], expected[of_r], rel=1e-6)
    assert (row["first_year"], row["last_year"]) == (min(given["time"]), max(given["time"]))
    assert (row["n_years"], row["n_questions"]) == (len(given["time"]), sum(given["counts"]))


def test_a_trend_is_what_r_prints_of_the_published_counts():
    table = popularity_trends(
        _series(("server_cloud", "questions", SERVER, [1] * 5), ("mobile", "share", MOBILE, REST))
    )
    assert table.schema == POPULARITY_TRENDS
    mobile, server = table.to_pylist()
    # cor.test(2015:2019, c(1, 109, 288, 406, 521), method = "kendall"): tau 1, p-value = 0.01667
    assert server["tau"] == pytest.approx(1)
    assert server["mann_kendall_p_value"] == pytest.approx(1 / 60)
    for row, counts, wholes in ((server, SERVER, [1] * 5), (mobile, MOBILE, REST)):
        shares = [n / whole for n, whole in zip(counts, wholes, strict=True)]
        slopes = [(shares[j] - shares[i]) / (j - i) for i in range(5) for j in range(i + 1, 5)]
        assert row["slope"] == pytest.approx(median(slopes))
        assert min(slopes) <= row["slope_ci_low"] <= row["slope_ci_high"] <= max(slopes)


def test_half_a_year_counts_as_half():
    """A rate that stays the same is no trend, whatever part of the last year is covered."""
    table = popularity_trends(_series(("s", "questions", [100, 100, 100, 50], [1, 1, 1, 0.5])))
    [row] = table.to_pylist()
    assert row["rate_ratio"] == pytest.approx(1)
    assert row["slope"] == 0


def test_holm_goes_by_family_and_measure():
    table = popularity_trends(
        _series(
            ("a", "questions", SERVER, [1] * 5),
            ("b", "questions", [5, 3, 9, 8, 20], [1] * 5),
            ("empty", "questions", [0] * 5, [1] * 5),
            ("a", "share", MOBILE, REST),
            ("all", "questions", REST, [1] * 5),
            families={"all": "all"},
        )
    )
    rows = table.to_pylist()
    for column in ("mann_kendall_p_value", "rate_p_value"):
        family = [
            row for row in rows if row["measure"] == "questions" and row["question_set"] != "all"
        ]
        assert len(family) == 3
        assert [row[f"{column}_adjusted"] for row in family] == holm(
            [row[column] for row in family]
        )
        for alone in rows:
            if alone not in family:
                assert alone[f"{column}_adjusted"] == alone[column]


def test_what_has_no_trend_is_null():
    table = popularity_trends(
        _series(
            ("empty", "questions", [0, 0, 0], [1] * 3),
            ("one_year", "questions", [7], [1]),
            ("two_years", "questions", [7, 14], [1] * 2),
        )
    )
    rows = {row["question_set"]: row for row in table.to_pylist()}
    for name in ("empty", "one_year"):
        for column in POPULARITY_TRENDS.names[6:]:
            assert rows[name][column] is None
    assert rows["empty"]["n_questions"] == 0
    assert rows["two_years"]["rate_ratio"] == pytest.approx(2)
    assert rows["two_years"]["rate_ratio_ci_low"] is rows["two_years"]["dispersion"] is None


def test_nothing_in_nothing_out():
    assert popularity_trends(_series()).equals(POPULARITY_TRENDS.empty_table())
