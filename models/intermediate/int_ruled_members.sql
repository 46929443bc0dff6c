with candidates as (
    select * from {{ ref('int_set_candidates') }}
),

yielding as (
    select * from {{ ref('int_yielding_candidates') }}
    where not is_decided
),

members as (
    select
        candidates.question_set,
        candidates.site,
        candidates.question_id,
        candidates.is_decided
    from candidates
    anti join yielding
        on
            candidates.question_set = yielding.question_set
            and candidates.site = yielding.site
            and candidates.question_id = yielding.question_id
)

select * from members
