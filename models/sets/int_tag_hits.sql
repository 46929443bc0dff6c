with questions as (
    select
        site,
        question_id,
        tags
    from {{ ref('int_questions') }}
),

tag_rules as (
    select * from {{ ref('stg_rules') }}
    where kind = 'tag'
),

question_tags as (
    select
        site,
        question_id,
        {{ unnested('tags') }} as tag
    from questions
),

hits as (
    select distinct
        tag_rules.question_set,
        tag_rules.rule,
        question_tags.site,
        question_tags.question_id
    from question_tags
    inner join tag_rules on question_tags.tag = tag_rules.value
)

select * from hits
