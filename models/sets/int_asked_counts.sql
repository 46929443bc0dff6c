-- A user is a pair of site and id: users of several sites add up.
with asked as (
    select * from {{ ref('int_asked_questions') }}
),

counted as (
    {% for period in ['year', 'month', 'day'] -%}
        select
            question_set,
            site,
            '{{ period }}' as period,
            date_trunc('{{ period }}', asked_at)::date as starts_on,
            count(*) as n_questions,
            count(distinct owner_user_id) as n_users,
            count(*) filter (where is_accepted) as n_accepted
        from asked
        group by all
        {{ 'union all' if not loop.last }}
    {% endfor -%}
)

select * from counted
