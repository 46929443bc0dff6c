with questions as (
    select
        *,
        year(asked_at)::integer as year
    from {{ ref('int_site_questions') }}
),

asked as (
    select
        site,
        year,
        count(*) as n_questions,
        count(distinct owner_user_id) as n_users,
        count(*) filter (where is_answered) as n_answered,
        count(*) filter (where is_accepted) as n_accepted,
        {{ median_of('first_answer_minutes') }} as median_first_answer_minutes
    from questions
    group by site, year
),

answers as (
    select
        site,
        year(created_at)::integer as year,
        count(*) as n_answers
    from {{ ref('stg_posts') }}
    where
        post_type_id = 2 -- PostTypes.Id of an answer
        and deleted_at is null
    group by site, year
),

active as (
    select
        site,
        year
    from asked
    union all
    select
        site,
        year
    from answers
),

spans as (
    select
        site,
        {{ unnested(series('min(year)', 'max(year)')) }} as year
    from active
    group by site
),

with_gaps_filled as (
    select
        spans.site,
        spans.year::integer as year,
        coalesce(asked.n_questions, 0) as n_questions,
        coalesce(answers.n_answers, 0) as n_answers,
        coalesce(asked.n_users, 0) as n_users,
        coalesce(asked.n_answered, 0) as n_answered,
        coalesce(asked.n_accepted, 0) as n_accepted,
        asked.n_answered / asked.n_questions as answered_share,
        asked.n_accepted / asked.n_questions as accepted_share,
        asked.median_first_answer_minutes
    from spans
    left join asked on spans.site = asked.site and spans.year = asked.year
    left join answers on spans.site = answers.site and spans.year = answers.year
)

select * from with_gaps_filled
order by site, year
