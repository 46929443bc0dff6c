with source as (
    select * from {{ dump_table('users') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as user_id,
        "AccountId" as account_id,
        -- text
        "DisplayName" as display_name,
        "WebsiteUrl" as website_url,
        "Location" as location,
        "AboutMe" as about_me,
        "ProfileImageUrl" as profile_image_url,
        "EmailHash" as email_hash,
        -- numbers
        "Reputation" as reputation,
        "Views" as view_count,
        "UpVotes" as up_vote_count,
        "DownVotes" as down_vote_count,
        "Age" as age,
        -- dates
        "CreationDate" as created_at,
        "LastAccessDate" as last_accessed_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
