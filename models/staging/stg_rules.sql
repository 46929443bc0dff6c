with source as (
    select * from {{ source('study', 'rules') }}
),

flagged as (
    select
        *,
        kind = 'term' or must_contain is not null as is_on_text
    from source
)

select * from flagged
