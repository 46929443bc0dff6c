with pairs as (
    select * from {{ ref('int_set_pairs') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

compared as (
    select
        pairs.*,
        unnest(compare_shares(
            counts_a.n_not_accepted,
            counts_a.n_questions,
            counts_b.n_not_accepted,
            counts_b.n_questions
        ))
    from pairs
    inner join acceptance as counts_a on pairs.set_a = counts_a.question_set
    inner join acceptance as counts_b on pairs.set_b = counts_b.question_set
),

adjusted as (
    select
        * exclude (confidence)
        replace (case when chi2 is not null then df end as df),
        holm_adjusted(p_value, list(p_value) over ()) as p_value_adjusted,
        smallest_effect(ci_low, ci_high, count(p_value) over ())
            as detectable_difference
    from compared
)

select * from adjusted
order by
    {{ set_position('set_a') }},
    {{ set_position('set_b') }}
