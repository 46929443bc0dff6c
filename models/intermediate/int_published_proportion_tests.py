"""The proportion test on the published counts, which the printed statistic must agree with."""

from analyses.statistics.tables import proportion_tests


def model(dbt, session):
    """Fetch the published counts and their pairs, test, hand back one row a pair."""
    dbt.config(materialized="table")
    acceptance = dbt.ref("published_counts").project(
        "published_set as question_set, n_questions, n_questions - n_accepted as n_not_accepted"
    )
    pairs = dbt.ref("int_published_pairs").project("set_a, set_b")
    return proportion_tests(acceptance.to_arrow_table(), pairs.to_arrow_table())
