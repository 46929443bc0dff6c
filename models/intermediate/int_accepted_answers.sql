-- For the questions of the sets alone; an accepted answer that the dump does
-- not hold is not here.
with members as (
    select distinct
        site,
        question_id
    from {{ ref('int_set_members') }}
),

questions as (
    select
        site,
        question_id,
        asked_at,
        accepted_answer_id
    from {{ ref('int_questions') }}
),

answers as (
    select
        site,
        post_id as answer_id,
        created_at as answered_at
    from {{ ref('stg_posts') }}
    where post_type_id = 2 -- PostTypes.Id of an answer
),

accepted as (
    select
        members.*,
        answers.answered_at as accepted_answer_at,
        date_diff('millisecond', questions.asked_at, answers.answered_at)
            as elapsed_ms
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    inner join answers
        on
            questions.site = answers.site
            and questions.accepted_answer_id = answers.answer_id
),

timed as (
    select
        site,
        question_id,
        accepted_answer_at,
        elapsed_ms / 60000.0 as response_minutes,
        {{ seconds_of_day('elapsed_ms') }} / 60.0
            as response_minutes_days_dropped
    from accepted
)

select * from timed
