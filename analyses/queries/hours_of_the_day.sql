-- When questions are asked, by hour of the day in UTC, and how many of each
-- hour's questions have an accepted answer.
with members as (
    select * from {{ ref('question_set_members') }}
),

questions as (
    select * from {{ ref('questions') }}
),

hours as (
    select
        members.question_set,
        hour(questions.asked_at) as hour_of_day,
        count(*) as n_questions,
        count(*) filter (where questions.is_accepted) as n_accepted,
        round(
            median(questions.response_minutes) filter (
                where questions.response_minutes >= 0
            ), 1
        ) as median_response_minutes
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    group by members.question_set, hour_of_day
)

select
    question_set,
    hour_of_day,
    n_questions,
    n_questions / sum(n_questions) over (partition by question_set)
        as question_share,
    n_accepted,
    n_accepted / n_questions as accepted_share,
    median_response_minutes
from hours
order by question_set, hour_of_day
