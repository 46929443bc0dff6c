with curves as (
    select * from {{ ref('int_survival_curves') }}
),

sets as (
    select * from {{ ref('int_question_sets') }}
),

flagged as (
    select
        curves.*,
        sets.is_candidate_set
    from curves
    inner join sets on curves.question_set = sets.question_set
    order by sets.position, curves.minutes
)

select * from flagged
