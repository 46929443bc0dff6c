-- Each label with what kind of label it is: a category, or one of those that
-- stand for none.
with labels as (
    select * from {{ ref('stg_labels') }}
),

special_labels as (
    select * from {{ ref('stg_label_kinds') }}
),

kinds as (
    select
        labels.question_set,
        labels.site,
        labels.question_id,
        labels.inner_category,
        labels.leaf_category,
        labels.note,
        special_labels.label is null as is_category,
        coalesce(special_labels.label, 'categorised') as label_kind,
        coalesce(special_labels.position, 0) as label_position
    from labels
    left join special_labels on labels.inner_category = special_labels.label
)

select * from kinds
