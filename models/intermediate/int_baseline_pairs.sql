-- Each topic, the union and the baseline of a study beside what other studies
-- printed.
with sets as (
    select * from {{ ref('question_set_definitions') }}
    where kind in ('topic', 'union', 'baseline')
),

baselines as (
    select * from {{ ref('published_baselines') }}
),

pairs as (
    select
        sets.question_set,
        baselines.baseline,
        baselines.no_accepted_percent / 100 as baseline_share
    from sets
    inner join baselines on sets.base_set = baselines.base_set
    order by sets.position, baselines.baseline
)

select * from pairs
