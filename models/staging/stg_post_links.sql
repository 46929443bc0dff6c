with source as (
    select * from {{ dump_table('post_links') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as post_link_id,
        "LinkTypeId" as link_type_id,
        "PostId" as post_id,
        "RelatedPostId" as related_post_id,
        -- dates
        "CreationDate" as created_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
