with source as (
    select * from {{ dump_table('badges') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as badge_id,
        "UserId" as user_id,
        "Class" as badge_class_id,
        -- text
        "Name" as badge_name,
        -- flags
        "TagBased" as is_tag_based,
        -- dates
        "Date" as awarded_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
