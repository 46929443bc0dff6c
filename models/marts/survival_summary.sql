with sets as (
    select * from {{ ref('int_question_sets') }}
),

times as (
    select * from {{ ref('int_survival_times') }}
),

estimates as (
    select * from {{ ref('int_survival_summary') }}
),

counted as (
    select
        question_set,
        count(*) as n_questions,
        count(*) filter (where outcome = 'waiting') as n_censored,
        count(*) filter (where outcome = 'answered before asked')
            as n_answered_before_asked,
        count(*) filter (where outcome = 'answer not in dump')
            as n_answers_not_in_dump
    from times
    group by question_set
),

summarised as (
    select
        sets.question_set,
        coalesce(counted.n_questions, 0) as n_questions,
        coalesce(estimates.n_observed, 0) as n_observed,
        coalesce(estimates.n_events, 0) as n_events,
        coalesce(counted.n_censored, 0) as n_censored,
        coalesce(counted.n_answered_before_asked, 0) as n_answered_before_asked,
        coalesce(counted.n_answers_not_in_dump, 0) as n_answers_not_in_dump,
        estimates.median_minutes,
        estimates.median_ci_low,
        estimates.median_ci_high,
        estimates.accepted_within_1h,
        estimates.accepted_within_1h_ci_low,
        estimates.accepted_within_1h_ci_high,
        estimates.accepted_within_1d,
        estimates.accepted_within_1d_ci_low,
        estimates.accepted_within_1d_ci_high,
        estimates.accepted_within_7d,
        estimates.accepted_within_7d_ci_low,
        estimates.accepted_within_7d_ci_high,
        estimates.accepted_within_30d,
        estimates.accepted_within_30d_ci_low,
        estimates.accepted_within_30d_ci_high,
        estimates.n_at_risk_1h,
        estimates.n_at_risk_1d,
        estimates.n_at_risk_7d,
        estimates.n_at_risk_30d,
        sets.is_candidate_set
    from sets
    left join counted on sets.question_set = counted.question_set
    left join estimates on sets.question_set = estimates.question_set
    order by sets.position
)

select * from summarised
