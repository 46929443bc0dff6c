with sets as (
    select
        question_set,
        label,
        kind,
        base_set,
        position,
        description,
        needs_decisions,
        n_undecided,
        is_candidate_set,
        depends_on_candidates
    from {{ ref('int_question_sets') }}
)

select * from sets
order by position
