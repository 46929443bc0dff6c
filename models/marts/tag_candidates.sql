-- Of the questions that the study looks at. A tag of a set's own rules is a row
-- as well: its numbers say how much of the set it makes.
with sets as (
    select
        question_set,
        position
    from {{ ref('stg_question_sets') }}
),

tagged as (
    select distinct
        site,
        question_id,
        unnest(tags) as tag
    from {{ ref('int_questions') }}
),

tags as (
    select
        tag,
        count(*) as n_with_tag
    from tagged
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

beside as (
    select
        members.question_set,
        tagged.tag,
        count(*) as n_in_set
    from members
    inner join tagged
        on
            members.site = tagged.site
            and members.question_id = tagged.question_id
    group by members.question_set, tagged.tag
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
