-- The years in which any question was asked, and the days of each that are of
-- the study and that the dumps of all its sites cover: the first and the last
-- year are seldom whole, and a site whose dump ends early would make a trend
-- where there is none.
with snapshots as (
    select * from {{ ref('int_snapshots') }}
),

studies as (
    select * from {{ ref('stg_studies') }}
),

ends as (
    select
        year(min(first_at)) as first_year,
        year(max(snapshot_at)) as last_year,
        max(first_at) filter (where is_studied)::date as first_on,
        min(snapshot_at) filter (where is_studied)::date as last_on
    from snapshots
),

span as (
    select
        ends.first_year,
        ends.last_year,
        greatest(ends.first_on, studies.asked_from) as first_on,
        least(ends.last_on, studies.asked_until - 1) as last_on
    from ends
    cross join studies
),

years as (
    select
        first_on,
        last_on,
        unnest(generate_series(first_year, last_year))::integer as year
    from span
),

covered as (
    select
        year,
        greatest(first_on, make_date(year, 1, 1)) as covered_from,
        least(last_on, make_date(year, 12, 31)) as covered_until,
        greatest(covered_until - covered_from + 1, 0)
        / (make_date(year + 1, 1, 1) - make_date(year, 1, 1)) as covered_share
    from years
)

select * from covered
