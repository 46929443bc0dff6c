-- Every category at its level: those of the taxonomy, and what people used
-- where a set has none.
with taxonomy as (
    select
        question_set,
        inner_category,
        leaf_category,
        published_percent
    from {{ ref('stg_taxonomy') }}
),

labels as (
    select * from {{ ref('int_labels') }}
    where is_category
),

used as (
    select distinct
        labels.question_set,
        labels.inner_category,
        labels.leaf_category,
        null::double as published_percent
    from labels
    anti join taxonomy
        on
            labels.question_set = taxonomy.question_set
            and labels.inner_category = taxonomy.inner_category
            and labels.leaf_category is not distinct from taxonomy.leaf_category
),

named as (
    select * from taxonomy
    union all
    select * from used
),

leaves as (
    select
        question_set,
        'leaf' as level,
        inner_category,
        leaf_category,
        false as is_divided,
        published_percent
    from named
    where leaf_category is not null
),

inner_categories as (
    select
        question_set,
        'inner' as level,
        inner_category,
        null as leaf_category,
        count(leaf_category) > 0 as is_divided,
        max(published_percent) filter (where leaf_category is null)
            as published_percent
    from named
    group by question_set, inner_category
),

roots as (
    select distinct
        question_set,
        'root' as level,
        null as inner_category,
        null as leaf_category,
        true as is_divided,
        null::double as published_percent
    from named
),

categories as (
    select * from roots
    union all
    select * from inner_categories
    union all
    select * from leaves
)

select * from categories
