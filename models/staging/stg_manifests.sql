with source as (
    select * from {{ manifest_files() }}
),

typed as (
    select
        -- what
        site,
        "table" as table_name,
        state,
        is_synthetic,
        format,
        loader_version,
        -- from where
        source_file,
        source_member,
        source_bytes,
        source_modified_at::timestamptz at time zone 'UTC'
            as source_modified_at,
        source_sha256,
        source_comment,
        -- how much
        xml_bytes,
        n_files,
        n_bytes,
        n_rows,
        n_rejected_rows,
        n_fabricated_rows,
        n_replaced_characters,
        unknown_attributes,
        -- dates
        first_at::timestamptz at time zone 'UTC' as first_at,
        last_at::timestamptz at time zone 'UTC' as last_at,
        started_at::timestamptz at time zone 'UTC' as started_at,
        finished_at::timestamptz at time zone 'UTC' as finished_at
    from source
)

select * from typed
