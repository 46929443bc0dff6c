{#- Questions and users of every set in every period, without gaps: a period in
    which nobody asked is a row of zeros. The periods are those in which any
    question was asked. A base set is its own base; all questions have none.
    `asked` may be a part of what was asked, each row with its period. -#}
{%- macro popularity(period, column, shown, asked=none) -%}
with asked as (
    {% if asked -%}
        select * from {{ asked }}
    {%- else -%}
        select * from {{ ref('int_asked_counts') }}
        where period = '{{ period }}'
    {%- endif %}
),

sets as (
    select
        question_set,
        coalesce(base_set, question_set) as base_set,
        position,
        is_candidate_set
    from {{ ref('question_sets') }}
    union all
    select
        'all_questions' as question_set,
        null as base_set,
        0 as position,
        false as is_candidate_set
),

counted as (
    select
        question_set,
        starts_on,
        sum(n_questions)::bigint as n_questions,
        sum(n_users)::bigint as n_users
    from asked
    group by question_set, starts_on
),

periods as (
    select
        unnest(generate_series(
            min(starts_on), max(starts_on), interval 1 {{ period }}
        ))::date as starts_on
    from counted
),

everything as (
    select
        starts_on,
        n_questions as n_all_questions
    from counted
    where question_set = 'all_questions'
),

shared as (
    select
        sets.question_set,
        {{ shown }} as {{ column }},
        coalesce(counted.n_questions, 0) as n_questions,
        coalesce(counted.n_users, 0) as n_users,
        coalesce(everything.n_all_questions, 0) as n_all_questions,
        coalesce(counted.n_questions, 0)
        / nullif(everything.n_all_questions, 0) as question_share,
        case
            when sets.base_set is not null then coalesce(bases.n_questions, 0)
        end as n_base_questions,
        coalesce(counted.n_questions, 0) / nullif(bases.n_questions, 0)
            as base_question_share,
        sets.is_candidate_set
    from sets
    cross join periods
    left join counted
        on
            sets.question_set = counted.question_set
            and periods.starts_on = counted.starts_on
    left join everything on periods.starts_on = everything.starts_on
    left join counted as bases
        on
            sets.base_set = bases.question_set
            and periods.starts_on = bases.starts_on
    order by sets.position, periods.starts_on
)

select * from shared
{%- endmacro -%}
