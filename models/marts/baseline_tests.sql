-- Each topic, the union and the baseline beside what other studies printed.
with sets as (
    select * from {{ ref('question_sets') }}
    where kind in ('topic', 'union', 'baseline')
),

others as (
    select * from {{ ref('stg_other_studies') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

times as (
    select * from {{ ref('response_time_summary') }}
),

compared as (
    select
        sets.question_set,
        sets.position,
        sets.depends_on_candidates,
        others.baseline,
        others.label,
        others.source,
        others.median_response_minutes as baseline_median_response_minutes,
        unnest(compare_with_printed_share(
            acceptance.n_not_accepted,
            acceptance.n_questions,
            others.no_accepted_percent / 100
        ))
    from sets
    cross join others
    inner join acceptance on sets.question_set = acceptance.question_set
),

adjusted as (
    select
        compared.* exclude (position, n_successes, n, share, confidence)
        replace (case when chi2 is not null then df end as df),
        compared.n as n_questions,
        compared.share as no_accepted_share,
        holm_adjusted(p_value, list(p_value) over ()) as p_value_adjusted,
        times.median_response_minutes,
        times.median_ci_low,
        times.median_ci_high
    from compared
    inner join times on compared.question_set = times.question_set
    order by compared.position, compared.baseline
)

select * from adjusted
