-- The years in which any question was asked, and how much of each is covered by
-- the dumps of all sites that have questions of the study: the first and the
-- last year are seldom whole, and a site whose dump ends early would make a
-- trend where there is none.
with snapshots as (
    select * from {{ ref('int_snapshots') }}
),

members as (
    select distinct site from {{ ref('question_set_members') }}
),

-- where no question is of the study, all sites are alike
studied as (
    select * from snapshots
    where
        site in (select site from members)
        or not exists (from members)
),

span as (
    select
        year(min(snapshots.first_at)) as first_year,
        year(max(snapshots.snapshot_at)) as last_year,
        (select max(first_at)::date from studied) as first_on,
        (select min(snapshot_at)::date from studied) as last_on
    from snapshots
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
        greatest(
            least(last_on, make_date(year, 12, 31))
            - greatest(first_on, make_date(year, 1, 1)) + 1,
            0
        ) / (make_date(year + 1, 1, 1) - make_date(year, 1, 1))
            as covered_share
    from years
)

select * from covered
