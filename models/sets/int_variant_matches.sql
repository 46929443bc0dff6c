-- Which rule matches which question: as the study reads its rules (variant
-- 'study'), and in every other way in which its rules on text could have been
-- meant. Joins are equalities alone: with any other condition DuckDB compares
-- all pairs.
with rules as (
    select * from {{ ref('stg_rules') }}
),

variants as (
    select * from {{ ref('int_rule_variants') }}
),

tag_hits as (
    select * from {{ ref('int_tag_hits') }}
),

term_hits as (
    select * from {{ ref('int_term_hits') }}
),

searched as (
    select * from {{ ref('int_searched_questions') }}
),

readings as (
    select
        'study' as variant,
        rules.*
    from rules
    union all
    select
        variants.variant,
        rules.rule,
        rules.question_set,
        rules.kind,
        rules.value,
        coalesce(variants.scope, rules.scope) as scope,
        coalesce(variants.match, rules.match) as match,
        coalesce(variants.code, rules.code) as code,
        rules.runs_over,
        rules.must_contain,
        rules.is_on_text
    from rules
    inner join variants on rules.question_set = variants.question_set
    where rules.is_on_text
),

found as (
    select
        readings.*,
        tag_hits.site,
        tag_hits.question_id
    from readings
    inner join tag_hits on readings.rule = tag_hits.rule
    union all
    select
        readings.*,
        term_hits.site,
        term_hits.question_id
    from readings
    inner join term_hits
        on
            readings.value = term_hits.term
            and readings.scope = term_hits.scope
            and readings.code = term_hits.code
            and readings.match = term_hits.match
    where readings.kind = 'term'
),

matches as (
    select
        found.question_set,
        found.variant,
        found.rule,
        found.kind,
        found.site,
        found.question_id
    from found
    left join searched
        on
            found.runs_over = searched.question_set
            and found.site = searched.site
            and found.question_id = searched.question_id
    left join term_hits as beside
        on
            found.must_contain = beside.term
            and found.scope = beside.scope
            and found.code = beside.code
            and found.match = beside.match
            and found.site = beside.site
            and found.question_id = beside.question_id
    where
        (found.runs_over is null or searched.question_id is not null)
        and (found.must_contain is null or beside.question_id is not null)
)

select * from matches
