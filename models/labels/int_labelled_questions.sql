-- A question is categorised once it has any category, whatever else it was
-- called. A union has the labels of its topics.
with labels as (
    select * from {{ ref('int_labels') }}
),

holders as (
    select * from {{ ref('int_topic_holders') }}
),

labelled as (
    select
        holders.holder as question_set,
        labels.site,
        labels.question_id,
        arg_min(labels.label_kind, labels.label_position) as label_kind,
        count(*) filter (where labels.is_category) as n_categories,
        bool_or(labels.is_loaded) as is_loaded,
        bool_or(labels.is_accepted) as is_accepted
    from labels
    inner join holders on labels.question_set = holders.question_set
    group by holders.holder, labels.site, labels.question_id
)

select * from labelled
