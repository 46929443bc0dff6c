with labels as (
    select * from {{ ref('int_labels') }}
),

members as (
    select * from {{ ref('question_set_members') }}
),

flagged as (
    select
        labels.question_set,
        labels.site,
        labels.question_id,
        labels.inner_category,
        labels.leaf_category,
        labels.is_category,
        labels.is_loaded,
        members.question_id is not null as is_member,
        labels.note
    from labels
    left join members
        on
            labels.question_set = members.question_set
            and labels.site = members.site
            and labels.question_id = members.question_id
)

select * from flagged
order by
    {{ set_position('question_set') }},
    site,
    question_id
