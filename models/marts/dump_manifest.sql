with manifests as (
    select
        site,
        table_name as "table",
        * exclude (site, table_name)
    from {{ ref('stg_manifests') }}
)

select * from manifests
