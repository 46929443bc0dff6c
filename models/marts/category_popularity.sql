-- In every year of the study: a year without labelled questions is a row of
-- zeros. A question with two categories counts in both; its impact is shared
-- between them, as topic models share a document between topics.
with categories as (
    select * from {{ ref('int_categories') }}
    where level != 'root'
),

years as (
    select year from {{ ref('int_years') }}
),

questions as (
    select
        site,
        question_id,
        year(asked_at)::integer as year
    from {{ ref('questions') }}
),

labels as (
    select
        labels.question_set,
        labels.inner_category,
        labels.leaf_category,
        questions.year,
        (labels.site, labels.question_id) as question,
        1 / count(*) over (
            partition by labels.question_set, labels.site, labels.question_id
        ) as impact
    from {{ ref('int_labels') }} as labels
    inner join questions
        on
            labels.site = questions.site
            and labels.question_id = questions.question_id
    where labels.is_category
),

counted as (
    select
        question_set,
        inner_category,
        leaf_category,
        year,
        case
            when grouping(leaf_category) = 0 then 'leaf'
            when grouping(inner_category) = 0 then 'inner'
            else 'root'
        end as level,
        count(distinct question) as n_questions,
        sum(impact) as absolute_impact
    from labels
    group by grouping sets (
        (question_set, year),
        (question_set, year, inner_category),
        (question_set, year, inner_category, leaf_category)
    )
),

filled as (
    select
        categories.question_set,
        categories.level,
        categories.inner_category,
        categories.leaf_category,
        years.year,
        coalesce(counted.n_questions, 0) as n_questions,
        coalesce(totals.n_questions, 0) as n_labelled,
        coalesce(counted.absolute_impact, 0) as absolute_impact
    from categories
    cross join years
    left join counted
        on
            categories.question_set = counted.question_set
            and categories.level = counted.level
            and categories.inner_category = counted.inner_category
            and categories.leaf_category
            is not distinct from counted.leaf_category
            and years.year = counted.year
    left join counted as totals
        on
            categories.question_set = totals.question_set
            and years.year = totals.year
            and totals.level = 'root'
),

shared as (
    select
        * exclude (absolute_impact),
        n_questions / nullif(n_labelled, 0) as share,
        absolute_impact,
        absolute_impact / nullif(n_labelled, 0) as relative_impact
    from filled
)

select * from shared
order by
    {{ set_position('question_set') }},
    inner_category, leaf_category nulls first, year
