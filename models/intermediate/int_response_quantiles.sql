-- Quantiles interpolate between neighbours (type 7: R's and numpy's own).
with response_times as (
    select * from {{ ref('int_response_times') }}
),

quantiles as (
    select
        question_set,
        count(*) as n_response_times,
        median(response_minutes) as median_response_minutes,
        quantile_cont(response_minutes, 0.25) as q1,
        quantile_cont(response_minutes, 0.75) as q3,
        quantile_cont(response_minutes, 0.1) as p10,
        quantile_cont(response_minutes, 0.9) as p90,
        min(response_minutes) as min_response_minutes,
        max(response_minutes) as max_response_minutes,
        median(response_minutes_days_dropped)
            as median_response_minutes_days_dropped,
        quantile_cont(response_minutes_days_dropped, 0.25) as q1_days_dropped,
        quantile_cont(response_minutes_days_dropped, 0.75) as q3_days_dropped
    from response_times
    group by question_set
),

fences as (
    select
        question_set,
        q1 - 1.5 * (q3 - q1) as lower_fence,
        q3 + 1.5 * (q3 - q1) as upper_fence
    from quantiles
),

-- Tukey's whiskers end at the last value within 1.5 interquartile ranges
whiskers as (
    select
        response_times.question_set,
        min(response_times.response_minutes) filter (
            where response_times.response_minutes >= fences.lower_fence
        ) as lower_whisker,
        max(response_times.response_minutes) filter (
            where response_times.response_minutes <= fences.upper_fence
        ) as upper_whisker
    from response_times
    inner join fences on response_times.question_set = fences.question_set
    group by response_times.question_set
),

joined as (
    select
        quantiles.*,
        -- in few values a quartile lies between two, of which the outer one may
        -- be beyond its fence: a whisker then ends at the box (as matplotlib's)
        least(whiskers.lower_whisker, quantiles.q1) as lower_whisker,
        greatest(whiskers.upper_whisker, quantiles.q3) as upper_whisker
    from quantiles
    inner join whiskers on quantiles.question_set = whiskers.question_set
)

select * from joined
