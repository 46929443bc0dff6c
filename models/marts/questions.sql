{{ config(post_hook="{{ set_views() if execute }}") }}

with members as (
    select distinct
        site,
        question_id
    from {{ ref('question_set_members') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

accepted_answers as (
    select * from {{ ref('int_accepted_answers') }}
),

joined as (
    select
        members.site,
        members.question_id,
        questions.title,
        questions.tags,
        questions.asked_at,
        questions.owner_user_id,
        questions.score,
        questions.view_count,
        questions.answer_count,
        questions.accepted_answer_id,
        questions.accepted_answer_id is not null as is_accepted,
        accepted_answers.accepted_answer_at,
        accepted_answers.response_minutes,
        accepted_answers.response_minutes_days_dropped,
        questions.closed_at,
        concat('https://', members.site, '/questions/', members.question_id)
            as url
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join accepted_answers
        on
            members.site = accepted_answers.site
            and members.question_id = accepted_answers.question_id
)

select * from joined
