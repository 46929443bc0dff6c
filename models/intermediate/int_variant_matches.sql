with candidates as (
    select * from {{ ref('int_variant_candidates') }}
),

variants as (
    select * from {{ ref('int_rule_variants') }}
),

texts as (
    select * from {{ ref('int_variant_texts') }}
),

meant as (
    select
        candidates.question_set,
        variants.variant,
        candidates.rule,
        candidates.site,
        candidates.question_id,
        candidates.kind,
        candidates.value,
        candidates.must_contain,
        coalesce(variants.match, candidates.match) as match,
        case coalesce(variants.scope, candidates.scope)
            when 'title' then texts.title_text
            else case coalesce(variants.code, candidates.code)
                when 'kept' then texts.kept_text
                when 'blocks_dropped' then texts.blocks_dropped_text
                when 'all_dropped' then texts.all_dropped_text
            end
        end as question_text
    from candidates
    inner join variants on candidates.question_set = variants.question_set
    inner join texts
        on
            candidates.site = texts.site
            and candidates.question_id = texts.question_id
),

matches as (
    select
        question_set,
        variant,
        rule,
        site,
        question_id
    from meant
    where
        (kind = 'tag' or {{ term_occurs('question_text', 'value', 'match') }})
        and (
            must_contain is null
            or {{ term_occurs('question_text', 'must_contain', 'match') }}
        )
)

select * from matches
