-- A table, not a view: the file may have moved when someone looks again.
{{ config(materialized='table') }}

with source as (
    select * from {{ decisions_file() }}
),

-- a file may leave out the note
widened as (
    select null::varchar as note
    where false
    union all by name
    select * from source
),

typed as (
    select
        trim(question_set) as question_set,
        trim(site) as site,
        trim(question_id)::bigint as question_id,
        trim(decision) as decision,
        note
    from widened
    where question_set is not null
)

select * from typed
