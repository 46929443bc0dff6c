-- A title holds no code, so that a rule on titles need not say what of it.
with source as (
    select * from {{ source('study', 'rules') }}
),

completed as (
    select
        rule,
        question_set,
        kind,
        value,
        scope,
        match,
        case when scope = 'title' then 'kept' else code end as code,
        runs_over,
        must_contain,
        kind = 'term' or must_contain is not null as is_on_text
    from source
)

select * from completed
