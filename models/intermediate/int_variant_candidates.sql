-- What the text rules of the topics could match, as far as tags can tell.
with rules as (
    select * from {{ ref('int_question_set_rules') }}
),

variants as (
    select distinct question_set from {{ ref('int_rule_variants') }}
),

candidates as (
    select * from {{ ref('int_rule_candidates') }}
),

on_text as (
    select
        candidates.question_set,
        candidates.rule,
        candidates.site,
        candidates.question_id,
        rules.kind,
        rules.value,
        rules.match,
        rules.scope,
        rules.code,
        rules.must_contain
    from candidates
    inner join rules on candidates.rule = rules.rule
    semi join variants on rules.question_set = variants.question_set
    where rules.is_on_text
)

select * from on_text
