with posts as (
    select
        site,
        content_license,
        count(*) as n_posts,
        min(created_at) as first_at,
        max(created_at) as last_at
    from {{ ref('stg_posts') }}
    where deleted_at is null
    group by site, content_license
)

select * from posts
order by site asc, first_at asc, content_license asc nulls first
