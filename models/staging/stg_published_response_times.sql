-- A table, not a view: the file may have moved when someone looks again.
{{ config(materialized='table') }}

with source as (
    select * from {{ published_response_times_file() }}
),

typed as (
    select
        nullif(trim(question_set), '') as question_set,
        nullif(trim(response_minutes_days_dropped), '')::double
            as response_minutes_days_dropped
    from source
),

filled as (
    select * from typed
    where
        question_set is not null
        or response_minutes_days_dropped is not null
)

select * from filled
