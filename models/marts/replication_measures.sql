-- a year without questions is a 0 of a set that has some, and else nothing
with popularity as (
    select * from {{ ref('yearly_popularity') }}
    qualify sum(n_questions) over (partition by question_set) > 0
),

funnel as (
    select * from {{ ref('question_set_funnel') }}
),

acceptance as (
    select * from {{ ref('acceptance') }}
),

response_times as (
    select * from {{ ref('response_time_summary') }}
),

tests as (
    select
        *,
        set_a || ' vs ' || set_b as question_set
    from {{ ref('proportion_tests') }}
),

holders as (
    select * from {{ ref('int_topic_holders') }}
),

labels as (
    select * from {{ ref('int_label_measures') }}
),

-- a union needs what its topics need together
sizes as (
    select
        holders.holder as question_set,
        sum(sample_sizes.sample_size) as sample_size
    from {{ ref('sample_sizes') }} as sample_sizes
    inner join holders on sample_sizes.question_set = holders.question_set
    group by holders.holder
),

-- published times stand in only where no posts give any
times_in_print as (
    select published.* from {{ ref('published_response_times') }} as published
    semi join response_times
        on
            published.question_set = response_times.question_set
            and response_times.n_response_times = 0
),

derived as (
    select * from {{ ref('int_derived_measures') }}
),

{% set days_dropped = 'median_response_minutes_days_dropped' -%}
{%- set all_years = [
    ('questions', 'n_questions', 'funnel'),
    ('tagged_questions', 'n_tag_matched', 'funnel'),
    ('term_matched_questions', 'n_term_matched', 'funnel'),
    ('inspected_questions', 'n_matched', 'funnel'),
    ('no_accepted_share', '100 * no_accepted_share', 'acceptance'),
    ('response_minutes_median', 'median_response_minutes', 'response_times'),
    ('response_minutes_median_days_dropped', days_dropped, 'response_times'),
    ('response_minutes_median_days_dropped', days_dropped, 'times_in_print'),
    ('proportion_test_chi2', 'chi2', 'tests'),
    ('sample_size', 'sample_size', 'sizes'),
    ('labelled_questions', 'n_categorised', 'labels'),
    ('false_positives', 'n_false_positives', 'labels'),
    ('unclear_questions', 'n_unclear', 'labels'),
    ('uncategorised_questions', 'n_uncategorised', 'labels'),
    ('questions_in_two_categories', 'n_in_two_categories', 'labels'),
    ('root_categories', 'n_root_categories', 'labels'),
    ('inner_categories', 'n_inner_categories', 'labels'),
    ('leaf_categories', 'n_leaf_categories', 'labels'),
] -%}
measures as (
    {{ measure('questions', 'n_questions', 'popularity', year='year') }}
    union all
    {{ measure('users', 'n_users', 'popularity', year='year') }}
    union all
    {{ measures(all_years) }}
    union all
    select * from derived
),

known as (
    select
        *,
        null as inner_category,
        null as leaf_category
    from measures
    where value is not null
    union all
    select * from {{ ref('int_category_figures') }}
    where value is not null
)

select * from known
