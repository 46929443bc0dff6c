-- Each label with what kind of label it is: a category, or one of those that
-- stand for none; and whether its question is loaded.
with labels as (
    select * from {{ ref('stg_labels') }}
),

special_labels as (
    select * from {{ ref('stg_label_kinds') }}
),

questions as (
    select
        site,
        question_id,
        accepted_answer_id is not null as is_accepted
    from {{ ref('int_questions') }}
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
        coalesce(special_labels.position, 0) as label_position,
        questions.question_id is not null as is_loaded,
        coalesce(questions.is_accepted, false) as is_accepted
    from labels
    left join special_labels on labels.inner_category = special_labels.label
    left join questions
        on
            labels.site = questions.site
            and labels.question_id = questions.question_id
)

select * from kinds
