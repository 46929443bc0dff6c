"""Rows of the tables: the relation's own columns, no more and no less."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import duckdb
import pytest

from analyses.warehouse.tables import Table, read_tables
from loader.errors import WarehouseError


@pytest.fixture
def data(tmp_path):
    with duckdb.connect(str(tmp_path / "mine.duckdb")) as connection:
        connection.execute(
            "create table acceptance as select * from"
            " (values ('b', 2, true), ('a', 1, false)) as t(question_set, n_questions, is_new)"
        )
        connection.execute("create table labels as select 'a' as question_set, 7 as question_id")
        connection.execute("create view mobile_questions as select 1 as question_id")
        connection.execute("create table int_acceptance as select 1 as x")
        connection.execute("create table my_own as select 1 as x")
    return tmp_path


def test_what_a_model_has_and_is_small_is_read_and_the_rest_when_it_is_named(data) -> None:
    assert set(read_tables(data).by_name) == {"acceptance"}
    assert set(read_tables(data, names=["labels", "my_own"]).by_name) == {
        "acceptance", "labels", "my_own",
    }  # fmt: skip


def test_a_row_has_the_columns_of_its_relation_as_attributes(data) -> None:
    tables = read_tables(data)
    first, second = tables.rows("acceptance")
    assert (first.question_set, first.n_questions, first.is_new) == ("a", 1, False)
    assert second._asdict() == {"question_set": "b", "n_questions": 2, "is_new": True}
    assert first == read_tables(data).rows("acceptance")[0]
    with pytest.raises(AttributeError):
        first.n_questions = 3
    assert tables.rows("proportion_tests") == ()
    assert tables.table("proportion_tests") is None


def test_a_column_that_is_not_there_is_one_line_with_its_cure(data) -> None:
    (row, _) = read_tables(data).rows("acceptance")
    with pytest.raises(WarehouseError, match=r"table acceptance: no column n_accepted; .* build`"):
        _ = row.n_accepted
    assert not hasattr(row, "__array__"), "who asks for a protocol gets the usual answer"


def test_a_database_without_tables_says_what_to_run(tmp_path) -> None:
    duckdb.connect(str(tmp_path / "mine.duckdb")).close()
    with pytest.raises(WarehouseError, match="not built yet; run `stackstudy build`"):
        read_tables(tmp_path)


def test_csv_writes_each_kind_of_value() -> None:
    moment = datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    table = Table(
        "t", ("none", "flag", "at", "on", "list", "text"),
        ((None, True, moment, moment.date(), ["a", "b"], 'say "x", y'),),
    )  # fmt: skip
    assert [*csv.reader(io.StringIO(table.to_csv()))] == [
        [*table.columns],
        ["", "true", "2020-01-02T03:04:05.000Z", "2020-01-02", '["a", "b"]', 'say "x", y'],
    ]
