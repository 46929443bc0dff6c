-- n_matched - n_left_to_others - n_excluded + n_included is what remains. A
-- question that was included although its set yields it counts in both.
with sets as (
    select question_set from {{ ref('question_set_definitions') }}
    where kind not in ('union', 'baseline')
),

matches as (
    select
        question_set,
        site,
        question_id,
        bool_or(kind = 'tag') as has_tag,
        bool_or(kind = 'term') as has_term
    from {{ ref('int_rule_matches') }}
    group by all
),

candidates as (
    select * from {{ ref('int_set_candidates') }}
),

yielding as (
    select * from {{ ref('int_yielding_candidates') }}
),

joined as (
    select
        coalesce(matches.question_set, candidates.question_set) as question_set,
        coalesce(matches.has_tag, false) as is_tag_matched,
        coalesce(matches.has_term, false) as is_term_matched,
        matches.question_id is not null as is_matched,
        candidates.question_id is not null as is_candidate,
        coalesce(candidates.is_decided, false) as is_decided,
        yielding.question_id is not null as is_yielding
    from matches
    full join candidates
        on
            matches.question_set = candidates.question_set
            and matches.site = candidates.site
            and matches.question_id = candidates.question_id
    left join yielding
        on
            candidates.question_set = yielding.question_set
            and candidates.site = yielding.site
            and candidates.question_id = yielding.question_id
),

steps as (
    select
        sets.question_set,
        count(*) filter (where joined.is_tag_matched) as n_tag_matched,
        count(*) filter (where joined.is_term_matched) as n_term_matched,
        count(*) filter (where joined.is_matched) as n_matched,
        count(*) filter (where joined.is_matched and joined.is_yielding)
            as n_left_to_others,
        count(*) filter (where joined.is_matched and not joined.is_candidate)
            as n_excluded,
        count(*) filter (
            where
            joined.is_decided
            and (joined.is_yielding or not joined.is_matched)
        ) as n_included
    from sets
    left join joined on sets.question_set = joined.question_set
    group by sets.question_set
)

select * from steps
