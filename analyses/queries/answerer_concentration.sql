-- Who answers: how many of a set's answers come from its ten most active
-- answerers, and how many people answered only once.
with members as (
    select * from {{ ref('question_set_members') }}
),

answers as (
    select
        site,
        parent_post_id,
        owner_user_id
    from {{ ref('stg_posts') }}
    where post_type_id = 2 and owner_user_id is not null
),

answerers as (
    select
        members.question_set,
        answers.site,
        answers.owner_user_id,
        count(*) as n_answers
    from members
    inner join answers
        on
            members.site = answers.site
            and members.question_id = answers.parent_post_id
    group by members.question_set, answers.site, answers.owner_user_id
),

ranked as (
    select
        question_set,
        n_answers,
        row_number() over (
            partition by question_set
            order by n_answers desc, site asc, owner_user_id asc
        ) as place
    from answerers
)

select
    question_set,
    count(*) as n_answerers,
    sum(n_answers)::bigint as n_answers,
    (sum(n_answers) filter (where place <= 10))::bigint as n_answers_of_top_ten,
    sum(n_answers) filter (where place <= 10) / sum(n_answers)
        as top_ten_share,
    count(*) filter (where n_answers = 1) as n_answered_once
from ranked
group by question_set
order by question_set
