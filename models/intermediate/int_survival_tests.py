"""Waiting for an accepted answer, compared pair by pair."""

from analyses.statistics.survival_tables import survival_tests


def model(dbt, session):
    """Fetch the waiting times and the pairs, test, hand back one row a pair."""
    dbt.config(materialized="table")
    times = dbt.ref("int_survival_times").filter("minutes is not null")
    pairs = dbt.ref("int_set_pairs").project("set_a, set_b")
    return survival_tests(
        times.project("question_set, minutes, is_event").to_arrow_table(), pairs.to_arrow_table()
    )
