-- Decisions about questions that this dump does not hold are left out here.
with decisions as (
    select * from {{ ref('stg_decisions') }}
),

questions as (
    select
        site,
        question_id
    from {{ ref('int_questions') }}
),

sets as (
    select * from {{ ref('stg_question_sets') }}
),

decisions_on_questions as (
    select
        sets.question_set,
        sets.kind,
        questions.site,
        questions.question_id,
        decisions.decision = 'include' as is_included,
        decisions.note
    from decisions
    inner join sets on decisions.question_set = sets.question_set
    inner join questions
        on
            decisions.site = questions.site
            and decisions.question_id = questions.question_id
)

select * from decisions_on_questions
