with source as (
    select * from {{ dump_table('post_links') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as post_link_id,
        {{ attribute('LinkTypeId') }} as link_type_id,
        {{ attribute('PostId') }} as post_id,
        {{ attribute('RelatedPostId') }} as related_post_id,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
