with source as (
    select * from {{ dump_table('post_history') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as post_history_id,
        "PostHistoryTypeId" as post_history_type_id,
        "PostId" as post_id,
        "UserId" as user_id,
        "CloseReasonId" as close_reason_id,
        "RevisionGUID" as revision_guid,
        -- text
        "Text" as revision_text,
        "Comment" as revision_comment,
        "UserDisplayName" as user_display_name,
        "ContentLicense" as content_license,
        -- dates
        "CreationDate" as created_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
