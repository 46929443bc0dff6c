with sets as (
    select * from {{ ref('question_set_definitions') }}
    where kind = 'topic'
),

acceptance as (
    select * from {{ ref('int_acceptance') }}
),

counted as (
    select
        sets.base_set,
        sets.question_set,
        sets.position,
        acceptance.n_questions,
        acceptance.n_not_accepted
    from sets
    inner join acceptance on sets.question_set = acceptance.question_set
)

select * from counted
order by base_set, position
