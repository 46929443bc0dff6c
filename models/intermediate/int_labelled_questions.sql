-- A question is categorised once it has any category, whatever else it was
-- called. A union has the labels of its topics.
with labels as (
    select * from {{ ref('int_labels') }}
),

sets as (
    select * from {{ ref('question_set_definitions') }}
),

holders as (
    select
        question_set as topic,
        question_set
    from sets
    union all
    select
        topics.question_set as topic,
        unions.question_set
    from sets as unions
    inner join sets as topics on unions.base_set = topics.base_set
    where unions.kind = 'union' and topics.kind = 'topic'
),

labelled as (
    select
        holders.question_set,
        labels.site,
        labels.question_id,
        arg_min(labels.label_kind, labels.label_position) as label_kind,
        count(*) filter (where labels.is_category) as n_categories
    from labels
    inner join holders on labels.question_set = holders.topic
    group by holders.question_set, labels.site, labels.question_id
)

select * from labelled
