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
        holm_adjusted(p_value, list(p_value) over family) as p_value_adjusted,
        case
            when unit in ('odds_ratio', 'hazard_ratio')
                then smallest_ratio(ci_low, ci_high, count(p_value) over family)
            else smallest_effect(ci_low, ci_high, count(p_value) over family)
        end as detectable
    from compared
    window family as (partition by outcome, method)
)

select * from adjusted
order by
    {{ set_position('set_a') }},
    {{ set_position('set_b') }},
    outcome,
    method
