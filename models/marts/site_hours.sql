with questions as (
    select
        site,
        ({{ iso_weekday('asked_at') }})::integer as weekday,
        hour(asked_at)::integer as hour_of_day
    from {{ ref('int_site_questions') }}
),

counted as (
    select
        site,
        weekday,
        hour_of_day,
        count(*) as n_questions
    from questions
    group by site, weekday, hour_of_day
),

sites as (
    select distinct
        site,
        {{ unnested(series(1, 7)) }} as weekday
    from counted
),

every_hour as (
    select
        *,
        {{ unnested(series(0, 23)) }} as hour_of_day
    from sites
),

with_gaps_filled as (
    select
        every_hour.site,
        every_hour.weekday::integer as weekday,
        every_hour.hour_of_day::integer as hour_of_day,
        coalesce(counted.n_questions, 0) as n_questions
    from every_hour
    left join counted
        on
            every_hour.site = counted.site
            and every_hour.weekday = counted.weekday
            and every_hour.hour_of_day = counted.hour_of_day
)

select * from with_gaps_filled
order by site, weekday, hour_of_day
