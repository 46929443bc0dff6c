-- Questions without a category beside the categorised ones of the same set.
with acceptance as (
    select * from {{ ref('int_label_acceptance') }}
),

pairs as (
    select
        others.label_group as set_a,
        categorised.label_group as set_b
    from acceptance as others
    inner join acceptance as categorised
        on others.question_set = categorised.question_set
    where others.label_position > 0 and categorised.label_position = 0
    order by others.question_set, others.label_position
)

select * from pairs
