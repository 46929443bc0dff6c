with rules as (
    select * exclude (is_on_text) from {{ ref('stg_rules') }}
)

select * from rules
