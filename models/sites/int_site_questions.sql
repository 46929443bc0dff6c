-- Every question of the loaded sites, whatever the study looks at, but deleted
-- ones. A view: two tables count it, and a whole dump holds millions.
{{ config(materialized='view') }}

with posts as (
    select * from {{ ref('stg_posts') }}
    where deleted_at is null
),

questions as (
    select
        site,
        post_id as question_id,
        created_at as asked_at,
        owner_user_id,
        tags,
        accepted_answer_id is not null as is_accepted
    from posts
    where post_type_id = 1 -- PostTypes.Id of a question
),

answers as (
    select
        site,
        parent_post_id as question_id,
        created_at as answered_at
    from posts
    where post_type_id = 2 -- PostTypes.Id of an answer
),

-- an answer older than its question came with a merge: it tells of no waiting
answered as (
    select
        questions.site,
        questions.question_id,
        min(answers.answered_at) filter (
            where answers.answered_at >= questions.asked_at
        ) as first_answer_at
    from questions
    inner join answers
        on
            questions.site = answers.site
            and questions.question_id = answers.question_id
    group by questions.site, questions.question_id
),

with_answers as (
    select
        questions.*,
        answered.question_id is not null as is_answered,
        {{ milliseconds_between(
            'questions.asked_at', 'answered.first_answer_at'
        ) }} / 60000 as first_answer_minutes
    from questions
    left join answered
        on
            questions.site = answered.site
            and questions.question_id = answered.question_id
)

select * from with_answers
