with source as (
    select * from {{ dump_table('tags') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as tag_id,
        {{ attribute('ExcerptPostId') }} as excerpt_post_id,
        {{ attribute('WikiPostId') }} as wiki_post_id,
        -- text
        {{ attribute('TagName') }} as tag_name,
        -- numbers
        {{ attribute('Count') }} as question_count,
        -- flags
        {{ attribute('IsModeratorOnly') }} as is_moderator_only,
        {{ attribute('IsRequired') }} as is_required,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
