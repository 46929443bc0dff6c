"""Questions that fit no category against the categorised ones: section 6.5 of the paper."""

from analyses.statistics.tables import proportion_tests


def model(dbt, session):
    """Fetch the counts and the pairs, test, hand back one row a pair."""
    dbt.config(materialized="table")
    acceptance = dbt.ref("int_label_acceptance").project(
        "label_group as question_set, n_questions, n_not_accepted"
    )
    pairs = dbt.ref("int_label_pairs").project("set_a, set_b")
    return proportion_tests(acceptance.to_arrow_table(), pairs.to_arrow_table())
