-- An accepted answer older than its question came with a merge of two
-- questions: it tells nothing about waiting, and is left out.
with members as (
    select * from {{ ref('int_set_members') }}
),

questions as (
    select * from {{ ref('int_set_questions') }}
    where response_minutes >= 0
),

response_times as (
    select
        members.question_set,
        members.site,
        members.question_id,
        questions.response_minutes,
        questions.response_minutes_days_dropped
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
)

select * from response_times
