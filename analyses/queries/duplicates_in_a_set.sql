-- Questions of a set that were closed as duplicates, and how many of the
-- questions they repeat are in the set as well. Needs PostLinks.
with members as (
    select * from {{ ref('question_set_members') }}
),

-- 3: the post is a duplicate of the related one
duplicates as (
    select distinct
        site,
        post_id,
        related_post_id
    from {{ ref('stg_post_links') }}
    where link_type_id = 3
),

placed as (
    select
        members.question_set,
        members.site,
        members.question_id,
        bool_or(originals.question_id is not null) as is_original_in_set
    from members
    inner join duplicates
        on
            members.site = duplicates.site
            and members.question_id = duplicates.post_id
    left join members as originals
        on
            members.question_set = originals.question_set
            and duplicates.site = originals.site
            and duplicates.related_post_id = originals.question_id
    group by members.question_set, members.site, members.question_id
),

sizes as (
    select
        question_set,
        count(*) as n_questions
    from members
    group by question_set
)

select
    sizes.question_set,
    sizes.n_questions,
    count(placed.question_id) as n_duplicates,
    count(placed.question_id) / sizes.n_questions as duplicate_share,
    count(placed.question_id) filter (where placed.is_original_in_set)
        as n_duplicates_within_the_set
from sizes
left join placed on sizes.question_set = placed.question_set
group by sizes.question_set, sizes.n_questions
order by sizes.question_set
