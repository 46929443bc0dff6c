-- Thinned: between two rows the whole curve falls by less than a 250th of its
-- fall.
with waiting as (
    select * from {{ ref('int_waiting') }}
),

sets as (
    select * from {{ ref('question_sets') }}
),

steps as (
    select
        question_set,
        unnest(survival_steps(minutes, is_event), recursive := true)
    from waiting
),

flagged as (
    select
        steps.*,
        sets.is_candidate_set
    from steps
    inner join sets on steps.question_set = sets.question_set
    order by sets.position, steps.minutes
)

select * from flagged
