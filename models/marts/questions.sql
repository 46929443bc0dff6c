{{ config(post_hook="{{ set_views() if execute }}") }}

with members as (
    select distinct
        site,
        question_id
    from {{ ref('question_set_members') }}
),

accepted_answers as (
    select * from {{ ref('int_accepted_answers') }}
),

-- without the bodies: what is read twice is kept
asked as (
    select
        questions.site,
        questions.question_id,
        questions.title,
        questions.tags,
        questions.asked_at,
        questions.owner_user_id,
        questions.score,
        questions.view_count,
        questions.answer_count,
        questions.favorite_count,
        questions.accepted_answer_id,
        questions.closed_at,
        length(questions.body) as body_characters
    from members
    inner join {{ ref('int_questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
),

-- an answer older than its question came with a merge, and is not its first
answers as (
    select
        asked.site,
        asked.question_id,
        count(*) as n_answers_in_dump,
        min(posts.created_at) filter (
            where posts.created_at >= asked.asked_at
        ) as first_answer_at
    from asked
    inner join {{ ref('stg_posts') }} as posts
        on
            asked.site = posts.site
            and asked.question_id = posts.parent_post_id
    where
        posts.post_type_id = 2 -- PostTypes.Id of an answer
        and posts.deleted_at is null
    group by asked.site, asked.question_id
),

joined as (
    select
        asked.site,
        asked.question_id,
        asked.title,
        asked.tags,
        asked.asked_at,
        asked.owner_user_id,
        asked.score,
        asked.view_count,
        asked.answer_count,
        asked.accepted_answer_id,
        asked.accepted_answer_id is not null as is_accepted,
        accepted_answers.accepted_answer_at,
        accepted_answers.response_minutes,
        accepted_answers.response_minutes_days_dropped,
        asked.closed_at,
        concat('https://', asked.site, '/questions/', asked.question_id) as url,
        asked.favorite_count,
        asked.body_characters,
        coalesce(answers.n_answers_in_dump, 0) as n_answers_in_dump,
        asked.accepted_answer_id is not null
        or coalesce(asked.answer_count, 0) > 0
        or answers.n_answers_in_dump is not null as is_answered,
        answers.first_answer_at,
        {{ milliseconds_between('asked.asked_at', 'answers.first_answer_at') }}
        / 60000 as first_answer_minutes,
        case
            when asked.accepted_answer_id is not null then coalesce(
                accepted_answers.answerer_user_id = asked.owner_user_id, false
            )
        end as is_self_answered
    from asked
    left join accepted_answers
        on
            asked.site = accepted_answers.site
            and asked.question_id = accepted_answers.question_id
    left join answers
        on
            asked.site = answers.site
            and asked.question_id = answers.question_id
)

select * from joined
