-- A view: a whole dump holds millions of questions, and each reader needs
-- few of the columns. Tags stay a list.
{{ config(materialized='view') }}

with posts as (
    select * from {{ ref('stg_posts') }}
),

questions as (
    select
        site,
        post_id as question_id,
        accepted_answer_id,
        owner_user_id,
        title,
        body,
        tags,
        score,
        view_count,
        answer_count,
        created_at as asked_at,
        closed_at
    from posts
    where post_type_id = 1 -- PostTypes.Id of a question
)

select * from questions
