with studies as (
    select * from {{ ref('stg_studies') }}
)

select * from studies
