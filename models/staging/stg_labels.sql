-- A table, not a view: the file may have moved when someone looks again.
{{ config(materialized='table') }}

with source as (
    select * from {{ labels_file() }}
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
        nullif(trim(question_set), '') as question_set,
        nullif(trim(site), '') as site,
        nullif(trim(question_id), '')::bigint as question_id,
        nullif(trim(inner_category), '') as inner_category,
        nullif(trim(leaf_category), '') as leaf_category,
        note
    from widened
),

-- a spreadsheet may leave empty rows
filled as (
    select * from typed
    where
        coalesce(question_set, site, inner_category, leaf_category) is not null
)

select * from filled
