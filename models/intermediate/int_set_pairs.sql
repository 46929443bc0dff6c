-- What is compared: within a study each topic and the union with the
-- baseline, and the topics with each other.
with sets as (
    select * from {{ ref('question_set_definitions') }}
),

pairs as (
    select
        sets_a.question_set as set_a,
        sets_b.question_set as set_b
    from sets as sets_a
    inner join sets as sets_b on sets_a.base_set = sets_b.base_set
    where
        (sets_a.kind in ('topic', 'union') and sets_b.kind = 'baseline')
        or (
            sets_a.kind = 'topic'
            and sets_b.kind = 'topic'
            and sets_a.position < sets_b.position
        )
)

select * from pairs
