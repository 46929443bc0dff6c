-- The tags that stand beside a set's questions more often than beside the
-- questions of its base set: what the set is about, beyond its rules.
with members as (
    select * from {{ ref('question_set_members') }}
),

questions as (
    select * from {{ ref('questions') }}
),

sets as (
    select * from {{ ref('question_sets') }}
    where kind = 'topic'
),

tagged as (
    select
        members.question_set,
        questions.site,
        questions.question_id,
        unnest(questions.tags) as tag_name
    from members
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
),

counted as (
    select
        question_set,
        tag_name,
        count(*) as n_questions,
        count(*) / (
            select count(*) from members
            where members.question_set = tagged.question_set
        ) as tag_share
    from tagged
    group by question_set, tag_name
),

compared as (
    select
        counted.question_set,
        counted.tag_name,
        counted.n_questions,
        counted.tag_share,
        base.tag_share as base_tag_share,
        counted.tag_share / base.tag_share as lift,
        row_number() over (
            partition by counted.question_set
            order by counted.n_questions desc, counted.tag_name asc
        ) as place
    from counted
    inner join sets on counted.question_set = sets.question_set
    left join counted as base
        on
            sets.base_set = base.question_set
            and counted.tag_name = base.tag_name
)

select * from compared
where place <= 20
order by question_set, place
