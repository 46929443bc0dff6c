-- The sets, and which of them hold candidates: questions that people have
-- still to look at.
with sets as (
    select * from {{ ref('question_set_definitions') }}
),

precedence as (
    select * from {{ ref('question_set_precedence') }}
),

undecided as (
    select * from {{ ref('int_undecided_matches') }}
),

opened as (
    select
        sets.*,
        undecided.n_undecided,
        coalesce(undecided.is_open, false) as is_open
    from sets
    left join undecided on sets.question_set = undecided.question_set
),

open_sets as (
    select * from opened
    where is_open
),

changeable as (
    select precedence.question_set
    from precedence
    inner join open_sets on precedence.yields_to = open_sets.question_set
    union
    select question_set from open_sets
),

changeable_bases as (
    select opened.base_set
    from opened
    semi join changeable on opened.question_set = changeable.question_set
    where opened.kind = 'topic'
),

flagged as (
    select
        opened.* exclude (is_open),
        opened.is_open or (
            opened.kind = 'union'
            and opened.base_set in (
                select base_set from open_sets
                where kind = 'topic'
            )
        ) as is_candidate_set,
        opened.question_set in (select question_set from changeable) or (
            opened.kind in ('union', 'baseline')
            and opened.base_set in (select base_set from changeable_bases)
        ) as depends_on_candidates
    from opened
)

select * from flagged
