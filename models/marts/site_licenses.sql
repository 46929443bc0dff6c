with posts as (
    select
        site,
        coalesce(content_license, 'not named') as content_license,
        count(*) as n_posts,
        min(created_at) as first_at,
        max(created_at) as last_at
    from {{ ref('stg_posts') }}
    where deleted_at is null
    group by all
)

select * from posts
order by site asc, first_at asc, content_license asc
