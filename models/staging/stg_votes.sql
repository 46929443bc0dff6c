with source as (
    select * from {{ dump_table('votes') }}
),

renamed as (
    select
        -- ids
        site,
        {{ attribute('Id') }} as vote_id,
        {{ attribute('VoteTypeId') }} as vote_type_id,
        {{ attribute('PostId') }} as post_id,
        {{ attribute('UserId') }} as user_id,
        -- numbers
        {{ attribute('BountyAmount') }} as bounty_amount,
        -- dates
        {{ attribute('CreationDate') }} as created_at,
        -- attributes that nobody knows
        {{ attribute('OtherAttributes') }} as other_attributes
    from source
)

select * from renamed
