with source as (
    select * from {{ dump_table('post_history') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as post_history_id,
        {{ attribute('PostHistoryTypeId') }} as post_history_type_id,
        {{ attribute('PostId') }} as post_id,
        {{ attribute('UserId') }} as user_id,
        {{ attribute('CloseReasonId') }} as close_reason_id,
        {{ attribute('RevisionGUID') }} as revision_guid,
        -- text
        {{ attribute('Text') }} as revision_text,
        {{ attribute('Comment') }} as revision_comment,
        {{ attribute('UserDisplayName') }} as user_display_name,
        {{ attribute('ContentLicense') }} as content_license,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
