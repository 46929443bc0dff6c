with source as (
    select * from {{ dump_table('votes') }}
),

renamed as (
    select
        -- ids
        site,
        "Id" as vote_id,
        "VoteTypeId" as vote_type_id,
        "PostId" as post_id,
        "UserId" as user_id,
        -- numbers
        "BountyAmount" as bounty_amount,
        -- dates
        "CreationDate" as created_at,
        -- attributes that nobody knows
        "OtherAttributes" as other_attributes
    from source
)

select * from renamed
