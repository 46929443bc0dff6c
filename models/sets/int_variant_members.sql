-- By rules alone: rules on tags stay as they are, and so do the sets to which
-- the topic yields. Decisions would hide what is compared.
with variants as (
    select * from {{ ref('int_rule_variants') }}
),

rules as (
    select * from {{ ref('stg_rules') }}
),

sets as (
    select * from {{ ref('stg_question_sets') }}
),

study_matches as (
    select * from {{ ref('question_set_matches') }}
),

variant_matches as (
    select * from {{ ref('int_variant_matches') }}
    where variant != 'study'
),

matched as (
    select
        question_set,
        variant,
        site,
        question_id
    from variant_matches
    union
    select
        variants.question_set,
        variants.variant,
        study_matches.site,
        study_matches.question_id
    from study_matches
    inner join rules on study_matches.rule = rules.rule
    inner join variants on study_matches.question_set = variants.question_set
    where not rules.is_on_text
),

precedence as (
    select
        question_set,
        {{ unnested('yields_to') }} as yields_to
    from sets
),

left_to_others as (
    select
        precedence.question_set,
        study_matches.site,
        study_matches.question_id
    from study_matches
    inner join precedence on study_matches.question_set = precedence.yields_to
),

members as (
    select matched.*
    from matched
    anti join left_to_others
        on
            matched.question_set = left_to_others.question_set
            and matched.site = left_to_others.site
            and matched.question_id = left_to_others.question_id
)

select * from members
