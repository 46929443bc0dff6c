-- The years that the loaded dumps cover, and how much of each: the first and
-- the last one are seldom whole.
with snapshots as (
    select * from {{ ref('int_snapshots') }}
),

span as (
    select
        min(first_at)::date as first_on,
        max(snapshot_at)::date as last_on
    from snapshots
),

years as (
    select
        first_on,
        last_on,
        unnest(generate_series(year(first_on), year(last_on)))::integer as year
    from span
),

bounded as (
    select
        year,
        greatest(first_on, make_date(year, 1, 1)) as covered_from,
        least(last_on, make_date(year, 12, 31)) as covered_to,
        make_date(year + 1, 1, 1) - make_date(year, 1, 1) as n_days
    from years
),

covered as (
    select
        year,
        (covered_to - covered_from + 1) / n_days as covered_share
    from bounded
)

select * from covered
