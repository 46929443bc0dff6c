-- Questions without a category beside the categorised ones of the same set.
with acceptance as (
    select * from {{ ref('int_label_acceptance') }}
),

pairs as (
    select
        uncategorised.label_group as set_a,
        categorised.label_group as set_b
    from acceptance as uncategorised
    inner join acceptance as categorised
        on uncategorised.question_set = categorised.question_set
    where uncategorised.label_position > 0 and categorised.label_position = 0
    order by uncategorised.question_set, uncategorised.label_position
)

select * from pairs
