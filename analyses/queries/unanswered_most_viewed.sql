-- The questions of a topic that most people read and nobody answered well:
-- where to look first when one wants to know what is hard.
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

ranked as (
    select
        members.question_set,
        questions.view_count,
        questions.answer_count,
        questions.asked_at,
        questions.title,
        questions.url,
        row_number() over (
            partition by members.question_set
            order by questions.view_count desc, questions.question_id asc
        ) as place
    from members
    inner join sets on members.question_set = sets.question_set
    inner join questions
        on
            members.site = questions.site
            and members.question_id = questions.question_id
    where not questions.is_accepted
)

select * from ranked
where place <= coalesce(getvariable('rows_per_set'), 20)
order by question_set, place
