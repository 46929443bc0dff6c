with source as (
    select * from {{ dump_table('posts') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as post_id,
        {{ attribute('PostTypeId') }} as post_type_id,
        {{ attribute('ParentId') }} as parent_post_id,
        {{ attribute('AcceptedAnswerId') }} as accepted_answer_id,
        {{ attribute('OwnerUserId') }} as owner_user_id,
        {{ attribute('LastEditorUserId') }} as last_editor_user_id,
        -- text
        {{ attribute('Title') }} as title,
        {{ attribute('Body') }} as body,
        {{ attribute('Tags') }} as tags,
        {{ attribute('OwnerDisplayName') }} as owner_display_name,
        {{ attribute('LastEditorDisplayName') }} as last_editor_display_name,
        {{ attribute('ContentLicense') }} as content_license,
        -- numbers
        {{ attribute('Score') }} as score,
        {{ attribute('ViewCount') }} as view_count,
        {{ attribute('AnswerCount') }} as answer_count,
        {{ attribute('CommentCount') }} as comment_count,
        {{ attribute('FavoriteCount') }} as favorite_count,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        {{ attribute('LastEditDate') }} as last_edited_at,
        {{ attribute('LastActivityDate') }} as last_active_at,
        {{ attribute('ClosedDate') }} as closed_at,
        {{ attribute('CommunityOwnedDate') }} as community_owned_at,
        {{ attribute('DeletionDate') }} as deleted_at,
        -- flags
        coalesce(
            {{ attribute('PostTypeId') }} = 2
            and {{ attribute('OwnerUserId') }} = -2,
            false
        ) as is_by_answer_bot,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
