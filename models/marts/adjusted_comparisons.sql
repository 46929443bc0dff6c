with pairs as (
    select * from {{ ref('int_set_pairs') }}
),

outcomes as (
    select * from {{ ref('int_set_outcomes') }}
),

compared as (
    select
        pairs.*,
        unnest(
            adjust_comparisons(outcomes_a.outcomes, outcomes_b.outcomes),
            recursive := true
        )
    from pairs
    inner join outcomes as outcomes_a on pairs.set_a = outcomes_a.question_set
    inner join outcomes as outcomes_b on pairs.set_b = outcomes_b.question_set
),

adjusted as (
    select
        *,
        holm_adjusted(
            p_value, list(p_value) over (partition by outcome, method)
        ) as p_value_adjusted
    from compared
)

select * from adjusted
