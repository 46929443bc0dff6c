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

yielding as (
    select
        precedence.question_set,
        bool_or(opened.is_open) as yields_to_open
    from precedence
    inner join opened on precedence.yields_to = opened.question_set
    group by precedence.question_set
),

changeable as (
    select
        opened.*,
        opened.is_open
        or coalesce(yielding.yields_to_open, false) as is_changeable
    from opened
    left join yielding on opened.question_set = yielding.question_set
),

topics as (
    select
        base_set,
        bool_or(is_open) as has_open,
        bool_or(is_changeable) as has_changeable
    from changeable
    where kind = 'topic'
    group by base_set
),

flagged as (
    select
        changeable.question_set,
        changeable.label,
        changeable.kind,
        changeable.base_set,
        changeable.position,
        changeable.description,
        changeable.needs_decisions,
        changeable.n_undecided,
        changeable.is_open or (
            changeable.kind = 'union' and coalesce(topics.has_open, false)
        ) as is_candidate_set,
        changeable.is_changeable or (
            changeable.kind in ('union', 'baseline')
            and coalesce(topics.has_changeable, false)
        ) as depends_on_candidates
    from changeable
    left join topics on changeable.base_set = topics.base_set
)

select * from flagged
