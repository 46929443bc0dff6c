with rules as (
    select * from {{ ref('int_question_set_rules') }}
),

candidates as (
    select * from {{ ref('int_rule_candidates') }}
),

texts as (
    select * from {{ ref('int_question_texts') }}
),

candidates_with_texts as (
    select
        candidates.*,
        rules.kind,
        rules.value,
        rules.match,
        rules.must_contain,
        texts.question_text
    from candidates
    inner join rules on candidates.rule = rules.rule
    -- equalities alone: with any other condition DuckDB compares all pairs
    left join texts
        on
            rules.scope = texts.scope
            and rules.code = texts.code
            and candidates.site = texts.site
            and candidates.question_id = texts.question_id
),

matches as (
    select
        question_set,
        rule,
        kind,
        site,
        question_id
    from candidates_with_texts
    where
        (kind = 'tag' or {{ term_occurs('question_text', 'value', 'match') }})
        and (
            must_contain is null
            or {{ term_occurs('question_text', 'must_contain', 'match') }}
        )
)

select * from matches
