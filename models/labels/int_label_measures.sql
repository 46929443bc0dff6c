-- What the paper prints of its labels: how many of which kind, and how many
-- categories they fill at each level.
with labelled as (
    select * from {{ ref('int_labelled_questions') }}
),

labels as (
    select * from {{ ref('int_labels') }}
    where is_category
),

holders as (
    select * from {{ ref('int_topic_holders') }}
),

questions as (
    select
        question_set,
        count(*) filter (where label_kind = 'categorised') as n_categorised,
        count(*) filter (where label_kind = 'false positive')
            as n_false_positives,
        count(*) filter (where label_kind = 'unclear') as n_unclear,
        count(*) filter (where n_categories > 1) as n_in_two_categories
    from labelled
    group by question_set
),

filled as (
    select distinct
        holders.holder as question_set,
        labels.question_set as root_category,
        labels.inner_category,
        labels.leaf_category
    from labels
    inner join holders on labels.question_set = holders.question_set
),

inner_categories as (
    select
        question_set,
        root_category,
        count(distinct inner_category) as n_inner_categories,
        count(leaf_category) as n_leaf_categories
    from filled
    group by question_set, root_category
),

categories as (
    select
        question_set,
        count(*) as n_root_categories,
        sum(n_inner_categories) as n_inner_categories,
        sum(n_leaf_categories) as n_leaf_categories
    from inner_categories
    group by question_set
),

joined as (
    select
        questions.*,
        questions.n_false_positives + questions.n_unclear as n_uncategorised,
        categories.n_root_categories,
        categories.n_inner_categories,
        categories.n_leaf_categories
    from questions
    left join categories on questions.question_set = categories.question_set
)

select * from joined
