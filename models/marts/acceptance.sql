with counts as (
    select * from {{ ref('int_acceptance') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

shared as (
    select
        counts.question_set,
        counts.n_questions,
        counts.n_accepted,
        counts.n_not_accepted,
        counts.n_not_accepted / nullif(counts.n_questions, 0)
            as no_accepted_share,
        sets.is_candidate_set
    from counts
    inner join sets on counts.question_set = sets.question_set
)

select * from shared
