-- The sets, and which of them hold candidates: questions that people have
-- still to look at.
with sets as (
    select * from {{ ref('stg_question_sets') }}
),

candidates as (
    select distinct
        question_set,
        site,
        question_id
    from {{ ref('question_set_matches') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
),

undecided as (
    select
        candidates.question_set,
        count(*) as n_undecided
    from candidates
    anti join decisions
        on
            candidates.question_set = decisions.question_set
            and candidates.site = decisions.site
            and candidates.question_id = decisions.question_id
    group by candidates.question_set
),

sets_with_decisions as (
    select distinct question_set from {{ ref('stg_decisions') }}
),

-- a set stays open without any decision, and while a match has none
opened as (
    select
        sets.*,
        case
            when sets.needs_decisions then coalesce(undecided.n_undecided, 0)
        end as n_undecided,
        sets.needs_decisions and (
            undecided.n_undecided is not null or given.question_set is null
        ) as is_open
    from sets
    left join undecided on sets.question_set = undecided.question_set
    left join sets_with_decisions as given
        on sets.question_set = given.question_set
),

open_sets as (
    select list(question_set) as names from opened
    where is_open
),

changeable as (
    select
        opened.*,
        opened.is_open
        or coalesce(list_has_any(opened.yields_to, open_sets.names), false)
            as is_changeable
    from opened
    cross join open_sets
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
        changeable.position::integer as position,
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
    order by changeable.position
)

select * from flagged
