-- In which sets a set's own questions, labels or sizes count: in itself, and a
-- topic in the unions of its study.
with sets as (
    select * from {{ ref('stg_question_sets') }}
),

holders as (
    select
        question_set,
        question_set as holder
    from sets
    union all
    select
        topics.question_set,
        unions.question_set as holder
    from sets as unions
    inner join sets as topics on unions.base_set = topics.base_set
    where unions.kind = 'union' and topics.kind = 'topic'
)

select * from holders
