with sets as (
    select question_set from {{ ref('question_set_definitions') }}
),

members as (
    select * from {{ ref('int_set_members') }}
),

questions as (
    select * from {{ ref('int_set_questions') }}
),

members_with_acceptance as (
    select
        members.question_set,
        questions.is_accepted
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
),

counted as (
    select
        sets.question_set,
        count(members.is_accepted) as n_questions,
        count(*) filter (where members.is_accepted) as n_accepted,
        count(*) filter (where not members.is_accepted) as n_not_accepted
    from sets
    left join members_with_acceptance as members
        on sets.question_set = members.question_set
    group by sets.question_set
)

select * from counted
