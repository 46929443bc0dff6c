"""Median and fixed times of the waiting for an accepted answer."""

from analyses.statistics.survival_tables import survival_summary


def model(dbt, session):
    """Fetch the waiting times, estimate, hand back one row a question set."""
    dbt.config(materialized="table")
    times = dbt.ref("int_survival_times").filter("minutes is not null")
    return survival_summary(times.project("question_set, minutes, is_event").to_arrow_table())
