with members as (
    select * from {{ ref('int_ruled_members') }}
    union all
    select * from {{ ref('int_union_members') }}
    union all
    select * from {{ ref('int_baseline_members') }}
)

select * from members
