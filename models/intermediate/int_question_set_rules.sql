with rules as (
    select * from {{ ref('question_set_rules') }}
),

-- a title holds no code, so that a rule on titles need not say what of it
prepared as (
    select
        question_set,
        rule,
        kind,
        lower(value) as value,
        scope,
        match,
        case when scope = 'title' then 'kept' else code end as code,
        runs_over,
        lower(must_contain) as must_contain,
        (kind = 'term' or must_contain is not null) as is_on_text
    from rules
)

select * from prepared
