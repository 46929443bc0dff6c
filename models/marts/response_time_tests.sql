with pairs as (
    select * from {{ ref('int_set_pairs') }}
),

samples as (
    select
        question_set,
        list(response_minutes) as minutes
    from {{ ref('int_response_times') }}
    group by question_set
),

compared as (
    select
        pairs.*,
        unnest(compare_ranks(samples_a.minutes, samples_b.minutes))
    from pairs
    left join samples as samples_a on pairs.set_a = samples_a.question_set
    left join samples as samples_b on pairs.set_b = samples_b.question_set
),

adjusted as (
    select
        *,
        holm_adjusted(p_value, list(p_value) over ()) as p_value_adjusted,
        smallest_effect(ci_low, ci_high, count(p_value) over ())
            as detectable_delta
    from compared
)

select * from adjusted
order by
    {{ set_position('set_a') }},
    {{ set_position('set_b') }}
