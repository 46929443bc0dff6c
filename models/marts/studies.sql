with studies as (
    select
        study,
        title,
        doi,
        citation,
        study_hash
    from {{ ref('stg_studies') }}
)

select * from studies
