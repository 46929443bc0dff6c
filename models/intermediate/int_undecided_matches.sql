with sets as (
    select * from {{ ref('question_set_definitions') }}
    where needs_decisions
),

matches as (
    select distinct
        question_set,
        site,
        question_id
    from {{ ref('int_rule_matches') }}
),

decisions as (
    select * from {{ ref('int_decisions') }}
),

sets_with_decisions as (
    select distinct question_set from {{ ref('stg_decisions') }}
),

undecided as (
    select matches.*
    from matches
    anti join decisions
        on
            matches.question_set = decisions.question_set
            and matches.site = decisions.site
            and matches.question_id = decisions.question_id
),

counted as (
    select
        sets.question_set,
        count(undecided.question_id) as n_undecided
    from sets
    left join undecided on sets.question_set = undecided.question_set
    group by sets.question_set
),

opened as (
    select
        counted.*,
        n_undecided > 0 or counted.question_set not in (
            select question_set from sets_with_decisions
        ) as is_open
    from counted
)

select * from opened
