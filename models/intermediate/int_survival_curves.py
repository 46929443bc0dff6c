"""How long questions wait for their accepted answer, as curves that a chart can show."""

from analyses.statistics.survival_tables import survival_curves


def model(dbt, session):
    """Fetch the waiting times, estimate, hand back some hundred rows a question set."""
    dbt.config(materialized="table")
    times = dbt.ref("int_survival_times").filter("minutes is not null")
    return survival_curves(times.project("question_set, minutes, is_event").to_arrow_table())
