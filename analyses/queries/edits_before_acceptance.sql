-- How often a question's title, body or tags were edited before its accepted
-- answer was written: how much asking it well took. Needs PostHistory.
with members as (
    select * from {{ ref('question_set_members') }}
),

accepted as (
    select
        site,
        question_id,
        accepted_answer_at
    from {{ ref('questions') }}
    where accepted_answer_at is not null
),

-- 4, 5, 6: edit of title, body, tags; one edit may do all three
edits as (
    select distinct
        site,
        post_id,
        revision_guid,
        created_at
    from {{ ref('stg_post_history') }}
    where post_history_type_id in (4, 5, 6)
),

counted as (
    select
        accepted.site,
        accepted.question_id,
        count(edits.revision_guid) as n_edits
    from accepted
    left join edits
        on
            accepted.site = edits.site
            and accepted.question_id = edits.post_id
            and accepted.accepted_answer_at > edits.created_at
    group by accepted.site, accepted.question_id
)

select
    members.question_set,
    count(*) as n_accepted_in_dump,
    count(*) filter (where counted.n_edits > 0) as n_edited,
    count(*) filter (where counted.n_edits > 0) / count(*) as edited_share,
    avg(counted.n_edits) as mean_edits,
    max(counted.n_edits) as max_edits
from members
inner join counted
    on
        members.site = counted.site
        and members.question_id = counted.question_id
group by members.question_set
order by members.question_set
