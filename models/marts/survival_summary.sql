with sets as (
    select * from {{ ref('question_sets') }}
),

times as (
    select * from {{ ref('int_survival_times') }}
),

waiting as (
    select * from {{ ref('int_waiting') }}
),

counted as (
    select
        question_set,
        count(*) as n_questions,
        count(*) filter (where outcome = 'waiting') as n_censored,
        count(*) filter (where outcome = 'answered before asked')
            as n_answered_before_asked,
        count(*) filter (where outcome = 'answer not in dump')
            as n_answers_not_in_dump,
        count(*) filter (where outcome = 'answer of another question')
            as n_answers_of_other_questions
    from times
    group by question_set
),

estimated as (
    select
        question_set,
        unnest(survival_numbers(minutes, is_event))
    from waiting
),

summarised as (
    select
        estimated.*,
        coalesce(counted.n_questions, 0) as n_questions,
        coalesce(counted.n_censored, 0) as n_censored,
        coalesce(counted.n_answered_before_asked, 0) as n_answered_before_asked,
        coalesce(counted.n_answers_not_in_dump, 0) as n_answers_not_in_dump,
        coalesce(counted.n_answers_of_other_questions, 0)
            as n_answers_of_other_questions,
        sets.is_candidate_set
    from sets
    inner join estimated on sets.question_set = estimated.question_set
    left join counted on sets.question_set = counted.question_set
    order by sets.position
)

select * from summarised
