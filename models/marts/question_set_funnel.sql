with sets as (
    select * from {{ ref('int_question_sets') }}
),

members as (
    select
        question_set,
        count(*) as n_questions
    from {{ ref('int_set_members') }}
    group by question_set
),

steps as (
    select * from {{ ref('int_funnel_steps') }}
),

-- no rule makes a union or a baseline: their steps are null, not 0
joined as (
    select
        sets.question_set,
        sets.label,
        sets.position,
        sets.kind,
        steps.n_tag_matched,
        steps.n_term_matched,
        steps.n_matched,
        steps.n_left_to_others,
        steps.n_excluded,
        steps.n_included,
        coalesce(members.n_questions, 0) as n_questions,
        sets.n_undecided,
        sets.is_candidate_set
    from sets
    left join steps on sets.question_set = steps.question_set
    left join members on sets.question_set = members.question_set
)

select * from joined
order by position
