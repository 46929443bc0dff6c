with source as (
    select * from {{ dump_table('comments') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as comment_id,
        "PostId" as post_id,
        "UserId" as user_id,
        -- text
        "Text" as comment_text,
        "UserDisplayName" as user_display_name,
        "ContentLicense" as content_license,
        -- numbers
        "Score" as score,
        -- dates
        "CreationDate" as created_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
