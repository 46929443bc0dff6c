with categories as (
    select * from {{ ref('int_categories') }}
),

labels as (
    select
        *,
        (site, question_id) as question
    from {{ ref('int_labels') }}
    where is_category
),

-- a question with two categories counts in each, and once above them
counted as (
    select
        categories.question_set,
        categories.level,
        categories.inner_category,
        categories.leaf_category,
        categories.is_divided,
        categories.published_percent,
        count(distinct labels.question) as n_questions
    from categories
    left join labels
        on
            categories.question_set = labels.question_set
            and coalesce(
                categories.inner_category = labels.inner_category, true
            )
            and coalesce(categories.leaf_category = labels.leaf_category, true)
            and (
                categories.level != 'leaf' or labels.leaf_category is not null
            )
    group by all
),

with_labelled as (
    select
        *,
        max(n_questions) filter (where level = 'root')
            over (partition by question_set) as n_labelled
    from counted
),

shared as (
    select
        question_set,
        level,
        inner_category,
        leaf_category,
        is_divided,
        n_questions,
        n_labelled,
        n_questions / nullif(n_labelled, 0) as share,
        {{ wilson_interval('n_questions', 'n_labelled') }},
        published_percent
    from with_labelled
)

select * from shared
order by question_set, inner_category nulls first, leaf_category nulls first
