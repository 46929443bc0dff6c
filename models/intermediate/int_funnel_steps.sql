-- n_matched - n_left_to_others - n_excluded + n_included is what remains. A
-- question that was included although its set yields it counts in both.
with sets as (
    select question_set from {{ ref('question_set_definitions') }}
    where kind not in ('union', 'baseline')
),

matched as (
    select
        question_set,
        count(distinct (site, question_id)) filter (where kind = 'tag')
            as n_tag_matched,
        count(distinct (site, question_id)) filter (where kind = 'term')
            as n_term_matched,
        count(distinct (site, question_id)) as n_matched
    from {{ ref('int_rule_matches') }}
    group by question_set
),

left_to_others as (
    select
        question_set,
        count(*) filter (where is_matched) as n_left_to_others,
        count(*) filter (where is_decided and is_matched) as n_taken_back
    from {{ ref('int_yielding_candidates') }}
    group by question_set
),

candidates as (
    select
        question_set,
        count(*) filter (where is_matched) as n_matched_candidates,
        count(*) filter (where not is_matched) as n_not_matched
    from {{ ref('int_set_candidates') }}
    group by question_set
),

steps as (
    select
        sets.question_set,
        coalesce(n_tag_matched, 0) as n_tag_matched,
        coalesce(n_term_matched, 0) as n_term_matched,
        coalesce(n_matched, 0) as n_matched,
        coalesce(n_left_to_others, 0) as n_left_to_others,
        coalesce(n_matched, 0) - coalesce(n_matched_candidates, 0)
            as n_excluded,
        coalesce(n_not_matched, 0) + coalesce(n_taken_back, 0) as n_included
    from sets
    left join matched on sets.question_set = matched.question_set
    left join left_to_others on sets.question_set = left_to_others.question_set
    left join candidates on sets.question_set = candidates.question_set
)

select * from steps
