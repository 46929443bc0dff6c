-- What a trend is tested on: each set from the first year in which its study
-- has questions, as a count for each whole year, and by what else was asked.
with popularity as (
    select * from {{ ref('int_yearly_popularity') }}
),

years as (
    select * from {{ ref('int_years') }}
),

sets as (
    select
        question_set,
        kind,
        base_set
    from {{ ref('question_set_definitions') }}
),

studied as (
    select
        popularity.*,
        years.covered_share,
        sets.kind as set_kind,
        -- what a study asks about; beside it every set stands for itself
        case
            when sets.kind in ('topic', 'union', 'baseline')
                then 'study of ' || sets.base_set
            else popularity.question_set
        end as test_family
    from popularity
    inner join years on popularity.year = years.year
    left join sets on popularity.question_set = sets.question_set
),

begun as (
    select
        *,
        min(year) filter (
            where
            coalesce(n_base_questions, n_all_questions) > 0
        ) over (partition by question_set) as first_year
    from studied
),

series as (
    select
        question_set,
        test_family,
        'questions' as measure,
        year,
        n_questions,
        covered_share as exposure
    from begun
    where year >= first_year
    union all
    select
        question_set,
        test_family,
        'share_of_all_questions' as measure,
        year,
        n_questions,
        n_all_questions as exposure
    from begun
    where
        year >= first_year
        and n_base_questions is not null
        and n_all_questions > 0
    union all
    select
        question_set,
        test_family,
        'share_of_base_set' as measure,
        year,
        n_questions,
        n_base_questions as exposure
    from begun
    where
        year >= first_year
        and set_kind in ('topic', 'union', 'baseline')
        and n_base_questions > 0
)

select * from series
order by measure, question_set, year
