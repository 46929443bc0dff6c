with sets as (
    select * from {{ ref('question_sets') }}
),

members as (
    select
        members.question_set,
        questions.is_accepted,
        outcomes.has_answer,
        outcomes.has_upvoted_answer
    from {{ ref('question_set_members') }} as members
    inner join {{ ref('questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    inner join {{ ref('int_outcomes') }} as outcomes
        on
            members.site = outcomes.site
            and members.question_id = outcomes.question_id
),

counted as (
    select
        sets.question_set,
        count(members.is_accepted) as n_questions,
        count(*) filter (where members.is_accepted) as n_accepted,
        count(*) filter (where not members.is_accepted) as n_not_accepted,
        n_not_accepted / nullif(n_questions, 0) as no_accepted_share,
        count(*) filter (where not members.has_answer) as n_no_answer,
        n_not_accepted - n_no_answer as n_answered_not_accepted,
        count(*) filter (
            where members.has_upvoted_answer and not members.is_accepted
        ) as n_upvoted_not_accepted,
        (n_not_accepted - n_upvoted_not_accepted)
        / nullif(n_questions, 0) as no_accepted_or_upvoted_share,
        sets.is_candidate_set
    from sets
    left join members on sets.question_set = members.question_set
    group by sets.question_set, sets.position, sets.is_candidate_set
    order by sets.position
)

select * from counted
