"""Whether all topics of a study are alike."""

from analyses.statistics.study_tables import topic_tests


def model(dbt, session):
    """Fetch counts and waiting times of the topics, test, hand back two rows a study."""
    dbt.config(materialized="table")
    topics = dbt.ref("int_topics").project("base_set, question_set, n_questions, n_not_accepted")
    times = dbt.ref("int_survival_times").filter("minutes is not null")
    return topic_tests(
        topics.to_arrow_table(),
        times.project("question_set, minutes, is_event").to_arrow_table(),
    )
