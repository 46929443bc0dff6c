with sets as (
    select * from {{ ref('int_question_sets') }}
),

members as (
    select * from {{ ref('int_set_members') }}
),

questions as (
    select * from {{ ref('int_set_questions') }}
    where is_accepted
),

quantiles as (
    select * from {{ ref('int_response_quantiles') }}
),

medians as (
    select * from {{ ref('int_medians') }}
),

counted as (
    select
        members.question_set,
        count(*) as n_accepted,
        count(*) filter (where questions.response_minutes < 0)
            as n_answered_before_asked,
        count(*) filter (where questions.accepted_answer_at is null)
            as n_answers_not_in_dump
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    group by members.question_set
),

summarised as (
    select
        sets.question_set,
        coalesce(counted.n_accepted, 0) as n_accepted,
        coalesce(quantiles.n_response_times, 0) as n_response_times,
        coalesce(counted.n_answered_before_asked, 0) as n_answered_before_asked,
        coalesce(counted.n_answers_not_in_dump, 0) as n_answers_not_in_dump,
        quantiles.median_response_minutes,
        medians.ci_low as median_ci_low,
        medians.ci_high as median_ci_high,
        quantiles.q1,
        quantiles.q3,
        quantiles.p10,
        quantiles.p90,
        quantiles.min_response_minutes,
        quantiles.max_response_minutes,
        quantiles.lower_whisker,
        quantiles.upper_whisker,
        quantiles.median_response_minutes_days_dropped,
        medians_days_dropped.ci_low as median_days_dropped_ci_low,
        medians_days_dropped.ci_high as median_days_dropped_ci_high,
        quantiles.q1_days_dropped,
        quantiles.q3_days_dropped,
        sets.is_candidate_set
    from sets
    left join counted on sets.question_set = counted.question_set
    left join quantiles on sets.question_set = quantiles.question_set
    left join medians
        on
            sets.question_set = medians.question_set
            and medians.measure = 'response_minutes'
    left join medians as medians_days_dropped
        on
            sets.question_set = medians_days_dropped.question_set
            and medians_days_dropped.measure = 'response_minutes_days_dropped'
)

select * from summarised
