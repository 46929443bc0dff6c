with source as (
    select * from {{ dump_table('badges') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as badge_id,
        {{ attribute('UserId') }} as user_id,
        {{ attribute('Class') }} as badge_class_id,
        -- text
        {{ attribute('Name') }} as badge_name,
        -- flags
        {{ attribute('TagBased') }} as is_tag_based,
        -- dates
        {{ attribute('Date') }} as awarded_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
