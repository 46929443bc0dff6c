-- Tests take sets for independent samples; questions in both of a pair say how
-- far that is from true.
with pairs as (
    select * from {{ ref('int_set_pairs') }}
),

members as (
    select * from {{ ref('int_set_members') }}
),

shared as (
    select
        pairs.set_a,
        pairs.set_b,
        count(*) as n_shared
    from pairs
    inner join members as members_a on pairs.set_a = members_a.question_set
    inner join members as members_b
        on
            pairs.set_b = members_b.question_set
            and members_a.site = members_b.site
            and members_a.question_id = members_b.question_id
    group by pairs.set_a, pairs.set_b
),

counted as (
    select
        pairs.set_a,
        pairs.set_b,
        coalesce(shared.n_shared, 0) as n_shared
    from pairs
    left join shared
        on pairs.set_a = shared.set_a and pairs.set_b = shared.set_b
)

select * from counted
