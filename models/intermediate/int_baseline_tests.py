"""Shares without an accepted answer against those that other studies printed."""

from analyses.statistics.study_tables import baseline_tests


def model(dbt, session):
    """Fetch the counts and the printed shares, test, hand back one row a comparison."""
    dbt.config(materialized="table")
    acceptance = dbt.ref("int_acceptance").project("question_set, n_questions, n_not_accepted")
    return baseline_tests(
        acceptance.to_arrow_table(), dbt.ref("int_baseline_pairs").to_arrow_table()
    )
