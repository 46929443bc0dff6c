"""The tables that dbt's Python models return: shape, nulls, Holm, and what R says of the same."""

import json
import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from analyses.statistics.shifts import hodges_lehmann
from analyses.statistics.tables import (
    PROPORTION_TESTS,
    RESPONSE_TIME_TESTS,
    proportion_tests,
    response_time_tests,
)

from analyses.statistics.multiplicity import holm
from analyses.statistics.proportions import compare_proportions
from analyses.statistics.ranks import cliffs_delta, mann_whitney
from analyses.statistics.results import Result
from analyses.statistics.survival import survival_curve

ACCEPTANCE = pa.table(
    {
        "question_set": ["server_cloud", "mobile", "browser", "empty"],
        "n_questions": [1325, 1533, 165, 0],
        "n_not_accepted": [925, 1098, 114, 0],
    }
)


def _pairs(*pairs):
    return pa.table(
        {
            "set_a": pa.array([a for a, _ in pairs], pa.string()),
            "set_b": pa.array([b for _, b in pairs], pa.string()),
        }
    )


def _times(**samples):
    names = [name for name, values in samples.items() for _ in values]
    minutes = [value for values in samples.values() for value in values]
    return pa.table(
        {
            "question_set": pa.array(names, pa.string()),
            "response_minutes": pa.array(minutes, pa.float64()),
        }
    )


def test_proportion_tests_are_those_of_the_functions():
    table = proportion_tests(ACCEPTANCE, _pairs(("server_cloud", "mobile"), ("browser", "mobile")))
    assert table.schema == PROPORTION_TESTS
    first, second = table.to_pylist()
    expected = compare_proportions(925, 1325, 1098, 1533).to_dict()
    assert (first["set_a"], first["set_b"]) == ("server_cloud", "mobile")
    assert {name: first[name] for name in expected if name != "confidence"} == {
        name: value for name, value in expected.items() if name != "confidence"
    }
    adjusted = [first["p_value_adjusted"], second["p_value_adjusted"]]
    assert adjusted == holm([first["p_value"], second["p_value"]])


def test_proportion_tests_of_an_empty_or_unknown_set_are_null():
    table = proportion_tests(
        ACCEPTANCE, _pairs(("empty", "mobile"), ("mobile", "absent"), ("browser", "mobile"))
    )
    first, second, third = table.to_pylist()
    for row, n in ((first, (0, 1533)), (second, (1533, 0))):
        assert (row["n_a"], row["n_b"]) == n
        for name in table.column_names[6:]:
            assert row[name] is None
    assert third["p_value_adjusted"] == third["p_value"]  # a family of one


def test_tables_of_no_pairs_are_typed():
    assert proportion_tests(ACCEPTANCE, _pairs()) == PROPORTION_TESTS.empty_table()
    assert response_time_tests(_times(), _pairs()) == RESPONSE_TIME_TESTS.empty_table()


def test_proportion_tests_refuse_two_rows_of_one_set():
    with pytest.raises(ValueError, match="one row a question set"):
        proportion_tests(pa.concat_tables([ACCEPTANCE, ACCEPTANCE]), _pairs())


def test_response_time_tests_are_those_of_the_functions():
    a, b = [5.0, 60.0, 1440.0, 3.5], [1.0, 2.0, 2.0]
    table = response_time_tests(_times(a=a, b=b), _pairs(("a", "b"), ("b", "a"), ("a", "c")))
    assert table.schema == RESPONSE_TIME_TESTS
    first, mirrored, empty = table.to_pylist()
    test, delta = mann_whitney(a, b), cliffs_delta(a, b)
    assert (first["n_a"], first["n_b"]) == (4, 3)
    assert (first["u"], first["p_value"]) == (test.u, test.p_value)
    assert (first["cliffs_delta"], first["ci_low"], first["ci_high"]) == (
        delta.delta,
        delta.ci_low,
        delta.ci_high,
    )
    assert first["hodges_lehmann_minutes"] == hodges_lehmann(a, b).shift
    assert mirrored["hodges_lehmann_minutes"] == -first["hodges_lehmann_minutes"]
    assert first["p_value_adjusted"] == pytest.approx(2 * first["p_value"])
    assert (empty["n_a"], empty["n_b"]) == (4, 0)
    assert all(empty[name] is None for name in table.column_names[4:])


def test_response_time_tests_leave_out_rows_without_minutes_and_take_any_number():
    clean = response_time_tests(_times(a=[1.0, 2.0, 3.0], b=[4.0, 5.0]), _pairs(("a", "b")))
    decimals = pa.table(
        {
            "question_set": ["a", "b", "a", "a", "b", "b"],
            "response_minutes": [
                None if value is None else Decimal(value) for value in (3, 5, 1, 2, None, 4)
            ],
        }
    )
    assert response_time_tests(decimals, _pairs(("a", "b"))) == clean
    chunked = pa.concat_tables([decimals.slice(0, 2), decimals.slice(2)])
    assert response_time_tests(chunked, _pairs(("a", "b"))) == clean


def test_tables_come_from_duckdb_and_go_back():
    # What a dbt model does: relations in, a table out, which DuckDB reads with the same types.
    connection = duckdb.connect()
    acceptance = connection.sql(
        "from (values ('a', 10, 7), ('b', 20, 9)) t (question_set, n_questions, n_not_accepted)"
    ).to_arrow_table()
    pairs = connection.sql("select 'a' as set_a, 'b' as set_b").to_arrow_table()
    tests = proportion_tests(acceptance, pairs)
    connection.register("tests", tests)
    assert connection.sql("select n_a, n_b, df from tests").fetchall() == [(10, 20, 1)]


def test_a_hundred_thousand_response_times_take_seconds():
    generator = np.random.default_rng(9)
    times = _times(
        a=generator.lognormal(6, 2, 100_000),
        b=generator.lognormal(5.5, 2, 100_000),
        c=generator.lognormal(6, 2.2, 1_000),
    )
    started = time.perf_counter()
    table = response_time_tests(times, _pairs(("a", "b"), ("a", "c"), ("b", "c")))
    assert time.perf_counter() - started < 20
    assert table["cliffs_delta"].null_count == table["hodges_lehmann_minutes"].null_count == 0


def test_the_dbt_path_does_not_import_statsmodels():
    program = (
        "import sys, pyarrow as pa\n"
        "from analyses.statistics.tables import proportion_tests, response_time_tests\n"
        "assert 'scipy.stats' not in sys.modules, 'scipy before it is needed'\n"
        "pairs = pa.table({'set_a': ['a'], 'set_b': ['b']})\n"
        "proportion_tests(pa.table({'question_set': ['a', 'b'], 'n_questions': [9, 8],"
        " 'n_not_accepted': [5, 2]}), pairs)\n"
        "response_time_tests(pa.table({'question_set': ['a', 'a', 'b', 'b'],"
        " 'response_minutes': [1.0, 2.0, 3.0, 4.0]}), pairs)\n"
        "assert 'statsmodels' not in sys.modules, 'statsmodels'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_results_are_ready_for_json():
    result = survival_curve([1.0, 2.0, 3.0], [1, 0, 1])
    assert isinstance(result, Result)
    read = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert read["time"] == [1.0, 2.0, 3.0]
    assert read["ci_low"][-1] is None
