-- A union holds the topics of its base set, a baseline is the base set without
-- them. A decision beats rules and precedence, also about a union or baseline.
with sets as (
    select * from {{ ref('stg_question_sets') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
    where kind in ('union', 'baseline')
),

excluded as (
    select * from decisions
    where not is_included
),

ruled as (
    select
        candidates.question_set,
        sets.kind,
        coalesce(sets.base_set, sets.question_set) as base_set,
        candidates.site,
        candidates.question_id,
        candidates.is_decided
    from {{ ref('int_set_candidates') }} as candidates
    inner join sets on candidates.question_set = sets.question_set
    where candidates.is_decided or not candidates.is_yielding
),

united as (
    select
        unions.question_set,
        unions.kind,
        unions.base_set,
        topics.site,
        topics.question_id,
        topics.is_decided
    from sets as unions
    inner join ruled as topics on unions.base_set = topics.base_set
    where unions.kind = 'union' and topics.kind = 'topic'
    union all
    {{ decided('union') }}
),

united_once as (
    {{ without_excluded('united') }}
),

in_topics as (
    select * from ruled
    where kind = 'topic'
    union all
    select * from united_once
),

remaining as (
    select
        baselines.question_set,
        baselines.kind,
        baselines.base_set,
        bases.site,
        bases.question_id,
        false as is_decided
    from sets as baselines
    inner join ruled as bases on baselines.base_set = bases.question_set
    anti join in_topics
        on
            baselines.base_set = in_topics.base_set
            and bases.site = in_topics.site
            and bases.question_id = in_topics.question_id
    where baselines.kind = 'baseline'
    union all
    {{ decided('baseline') }}
),

members as (
    select * from ruled
    union all
    select * from united_once
    union all
    {{ without_excluded('remaining') }}
)

select
    question_set,
    site,
    question_id,
    is_decided
from members
order by
    {{ set_position('question_set') }},
    site,
    question_id
