with popularity as (
    {{ popularity('year', 'year', 'year(periods.starts_on)::integer') }}
),

years as (
    select * from {{ ref('int_years') }}
),

-- popularity has no gaps: the row before is the year before
with_last_year as (
    select
        *,
        lag(n_questions) over (partition by question_set order by year)
            as n_questions_last_year
    from popularity
),

changed as (
    select
        popularity.question_set,
        popularity.year,
        popularity.n_questions,
        popularity.n_users,
        popularity.n_all_questions,
        popularity.question_share,
        popularity.n_base_questions,
        popularity.base_question_share,
        popularity.n_questions
        / nullif(popularity.n_questions_last_year, 0) - 1 as question_growth,
        years.covered_share,
        popularity.is_candidate_set
    from with_last_year as popularity
    left join years on popularity.year = years.year
)

select * from changed
order by
    {{ set_position('question_set') }} nulls first,
    year
