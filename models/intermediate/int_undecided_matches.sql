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
        question_set,
        count(*) as n_undecided
    from undecided
    group by question_set
),

joined as (
    select
        sets.question_set,
        coalesce(counted.n_undecided, 0) as n_undecided,
        counted.n_undecided is not null
        or given.question_set is null as is_open
    from sets
    left join counted on sets.question_set = counted.question_set
    left join sets_with_decisions as given
        on sets.question_set = given.question_set
)

select * from joined
