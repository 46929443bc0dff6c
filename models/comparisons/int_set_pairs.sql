-- What is compared: each topic and the union with the baseline, and the topics
-- with each other. Tests take sets for independent samples; questions in both
-- of a pair say how far that is from true.
with sets as (
    select * from {{ ref('question_sets') }}
),

members as (
    select * from {{ ref('question_set_members') }}
),

pairs as (
    select
        sets_a.question_set as set_a,
        sets_b.question_set as set_b,
        sets_a.depends_on_candidates or sets_b.depends_on_candidates
            as depends_on_candidates
    from sets as sets_a
    inner join sets as sets_b on sets_a.base_set = sets_b.base_set
    where
        (sets_a.kind in ('topic', 'union') and sets_b.kind = 'baseline')
        or (
            sets_a.kind = 'topic'
            and sets_b.kind = 'topic'
            and sets_a.position < sets_b.position
        )
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
        pairs.*,
        coalesce(shared.n_shared, 0) as n_shared
    from pairs
    left join shared
        on pairs.set_a = shared.set_a and pairs.set_b = shared.set_b
)

select * from counted
