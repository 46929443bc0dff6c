-- n_matched - n_left_to_others - n_excluded + n_included is what remains. A
-- question that was included although its set yields it counts in both. No rule
-- makes a union or a baseline: their steps are null, not 0.
with sets as (
    select * from {{ ref('question_sets') }}
),

matches as (
    select
        matches.question_set,
        matches.site,
        matches.question_id,
        bool_or(rules.kind = 'tag') as has_tag,
        bool_or(rules.kind = 'term') as has_term
    from {{ ref('question_set_matches') }} as matches
    inner join {{ ref('stg_rules') }} as rules on matches.rule = rules.rule
    group by all
),

candidates as (
    select * from {{ ref('int_set_candidates') }}
),

steps as (
    select
        coalesce(matches.question_set, candidates.question_set) as question_set,
        count(*) filter (where matches.has_tag) as n_tag_matched,
        count(*) filter (where matches.has_term) as n_term_matched,
        count(matches.question_id) as n_matched,
        count(matches.question_id) filter (where candidates.is_yielding)
            as n_left_to_others,
        count(matches.question_id)
        filter (where candidates.question_id is null) as n_excluded,
        count(*) filter (
            where
            candidates.is_decided
            and (candidates.is_yielding or not candidates.is_matched)
        ) as n_included
    from matches
    full join candidates
        on
            matches.question_set = candidates.question_set
            and matches.site = candidates.site
            and matches.question_id = candidates.question_id
    group by all
),

members as (
    select
        question_set,
        count(*) as n_questions
    from {{ ref('question_set_members') }}
    group by question_set
),

joined as (
    select
        sets.question_set,
        sets.label,
        sets.position,
        sets.kind,
        {% for step in [
            'n_tag_matched', 'n_term_matched', 'n_matched', 'n_left_to_others',
            'n_excluded', 'n_included',
        ] -%}
            case
                when sets.kind not in ('union', 'baseline')
                    then coalesce(steps.{{ step }}, 0)
            end as {{ step }},
        {% endfor -%}
        coalesce(members.n_questions, 0) as n_questions,
        sets.n_undecided,
        sets.is_candidate_set
    from sets
    left join steps on sets.question_set = steps.question_set
    left join members on sets.question_set = members.question_set
)

select * from joined
order by position
