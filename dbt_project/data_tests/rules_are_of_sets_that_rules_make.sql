with named as (
    select question_set
    from {{ ref('question_set_rules') }}
    union
    select question_set
    from {{ ref('question_set_precedence') }}
    union
    select yields_to
    from {{ ref('question_set_precedence') }}
)

select named.question_set
from named
left join {{ ref('question_set_definitions') }} as defined
    on named.question_set = defined.question_set
where coalesce(defined.kind in ('union', 'baseline'), true)
