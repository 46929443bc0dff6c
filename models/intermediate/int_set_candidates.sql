-- Rules and decisions, before precedence: a decision beats every rule.
with matches as (
    select distinct
        question_set,
        site,
        question_id
    from {{ ref('int_rule_matches') }}
),

-- unions and baselines are made of other sets, later
decisions as (
    select * from {{ ref('int_decisions') }}
    where kind not in ('union', 'baseline')
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
    select * exclude (is_excluded) from decided
    where not is_excluded
)

select * from candidates
