-- From the first year in which the study has questions, over the days that the
-- dumps of all its sites cover: as a count per whole year, and by what else was
-- asked. Topics, union and baseline are one family; any other set stands alone.
with seen as (
    select asked.* replace (date_trunc('year', starts_on)::date as starts_on)
    from {{ ref('int_asked_counts') }} as asked
    inner join {{ ref('int_years') }} as years
        on year(asked.starts_on) = years.year
    inner join {{ ref('int_snapshots') }} as snapshots
        on asked.site = snapshots.site
    where
        asked.period = 'day'
        and snapshots.is_studied
        and asked.starts_on between years.covered_from and years.covered_until
),

popularity as (
    {{ popularity('year', 'year', 'year(periods.starts_on)::integer', 'seen') }}
),

studied as (
    select
        popularity.*,
        years.covered_share,
        coalesce(sets.position, 0) as position,
        coalesce(sets.kind in ('topic', 'union', 'baseline'), false)
            as is_compared,
        min(popularity.year) filter (
            where
            coalesce(popularity.n_base_questions, popularity.n_all_questions)
            > 0
        ) over (partition by popularity.question_set) as first_year
    from popularity
    inner join {{ ref('int_years') }} as years on popularity.year = years.year
    left join {{ ref('question_sets') }} as sets
        on popularity.question_set = sets.question_set
),

series as (
    select
        * exclude (first_year),
        unnest([
            { measure: 'questions', exposure: covered_share },
            {
                measure: 'share_of_all_questions',
                exposure: case
                    when n_base_questions is not null then n_all_questions
                end
            },
            {
                measure: 'share_of_base_set',
                exposure: case when is_compared then n_base_questions end
            }
        ], recursive := true)
    from studied
    where year >= first_year
),

grouped as (
    select
        question_set,
        measure,
        position,
        is_candidate_set,
        case when is_compared then '' else question_set end as family,
        min(year) as first_year,
        max(year) as last_year,
        count(*) as n_years,
        sum(n_questions)::bigint as n_questions,
        trend(
            list(year order by year),
            list(n_questions order by year),
            list(exposure order by year)
        ) as trend
    from series
    where exposure > 0
    group by all
),

tested as (
    select
        * exclude (trend),
        unnest(trend)
    from grouped
),

adjusted as (
    select
        * exclude (position, family),
        holm_adjusted(
            mann_kendall_p_value, list(mann_kendall_p_value) over family_tests
        ) as mann_kendall_p_value_adjusted,
        holm_adjusted(rate_p_value, list(rate_p_value) over family_tests)
            as rate_p_value_adjusted
    from tested
    window family_tests as (partition by family, measure)
    order by measure, position
)

select * from adjusted
