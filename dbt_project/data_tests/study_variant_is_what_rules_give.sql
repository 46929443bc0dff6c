with matches as (
    select distinct
        question_set,
        site,
        question_id
    from {{ ref('question_set_matches') }}
),

precedence as (
    select
        question_set,
        unnest(yields_to) as yields_to
    from {{ ref('stg_question_sets') }}
),

left_to_others as (
    select
        precedence.question_set,
        matches.site,
        matches.question_id
    from precedence
    inner join matches on precedence.yields_to = matches.question_set
),

by_rules as (
    select
        matches.question_set,
        count(*) as n_questions
    from matches
    anti join left_to_others
        on
            matches.question_set = left_to_others.question_set
            and matches.site = left_to_others.site
            and matches.question_id = left_to_others.question_id
    group by matches.question_set
)

select variants.*
from {{ ref('rule_sensitivity') }} as variants
left join by_rules on variants.question_set = by_rules.question_set
where
    variants.is_study_variant
    and variants.n_questions != coalesce(by_rules.n_questions, 0)
