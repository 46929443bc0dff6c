with source as (
    select * from {{ dump_table('users') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as user_id,
        {{ attribute('AccountId') }} as account_id,
        -- text
        {{ attribute('DisplayName') }} as display_name,
        {{ attribute('WebsiteUrl') }} as website_url,
        {{ attribute('Location') }} as location,
        {{ attribute('AboutMe') }} as about_me,
        {{ attribute('ProfileImageUrl') }} as profile_image_url,
        {{ attribute('EmailHash') }} as email_hash,
        -- numbers
        {{ attribute('Reputation') }} as reputation,
        {{ attribute('Views') }} as view_count,
        {{ attribute('UpVotes') }} as up_vote_count,
        {{ attribute('DownVotes') }} as down_vote_count,
        {{ attribute('Age') }} as age,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        {{ attribute('LastAccessDate') }} as last_accessed_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
