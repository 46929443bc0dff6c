-- The questions that the study looks at. A view: a whole dump holds millions of
-- questions, and each reader needs few of the columns. Tags stay a list.
{{ config(materialized='view') }}

with {{ question_steps() }}

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
        favorite_count,
        created_at as asked_at,
        closed_at
    from placed
    where left_out_by is null
)

select * from questions
