-- The questions that the study looks at. A view: a whole dump holds millions of
-- questions, and each reader needs few of the columns. Tags stay a list.
{{ config(materialized='view') }}

with posts as (
    select * from {{ ref('stg_posts') }}
    where post_type_id = 1 -- PostTypes.Id of a question
),

studies as (
    select * from {{ ref('stg_studies') }}
),

duplicates as (
    select distinct
        site,
        post_id
    from {{ ref('stg_post_links') }}
    where link_type_id = 3 -- PostLinkTypes.Id of a duplicate
),

studied as (
    select
        posts.*,
        not coalesce(list_contains(studies.sites, posts.site), true)
        or coalesce(posts.created_at < studies.asked_from, false)
        or coalesce(posts.created_at >= studies.asked_until, false)
        or coalesce(posts.score < studies.min_score, false)
        or (
            list_contains(studies.leave_out, 'deleted')
            and posts.deleted_at is not null
        )
        or (
            list_contains(studies.leave_out, 'closed')
            and posts.closed_at is not null
        )
        or (
            list_contains(studies.leave_out, 'wiki')
            and posts.community_owned_at is not null
        )
        or (
            list_contains(studies.leave_out, 'duplicate')
            and duplicates.post_id is not null
        ) as is_left_out
    from posts
    cross join studies
    left join duplicates
        on posts.site = duplicates.site and posts.post_id = duplicates.post_id
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
        favorite_count,
        created_at as asked_at,
        closed_at
    from studied
    where not is_left_out
)

select * from questions
