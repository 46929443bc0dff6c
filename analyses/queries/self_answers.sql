-- How often askers accept their own answer, and how long that takes them: a
-- self-answer is help that did not come.
with members as (
    select * from {{ ref('question_set_members') }}
),

questions as (
    select * from {{ ref('questions') }}
),

answers as (
    select
        site,
        post_id,
        owner_user_id
    from {{ ref('stg_posts') }}
    where post_type_id = 2
),

accepted as (
    select
        members.question_set,
        questions.response_minutes,
        answers.owner_user_id = questions.owner_user_id as is_self_answer
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    inner join answers
        on
            questions.site = answers.site
            and questions.accepted_answer_id = answers.post_id
)

select
    question_set,
    count(*) as n_accepted,
    count(*) filter (where is_self_answer) as n_self_answered,
    count(*) filter (where is_self_answer) / count(*) as self_answered_share,
    round(median(response_minutes) filter (where is_self_answer), 1)
        as median_minutes_self,
    round(median(response_minutes) filter (where not is_self_answer), 1)
        as median_minutes_others
from accepted
group by question_set
order by question_set
