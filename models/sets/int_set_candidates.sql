-- Rules and decisions before precedence: a decision beats every rule. A set is
-- compared with the candidates of the set to which it yields, not with what
-- that one keeps, so that order plays no part.
with matches as (
    select distinct
        question_set,
        site,
        question_id
    from {{ ref('question_set_matches') }}
),

-- unions and baselines are made of other sets, later
decisions as (
    select * from {{ ref('int_decisions') }}
    where kind not in ('union', 'baseline')
),

sets as (
    select
        question_set,
        {{ unnested('yields_to') }} as yields_to
    from {{ ref('stg_question_sets') }}
),

decided as (
    select
        coalesce(matches.question_set, decisions.question_set) as question_set,
        coalesce(matches.site, decisions.site) as site,
        coalesce(matches.question_id, decisions.question_id) as question_id,
        matches.question_id is not null as is_matched,
        coalesce(decisions.is_included, false) as is_decided,
        coalesce(not decisions.is_included, false) as is_excluded
    from matches
    full join decisions
        on
            matches.question_set = decisions.question_set
            and matches.site = decisions.site
            and matches.question_id = decisions.question_id
),

candidates as (
    select
        question_set,
        site,
        question_id,
        is_matched,
        is_decided
    from decided
    where not is_excluded
),

left_to_others as (
    select distinct
        sets.question_set,
        candidates.site,
        candidates.question_id
    from candidates
    inner join sets on candidates.question_set = sets.yields_to
),

flagged as (
    select
        candidates.*,
        left_to_others.question_id is not null as is_yielding
    from candidates
    left join left_to_others
        on
            candidates.question_set = left_to_others.question_set
            and candidates.site = left_to_others.site
            and candidates.question_id = left_to_others.question_id
)

select * from flagged
