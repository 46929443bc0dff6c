-- A union holds the topics of its base set.
with ruled as (
    select * from {{ ref('int_ruled_members') }}
),

sets as (
    select * from {{ ref('question_set_definitions') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
    where kind = 'union'
),

topics_of_unions as (
    select
        unions.question_set,
        topics.question_set as topic
    from sets as unions
    inner join sets as topics on unions.base_set = topics.base_set
    where unions.kind = 'union' and topics.kind = 'topic'
),

united as (
    select
        topics_of_unions.question_set,
        ruled.site,
        ruled.question_id,
        ruled.is_decided
    from ruled
    inner join topics_of_unions on ruled.question_set = topics_of_unions.topic
),

{{ with_decisions('united') }}

select * from members_decided
