with members as (
    select
        question_set,
        site,
        question_id,
        is_decided
    from {{ ref('int_set_members') }}
)

select * from members
