with sets as (
    select * from {{ ref('question_sets') }}
),

times as (
    select * from {{ ref('survival_summary') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

quantiles as (
    select * from {{ ref('int_response_quantiles') }}
),

summarised as (
    select
        sets.question_set,
        acceptance.n_accepted,
        coalesce(quantiles.n_response_times, 0) as n_response_times,
        times.n_answered_before_asked,
        times.n_answers_not_in_dump,
        times.n_answers_of_other_questions,
        quantiles.* exclude (question_set, n_response_times),
        sets.is_candidate_set
    from sets
    inner join acceptance on sets.question_set = acceptance.question_set
    inner join times on sets.question_set = times.question_set
    left join quantiles on sets.question_set = quantiles.question_set
    order by sets.position
)

select * from summarised
