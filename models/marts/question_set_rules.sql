with rules as (
    select
        * exclude (is_on_text)
        replace (case when scope != 'title' then code end as code)
    from {{ ref('stg_rules') }}
)

select * from rules
