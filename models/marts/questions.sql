with questions as (
    select * from {{ ref('int_set_questions') }}
)

select * from questions
