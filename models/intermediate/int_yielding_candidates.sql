-- Candidates that are also candidates of a set to which theirs yields. The
-- other set is taken before its own precedence, so that order plays no part.
with candidates as (
    select * from {{ ref('int_set_candidates') }}
),

precedence as (
    select * from {{ ref('question_set_precedence') }}
),

others as (
    select
        precedence.question_set,
        candidates.site,
        candidates.question_id
    from candidates
    inner join precedence on candidates.question_set = precedence.yields_to
),

yielding as (
    select candidates.*
    from candidates
    semi join others
        on
            candidates.question_set = others.question_set
            and candidates.site = others.site
            and candidates.question_id = others.question_id
)

select * from yielding
