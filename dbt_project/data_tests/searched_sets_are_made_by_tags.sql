with searched as (
    select distinct runs_over as question_set
    from {{ ref('question_set_rules') }}
    where runs_over is not null
)

select searched.question_set
from searched
left join {{ ref('question_set_rules') }} as rules
    on searched.question_set = rules.question_set
where
    rules.rule is null
    or rules.kind != 'tag'
    or rules.must_contain is not null
    or rules.runs_over is not null
