-- A question of a variant need not be in any set: what is known of it is looked
-- up anew.
with members as (
    select distinct
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
),

answers as (
    select
        site,
        post_id as answer_id,
        created_at as answered_at
    from {{ ref('stg_posts') }}
    where post_type_id = 2 -- PostTypes.Id of an answer
),

joined as (
    select
        members.site,
        members.question_id,
        questions.accepted_answer_id is not null as is_accepted,
        date_diff('millisecond', questions.asked_at, answers.answered_at)
        / 60000.0 as response_minutes
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join answers
        on
            questions.site = answers.site
            and questions.accepted_answer_id = answers.answer_id
)

select * from joined
