-- A baseline is its base set without the topics of that base set.
with ruled as (
    select * from {{ ref('int_ruled_members') }}
),

united as (
    select * from {{ ref('int_union_members') }}
),

sets as (
    select * from {{ ref('question_set_definitions') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
    where kind = 'baseline'
),

topic_members as (
    select * from ruled
    union all
    select * from united
),

in_topics as (
    select
        sets.base_set,
        members.site,
        members.question_id
    from topic_members as members
    inner join sets on members.question_set = sets.question_set
    where sets.kind in ('topic', 'union')
),

remaining as (
    select
        baselines.question_set,
        ruled.site,
        ruled.question_id,
        false as is_decided
    from ruled
    inner join sets as baselines on ruled.question_set = baselines.base_set
    anti join in_topics
        on
            baselines.base_set = in_topics.base_set
            and ruled.site = in_topics.site
            and ruled.question_id = in_topics.question_id
    where baselines.kind = 'baseline'
),

{{ with_decisions('remaining') }}

select * from members_decided
