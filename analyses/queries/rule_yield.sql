-- What each rule brings: questions that it matches, and those that no other
-- rule of its set would have found.
with matches as (
    select
        *,
        count(*) over (
            partition by question_set, site, question_id
        ) as n_rules
    from {{ ref('question_set_matches') }}
),

yields as (
    select
        question_set,
        rule,
        count(*) as n_questions,
        count(*) filter (where n_rules = 1) as n_found_by_it_alone
    from matches
    group by question_set, rule
)

select * from yields
order by question_set asc, n_questions desc, rule asc
