with source as (
    select * from {{ dump_table('comments') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as comment_id,
        {{ attribute('PostId') }} as post_id,
        {{ attribute('UserId') }} as user_id,
        -- text
        {{ attribute('Text') }} as comment_text,
        {{ attribute('UserDisplayName') }} as user_display_name,
        {{ attribute('ContentLicense') }} as content_license,
        -- numbers
        {{ attribute('Score') }} as score,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
