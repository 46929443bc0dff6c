-- What has not happened by a site's last post is unknown, not never. Where no
-- question is of the study, all sites are alike.
with manifests as (
    select * from {{ ref('stg_manifests') }}
    where table_name = 'posts'
),

members as (
    select distinct site from {{ ref('question_set_members') }}
),

snapshots as (
    select
        manifests.site,
        manifests.first_at,
        manifests.last_at as snapshot_at,
        members.site is not null or count(members.site) over () = 0
            as is_studied
    from manifests
    left join members on manifests.site = members.site
    where manifests.last_at is not null
)

select * from snapshots
