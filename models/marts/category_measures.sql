-- A question with two categories counts in both, and once above them. Labels of
-- questions that are in no set of the study measure nothing.
with categories as (
    select * from {{ ref('int_categories') }}
    where level != 'root'
),

questions as (
    select * from {{ ref('questions') }}
),

labels as (
    select * from {{ ref('int_labels') }}
    where is_category
),

labelled as (
    select distinct
        question_set,
        'inner' as level,
        inner_category,
        null as leaf_category,
        site,
        question_id
    from labels
    union all
    select
        question_set,
        'leaf' as level,
        inner_category,
        leaf_category,
        site,
        question_id
    from labels
    where leaf_category is not null
),

measured as (
    select
        categories.question_set,
        categories.level,
        categories.inner_category,
        categories.leaf_category,
        categories.is_divided,
        {{ question_measures() }}
    from categories
    left join labelled
        on
            categories.question_set = labelled.question_set
            and categories.level = labelled.level
            and categories.inner_category = labelled.inner_category
            and categories.leaf_category
            is not distinct from labelled.leaf_category
    left join questions
        on
            labelled.site = questions.site
            and labelled.question_id = questions.question_id
    group by all
),

named as (
    select
        question_set,
        level,
        inner_category,
        leaf_category,
        is_divided,
        {{ measure_columns() }}
    from measured
)

select * from named
order by
    {{ set_position('question_set') }},
    inner_category,
    leaf_category nulls first
