with sets as (
    select * from {{ ref('question_sets') }}
),

times as (
    select * from {{ ref('int_survival_times') }}
),

outcomes as (
    select * from {{ ref('int_outcomes') }}
),

counted as (
    select
        times.question_set,
        outcomes.asked_year as year,
        count(*) as n_questions,
        count(*) filter (where times.outcome = 'waiting') as n_not_accepted,
        count(*) filter (where not outcomes.has_answer) as n_no_answer,
        count(times.is_accepted_within_30d) as n_observed_30d,
        count(*) filter (where times.is_accepted_within_30d)
            as n_accepted_within_30d
    from times
    inner join outcomes
        on
            times.site = outcomes.site
            and times.question_id = outcomes.question_id
    group by times.question_set, outcomes.asked_year
),

shared as (
    select
        counted.question_set,
        counted.year,
        counted.n_questions,
        counted.n_not_accepted,
        counted.n_not_accepted / counted.n_questions as no_accepted_share,
        {{ wilson_limit('n_not_accepted', 'n_questions', '-') }}
            as no_accepted_share_ci_low,
        {{ wilson_limit('n_not_accepted', 'n_questions', '+') }}
            as no_accepted_share_ci_high,
        counted.n_no_answer,
        counted.n_observed_30d,
        counted.n_accepted_within_30d,
        counted.n_accepted_within_30d
        / nullif(counted.n_observed_30d, 0) as accepted_within_30d_share,
        {{ wilson_limit('n_accepted_within_30d', 'n_observed_30d', '-') }}
            as accepted_within_30d_share_ci_low,
        {{ wilson_limit('n_accepted_within_30d', 'n_observed_30d', '+') }}
            as accepted_within_30d_share_ci_high,
        sets.is_candidate_set
    from counted
    inner join sets on counted.question_set = sets.question_set
    order by sets.position, counted.year
)

select * from shared
