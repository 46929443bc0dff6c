"""The checks of a build find what they are for: each on a database that is spoilt for it."""

from __future__ import annotations

import re
import shutil

import duckdb
import pytest

from analyses.warehouse.database import database_path

SPOILT = [
    (
        "curves_fall",
        "update survival_curves set not_accepted_yet = 1, ci_low = null where minutes > 9",
    ),
    ("curves_fall", "update survival_curves set n_at_risk = n_at_risk + minutes::bigint"),
    ("labelled_questions_are_loaded", "update labels set is_loaded = false, is_member = false"),
    (
        "rules_have_one_variant_of_the_study",
        "update rule_sensitivity set is_study_variant = n_in_study_variant = n_questions",
    ),
    ("rules_have_one_variant_of_the_study", "update rule_sensitivity set is_study_variant = false"),
    (
        "study_variant_is_what_rules_give",
        "delete from question_set_matches where question_set = 'mobile'",
    ),
    (
        "totals_agree",
        "delete from yearly_popularity where question_set = 'dl' and n_questions > 0",
    ),
    (
        "totals_agree",
        "update survival_curves set n_events = n_events + 1 where question_set = 'dl'",
    ),
]


@pytest.fixture(scope="module")
def checks(bare):
    """SQL of each data test as dbt compiled it, by name."""
    folder = bare.target / "compiled/stackstudy/dbt_project/data_tests"
    return {path.stem: path.read_text("utf-8") for path in folder.glob("*.sql")}


@pytest.fixture(scope="module")
def database(bare, tmp_path_factory):
    """A copy of the sample's database that may be spoilt."""
    path = shutil.copy(database_path(bare.data, bare.study), tmp_path_factory.mktemp("spoilt"))
    with duckdb.connect(str(path)) as connection:
        yield connection


@pytest.fixture
def connection(database):
    """A database that is as it was after each test."""
    database.execute("begin")
    yield database
    database.execute("rollback")


def test_nothing_is_found_in_a_good_database(database, checks):
    assert len(checks) >= 8
    for name, sql in checks.items():
        assert database.execute(sql).fetchall() == [], name


@pytest.mark.parametrize(("name", "spoil"), SPOILT)
def test_what_is_spoilt_is_found(connection, checks, name, spoil):
    connection.execute(spoil)
    assert connection.execute(checks[name]).fetchall()


def test_a_row_that_stands_twice_is_found_in_every_model(database, checks):
    """But for views, and for tables that are empty here."""
    sql = checks["grains_are_unique"]
    models = re.findall(r"'(\w+)' as model", sql)
    tables = {
        name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()
    }
    tried = 0
    for name in sorted(tables.intersection(models)):
        database.execute("begin")
        database.execute(f"insert into {name} select * from {name} limit 1")
        if database.execute(f"select count(*) from {name}").fetchone()[0]:
            assert {row[0] for row in database.execute(sql).fetchall()} >= {name}
            tried += 1
        database.execute("rollback")
    assert tried >= len(models) - 4


def test_a_row_that_is_lost_is_found_in_every_table(database, checks):
    sql = checks["no_row_is_lost"]
    for name in sorted(set(re.findall(r"'(\w+)' as model", sql))):
        database.execute("begin")
        try:
            database.execute(f"delete from {name}")
        except duckdb.BinderException:  # a view on the study
            database.execute("rollback")
            assert name.startswith("stg_")
            continue
        assert name in {row[0] for row in database.execute(sql).fetchall()}
        database.execute("rollback")


def test_every_check_is_tried(checks):
    elsewhere = {"dump_ids_are_unique"}  # tests/cli, by a build of a dump with an id twice
    here = {name for name, _ in SPOILT} | {"grains_are_unique", "no_row_is_lost"}
    assert set(checks) == here | elsewhere
