"""Whether a set is asked about more and more."""

from analyses.statistics.trend_tables import popularity_trends


def model(dbt, session):
    """Fetch the yearly counts, test, hand back one row a question set and measure."""
    dbt.config(materialized="table")
    return popularity_trends(dbt.ref("int_popularity_series").to_arrow_table())
