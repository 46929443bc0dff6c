with source as (
    select * from {{ dump_table('posts') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as post_id,
        "PostTypeId" as post_type_id,
        "ParentId" as parent_post_id,
        "AcceptedAnswerId" as accepted_answer_id,
        "OwnerUserId" as owner_user_id,
        "LastEditorUserId" as last_editor_user_id,
        -- text
        "Title" as title,
        "Body" as body,
        "Tags" as tags,
        "OwnerDisplayName" as owner_display_name,
        "LastEditorDisplayName" as last_editor_display_name,
        "ContentLicense" as content_license,
        -- numbers
        "Score" as score,
        "ViewCount" as view_count,
        "AnswerCount" as answer_count,
        "CommentCount" as comment_count,
        "FavoriteCount" as favorite_count,
        -- dates
        "CreationDate" as created_at,
        "LastEditDate" as last_edited_at,
        "LastActivityDate" as last_active_at,
        "ClosedDate" as closed_at,
        "CommunityOwnedDate" as community_owned_at,
        "DeletionDate" as deleted_at,
        -- flags
        coalesce("PostTypeId" = 2 and "OwnerUserId" = -2, false)
            as is_by_answer_bot,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
