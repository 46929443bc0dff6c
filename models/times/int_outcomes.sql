-- Whose questions these are, who wrote what was accepted, and what else came:
-- comparisons allow for people, and "not accepted" is not "no answer". Votes
-- of answers that the dump lacks are not known.
with questions as (
    select * from {{ ref('questions') }}
),

accepted_answers as (
    select * from {{ ref('int_accepted_answers') }}
),

answers as (
    select
        site,
        parent_post_id as question_id,
        score
    from {{ ref('stg_posts') }}
    where
        post_type_id = 2 -- PostTypes.Id of an answer
        and deleted_at is null
),

answered as (
    select
        site,
        question_id,
        max(score) as best_score
    from answers
    semi join questions
        on
            answers.site = questions.site
            and answers.question_id = questions.question_id
    group by site, question_id
),

outcomes as (
    select
        questions.site,
        questions.question_id,
        year(questions.asked_at)::integer as asked_year,
        questions.site || '/' || questions.owner_user_id as asker,
        questions.site || '/' || accepted_answers.answerer_user_id as answerer,
        questions.is_answered as has_answer,
        coalesce(answered.best_score > 0, false) as has_upvoted_answer
    from questions
    left join accepted_answers
        on
            questions.site = accepted_answers.site
            and questions.question_id = accepted_answers.question_id
    left join answered
        on
            questions.site = answered.site
            and questions.question_id = answered.question_id
)

select * from outcomes
