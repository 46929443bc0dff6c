"""How many questions of each topic to label."""

from analyses.statistics.study_tables import sample_sizes


def model(dbt, session):
    """Fetch the plans, compute, hand back one row a topic set."""
    dbt.config(materialized="table")
    return sample_sizes(dbt.ref("int_sampling_plans").to_arrow_table())
