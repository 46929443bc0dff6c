-- What has not happened by a site's last post is unknown, not never.
with manifests as (
    select * from {{ ref('stg_manifests') }}
    where table_name = 'posts'
),

snapshots as (
    select
        site,
        first_at,
        last_at as snapshot_at
    from manifests
    where last_at is not null
)

select * from snapshots
