with popularity as (
    select * from {{ ref('yearly_popularity') }}
    where n_questions > 0
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

{% set days_dropped = 'median_response_minutes_days_dropped' -%}
derived as (
    select * from {{ ref('int_derived_measures') }}
),

measures as (
    {{ measure('questions', 'n_questions', 'popularity', year='year') }}
    union all
    {{ measure('users', 'n_users', 'popularity', year='year') }}
    union all
    {{ measure('questions', 'n_questions', 'funnel') }}
    union all
    {{ measure('tagged_questions', 'n_tag_matched', 'funnel') }}
    union all
    {{ measure('term_matched_questions', 'n_term_matched', 'funnel') }}
    union all
    {{ measure('inspected_questions', 'n_matched', 'funnel') }}
    union all
    {{ measure(
        'no_accepted_share', '100 * no_accepted_share', 'acceptance'
    ) }}
    union all
    {{ measure(
        'response_minutes_median', 'median_response_minutes', 'response_times'
    ) }}
    union all
    {{ measure(
        'response_minutes_median_days_dropped', days_dropped, 'response_times'
    ) }}
    union all
    {{ measure('proportion_test_chi2', 'chi2', 'tests') }}
    union all
    select * from derived
),

known as (
    select * from measures
    where value is not null
)

select * from known
