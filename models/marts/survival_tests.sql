with pairs as (
    select * from {{ ref('int_set_pairs') }}
),

waiting as (
    select * from {{ ref('int_waiting') }}
),

compared as (
    select
        pairs.*,
        unnest(compare_waiting(
            waiting_a.minutes,
            waiting_a.is_event,
            waiting_b.minutes,
            waiting_b.is_event
        ))
    from pairs
    inner join waiting as waiting_a on pairs.set_a = waiting_a.question_set
    inner join waiting as waiting_b on pairs.set_b = waiting_b.question_set
),

adjusted as (
    select
        *,
        holm_adjusted(p_value, list(p_value) over ()) as p_value_adjusted,
        smallest_ratio(ci_low, ci_high, count(p_value) over ())
            as detectable_ratio
    from compared
)

select * from adjusted
order by
    {{ set_position('set_a') }},
    {{ set_position('set_b') }}
