with times as (
    select * from {{ ref('stg_published_response_times') }}
),

medians as (
    select * from {{ ref('int_medians') }}
    where measure = 'published_days_dropped'
),

summarised as (
    select
        question_set,
        count(*) as n_response_times,
        median(response_minutes_days_dropped)
            as median_response_minutes_days_dropped,
        quantile_cont(response_minutes_days_dropped, 0.25) as q1_days_dropped,
        quantile_cont(response_minutes_days_dropped, 0.75) as q3_days_dropped,
        max(response_minutes_days_dropped)
            as max_response_minutes_days_dropped
    from times
    group by question_set
),

joined as (
    select
        summarised.*,
        medians.ci_low as median_days_dropped_ci_low,
        medians.ci_high as median_days_dropped_ci_high
    from summarised
    inner join medians on summarised.question_set = medians.question_set
)

select * from joined
