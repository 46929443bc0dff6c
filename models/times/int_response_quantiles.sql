-- Quantiles interpolate between neighbours (type 7: R's and numpy's own).
with response_times as (
    select * from {{ ref('int_response_times') }}
),

listed as (
    select
        question_set,
        list(response_minutes) as minutes,
        list(response_minutes_days_dropped) as minutes_days_dropped
    from response_times
    group by question_set
),

computed as (
    select
        question_set,
        minutes,
        median_interval(minutes) as middle,
        median_interval(minutes_days_dropped) as middle_days_dropped,
        quantiles(minutes, [0.1, 0.25, 0.75, 0.9, 0, 1]) as marks,
        quantiles(minutes_days_dropped, [0.25, 0.75]) as marks_days_dropped
    from listed
),

named as (
    select
        question_set,
        middle.n as n_response_times,
        middle.value as median_response_minutes,
        middle.ci_low as median_ci_low,
        middle.ci_high as median_ci_high,
        marks[1] as p10,
        marks[2] as q1,
        marks[3] as q3,
        marks[4] as p90,
        marks[5] as min_response_minutes,
        marks[6] as max_response_minutes,
        -- Tukey's whiskers end at the last value within 1.5 interquartile
        -- ranges; of few values the outer one may be beyond its fence, and a
        -- whisker then ends at the box (as matplotlib's)
        least(q1, list_min(list_filter(
            minutes, lambda x: x >= q1 - 1.5 * (q3 - q1)
        ))) as lower_whisker,
        greatest(q3, list_max(list_filter(
            minutes, lambda x: x <= q3 + 1.5 * (q3 - q1)
        ))) as upper_whisker,
        middle_days_dropped.value as median_response_minutes_days_dropped,
        middle_days_dropped.ci_low as median_days_dropped_ci_low,
        middle_days_dropped.ci_high as median_days_dropped_ci_high,
        marks_days_dropped[1] as q1_days_dropped,
        marks_days_dropped[2] as q3_days_dropped
    from computed
)

select * from named
