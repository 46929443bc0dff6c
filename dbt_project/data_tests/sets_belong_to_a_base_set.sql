select defined.question_set
from {{ ref('question_set_definitions') }} as defined
left join {{ ref('question_set_definitions') }} as bases
    on defined.base_set = bases.question_set and bases.kind = 'base'
where defined.base_set is not null and bases.question_set is null
