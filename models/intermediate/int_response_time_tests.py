"""Response times, compared pair by pair."""

from analyses.statistics.tables import response_time_tests


def model(dbt, session):
    """Fetch the response times and the pairs, test, hand back one row a pair."""
    dbt.config(materialized="table")
    response_times = dbt.ref("int_response_times").project("question_set, response_minutes")
    pairs = dbt.ref("int_set_pairs").project("set_a, set_b")
    return response_time_tests(response_times.to_arrow_table(), pairs.to_arrow_table())
