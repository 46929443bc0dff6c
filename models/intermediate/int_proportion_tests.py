"""Shares without an accepted answer, compared pair by pair."""

from analyses.statistics.tables import proportion_tests


def model(dbt, session):
    """Fetch the counts and the pairs, test, hand back one row a pair."""
    dbt.config(materialized="table")
    acceptance = dbt.ref("int_acceptance").project("question_set, n_questions, n_not_accepted")
    pairs = dbt.ref("int_set_pairs").project("set_a, set_b")
    return proportion_tests(acceptance.to_arrow_table(), pairs.to_arrow_table())
