{#- Imports and CTEs up to `placed`: every loaded question, with the step that
    leaves it out, the first that does; null where the study looks at it. -#}
{%- macro question_steps() -%}
posts as (
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

placed as (
    select
        posts.*,
        case
            when not coalesce(array_contains(studies.sites, posts.site), true)
                then 'sites'
            when posts.created_at < studies.asked_from then 'asked_from'
            when posts.created_at >= studies.asked_until then 'asked_until'
            when posts.score < studies.min_score then 'min_score'
            when
                posts.deleted_at is not null
                and array_contains(studies.leave_out, 'deleted')
                then 'deleted'
            when
                posts.closed_at is not null
                and array_contains(studies.leave_out, 'closed')
                then 'closed'
            when
                duplicates.post_id is not null
                and array_contains(studies.leave_out, 'duplicate')
                then 'duplicate'
            when
                posts.community_owned_at is not null
                and array_contains(studies.leave_out, 'wiki')
                then 'wiki'
        end as left_out_by
    from posts
    cross join studies
    left join duplicates
        on posts.site = duplicates.site and posts.post_id = duplicates.post_id
),
{%- endmacro -%}
