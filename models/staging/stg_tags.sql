with source as (
    select * from {{ dump_table('tags') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as tag_id,
        "ExcerptPostId" as excerpt_post_id,
        "WikiPostId" as wiki_post_id,
        -- text
        "TagName" as tag_name,
        -- numbers
        "Count" as question_count,
        -- flags
        "IsModeratorOnly" as is_moderator_only,
        "IsRequired" as is_required,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
