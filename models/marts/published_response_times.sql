with summarised as (
    select
        question_set,
        count(*) as n_response_times,
        list(response_minutes_days_dropped) as minutes,
        median_interval(minutes) as middle,
        quantiles(minutes, [0.25, 0.75]) as quartiles,
        max(response_minutes_days_dropped) as max_response_minutes_days_dropped
    from {{ ref('stg_published_response_times') }}
    group by question_set
),

named as (
    select
        question_set,
        n_response_times,
        middle.value as median_response_minutes_days_dropped,
        quartiles[1] as q1_days_dropped,
        quartiles[2] as q3_days_dropped,
        max_response_minutes_days_dropped,
        middle.ci_low as median_days_dropped_ci_low,
        middle.ci_high as median_days_dropped_ci_high
    from summarised
)

select * from named
order by {{ set_position('question_set') }}
