-- Whether the questions that each reading of the rules finds have an accepted
-- answer, and how long it took.
with members as (
    select * from {{ ref('int_variant_members') }}
),

questions as (
    select
        site,
        question_id,
        accepted_answer_id is not null as is_accepted
    from {{ ref('int_questions') }}
),

accepted_answers as (
    select * from {{ ref('int_accepted_answers') }}
),

outcomes as (
    select
        members.question_set,
        members.variant,
        members.site,
        members.question_id,
        questions.is_accepted,
        accepted_answers.response_minutes
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join accepted_answers
        on
            members.site = accepted_answers.site
            and members.question_id = accepted_answers.question_id
)

select * from outcomes
