with studies as (
    select
        study,
        title,
        doi,
        citation,
        study_folder,
        study_hash
    from {{ ref('stg_studies') }}
)

select * from studies
