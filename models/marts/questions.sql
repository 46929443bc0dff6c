{{ config(post_hook="{{ set_views() if execute }}") }}

with members as (
    select distinct
        site,
        question_id
    from {{ ref('question_set_members') }}
),

questions as (
    select * from {{ ref('int_questions') }}
),

accepted_answers as (
    select * from {{ ref('int_accepted_answers') }}
),

-- an answer older than its question came with a merge, and is not its first
answers as (
    select
        members.site,
        members.question_id,
        count(*) as n_answers_in_dump,
        min(posts.created_at) filter (
            where posts.created_at >= questions.asked_at
        ) as first_answer_at,
        any_value(posts.owner_user_id) filter (
            where posts.post_id = questions.accepted_answer_id
        ) as accepted_answer_user_id
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    inner join {{ ref('stg_posts') }} as posts
        on
            members.site = posts.site
            and members.question_id = posts.parent_post_id
    where posts.post_type_id = 2 -- PostTypes.Id of an answer
    group by members.site, members.question_id
),

joined as (
    select
        members.site,
        members.question_id,
        questions.title,
        questions.tags,
        questions.asked_at,
        questions.owner_user_id,
        questions.score,
        questions.view_count,
        questions.answer_count,
        questions.accepted_answer_id,
        questions.accepted_answer_id is not null as is_accepted,
        accepted_answers.accepted_answer_at,
        accepted_answers.response_minutes,
        accepted_answers.response_minutes_days_dropped,
        questions.closed_at,
        concat('https://', members.site, '/questions/', members.question_id)
            as url,
        questions.favorite_count,
        length(questions.body) as body_characters,
        coalesce(answers.n_answers_in_dump, 0) as n_answers_in_dump,
        questions.accepted_answer_id is not null
        or coalesce(questions.answer_count, 0) > 0
        or answers.n_answers_in_dump is not null as is_answered,
        answers.first_answer_at,
        date_diff('millisecond', questions.asked_at, answers.first_answer_at)
        / 60000.0 as first_answer_minutes,
        case
            when questions.accepted_answer_id is not null then coalesce(
                answers.accepted_answer_user_id = questions.owner_user_id, false
            )
        end as is_self_answered
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    left join accepted_answers
        on
            members.site = accepted_answers.site
            and members.question_id = accepted_answers.question_id
    left join answers
        on
            members.site = answers.site
            and members.question_id = answers.question_id
)

select * from joined
