-- How often askers accept their own answer, and how long that takes them: a
-- self-answer is help that did not come.
select
    measures.question_set,
    measures.n_accepted,
    measures.n_self_answered,
    measures.self_answered_share,
    round(measures.median_response_minutes_self_answered, 1)
        as median_response_minutes_self_answered,
    round(measures.median_response_minutes_of_others, 1)
        as median_response_minutes_of_others
from {{ ref('set_measures') }} as measures
inner join {{ ref('question_sets') }} as sets
    on measures.question_set = sets.question_set
order by sets.position
