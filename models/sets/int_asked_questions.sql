-- Who asked when: each set's questions, and all questions as one set more.
{{ config(materialized='view') }}

with members as (
    select
        members.question_set,
        questions.site,
        questions.asked_at,
        questions.owner_user_id,
        questions.is_accepted
    from {{ ref('question_set_members') }} as members
    inner join {{ ref('questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
),

with_all_questions as (
    select * from members
    union all
    select
        'all_questions' as question_set,
        site,
        asked_at,
        owner_user_id,
        accepted_answer_id is not null as is_accepted
    from {{ ref('int_questions') }}
)

select * from with_all_questions
