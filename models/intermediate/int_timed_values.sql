-- Every kind of response time in one column, for what is done alike with each.
{{ config(materialized='view') }}

with response_times as (
    select * from {{ ref('int_response_times') }}
),

published as (
    select * from {{ ref('stg_published_response_times') }}
),

stacked as (
    select
        question_set,
        'response_minutes' as measure,
        response_minutes as value
    from response_times
    union all
    select
        question_set,
        'response_minutes_days_dropped' as measure,
        response_minutes_days_dropped as value
    from response_times
    union all
    select
        question_set,
        'published_days_dropped' as measure,
        response_minutes_days_dropped as value
    from published
)

select * from stacked
