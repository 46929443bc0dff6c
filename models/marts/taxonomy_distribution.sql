with categories as (
    select * from {{ ref('int_categories') }}
),

drawn as (
    select
        question_set,
        count(*) as n_drawn
    from {{ ref('int_labelled_questions') }}
    group by question_set
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
        question_set,
        inner_category,
        leaf_category,
        count(distinct question) as n_questions,
        case
            when grouping(inner_category) = 1 then 'root'
            when grouping(leaf_category) = 1 then 'inner'
            else 'leaf'
        end as level
    from labels
    group by grouping sets (
        (question_set),
        (question_set, inner_category),
        (question_set, inner_category, leaf_category)
    )
),

filled as (
    select
        categories.*,
        coalesce(counted.n_questions, 0) as n_questions
    from categories
    left join counted
        on
            categories.question_set = counted.question_set
            and categories.level = counted.level
            and categories.inner_category
            is not distinct from counted.inner_category
            and categories.leaf_category
            is not distinct from counted.leaf_category
),

with_labelled as (
    select
        *,
        max(n_questions) filter (where level = 'root')
            over (partition by question_set) as n_labelled
    from filled
),

corrected as (
    select
        with_labelled.*,
        case
            when sizes.is_whole_set or sizes.population = drawn.n_drawn
                then null
            when sizes.population > drawn.n_drawn
                then (sizes.population - 1) / (sizes.population - drawn.n_drawn)
            else 1
        end as correction,
        n_questions * correction as effective_questions,
        n_labelled * correction as effective_labelled
    from with_labelled
    left join {{ ref('sample_sizes') }} as sizes
        on with_labelled.question_set = sizes.question_set
    left join drawn on with_labelled.question_set = drawn.question_set
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
        {{ wilson_interval('effective_questions', 'effective_labelled') }},
        published_percent
    from corrected
)

select * from shared
order by
    {{ set_position('question_set') }},
    inner_category nulls first, leaf_category nulls first
