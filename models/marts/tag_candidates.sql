-- Of the questions that the study looks at. A tag of a set's own rules is a row
-- as well: its numbers say how much of the set it makes.
with sets as (
    select
        question_set,
        position
    from {{ ref('stg_question_sets') }}
),

-- twice from the dump: the tags of all its questions would be too many to keep
tags as (
    select
        tag,
        count(*) as n_with_tag
    from (
        select {{ unnested('array_distinct(tags)') }} as tag
        from {{ ref('int_questions') }}
    )
    group by tag
),

members as (
    select * from {{ ref('question_set_members') }}
),

sizes as (
    select
        question_set,
        count(*) as n_questions
    from members
    group by question_set
),

carried as (
    select
        members.question_set,
        {{ unnested('array_distinct(questions.tags)') }} as tag
    from members
    inner join {{ ref('int_questions') }} as questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
),

beside as (
    select
        question_set,
        tag,
        count(*) as n_in_set
    from carried
    group by question_set, tag
),

rules as (
    select distinct
        question_set,
        value as tag
    from {{ ref('stg_rules') }}
    where kind = 'tag'
),

compared as (
    select
        sets.question_set,
        beside.tag,
        tags.n_with_tag,
        beside.n_in_set,
        sizes.n_questions,
        beside.n_in_set / tags.n_with_tag as significance,
        beside.n_in_set / sizes.n_questions as relevance,
        rules.tag is not null as is_in_rules
    from sets
    inner join beside on sets.question_set = beside.question_set
    inner join sizes on sets.question_set = sizes.question_set
    inner join tags on beside.tag = tags.tag
    left join rules
        on beside.question_set = rules.question_set and beside.tag = rules.tag
    order by
        sets.position asc, significance desc, relevance desc, beside.tag asc
)

select * from compared
