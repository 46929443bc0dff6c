-- How many questions two sets share: what a sum over sets counts twice.
with members as (
    select * from {{ ref('question_set_members') }}
),

shared as (
    select
        members_a.question_set as set_a,
        members_b.question_set as set_b,
        count(*) as n_shared
    from members as members_a
    inner join members as members_b
        on
            members_a.site = members_b.site
            and members_a.question_id = members_b.question_id
            and members_a.question_set < members_b.question_set
    group by members_a.question_set, members_b.question_set
)

select * from shared
order by n_shared desc, set_a asc, set_b asc
