-- Of the questions of the sets, and of those that another reading of the rules
-- would find. An accepted answer that the dump does not hold has no time, nor
-- has one that answers another question: renumbered copies of dumps have such.
with wanted as (
    select
        site,
        question_id
    from {{ ref('question_set_members') }}
    union
    select
        site,
        question_id
    from {{ ref('int_variant_members') }}
),

questions as (
    select
        site,
        question_id,
        asked_at,
        accepted_answer_id
    from {{ ref('int_questions') }}
    where accepted_answer_id is not null
),

answers as (
    select
        site,
        post_id as answer_id,
        parent_post_id,
        owner_user_id,
        created_at as answered_at
    from {{ ref('stg_posts') }}
    where post_type_id = 2 -- PostTypes.Id of an answer
),

accepted as (
    select
        wanted.*,
        answers.parent_post_id != wanted.question_id as is_of_another_question,
        case
            when not is_of_another_question then answers.answered_at
        end as accepted_answer_at,
        case
            when not is_of_another_question then answers.owner_user_id
        end as answerer_user_id,
        {{ milliseconds_between('questions.asked_at', 'accepted_answer_at') }}
            as elapsed_ms
    from wanted
    inner join questions
        on
            wanted.site = questions.site
            and wanted.question_id = questions.question_id
    left join answers
        on
            questions.site = answers.site
            and questions.accepted_answer_id = answers.answer_id
),

timed as (
    select
        site,
        question_id,
        is_of_another_question,
        accepted_answer_at,
        answerer_user_id,
        elapsed_ms / 60000 as response_minutes,
        {{ seconds_of_day('elapsed_ms') }} / 60
            as response_minutes_days_dropped
    from accepted
)

select * from timed
